// SPDX-License-Identifier: Apache-2.0
package org.selkie.fault;

/**
 * An extent cannot let go of its blocks because a pinned range is still out.
 */
public class ExtentPinnedException extends SelkieException {
    private static final long serialVersionUID = 1L;

    /**
     * Describes the refusal.
     *
     * @param message what was tried, what was found, what would help
     */
    public ExtentPinnedException(String message) {
        super(message);
    }

    /**
     * Describes the refusal that follows from another error.
     *
     * @param message what was tried, what was found, what would help
     * @param cause the error beneath
     */
    public ExtentPinnedException(String message, Throwable cause) {
        super(message, cause);
    }
}
