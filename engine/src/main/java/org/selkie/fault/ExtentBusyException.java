// SPDX-License-Identifier: Apache-2.0
package org.selkie.fault;

/**
 * Somebody else, in this process or another one, has the extent open for writing.
 */
public class ExtentBusyException extends SelkieException {
    private static final long serialVersionUID = 1L;

    /**
     * Describes the refusal.
     *
     * @param message what was tried, what was found, what would help
     */
    public ExtentBusyException(String message) {
        super(message);
    }

    /**
     * Describes the refusal that follows from another error.
     *
     * @param message what was tried, what was found, what would help
     * @param cause the error beneath
     */
    public ExtentBusyException(String message, Throwable cause) {
        super(message, cause);
    }
}
