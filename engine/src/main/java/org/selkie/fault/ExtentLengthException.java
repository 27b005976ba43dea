// SPDX-License-Identifier: Apache-2.0
package org.selkie.fault;

/**
 * An extent has another length than was asked for, or a length that cannot be mapped on its medium.
 */
public class ExtentLengthException extends SelkieException {
    private static final long serialVersionUID = 1L;

    /**
     * Describes the refusal.
     *
     * @param message what was tried, what was found, what would help
     */
    public ExtentLengthException(String message) {
        super(message);
    }

    /**
     * Describes the refusal that follows from another error.
     *
     * @param message what was tried, what was found, what would help
     * @param cause the error beneath
     */
    public ExtentLengthException(String message, Throwable cause) {
        super(message, cause);
    }
}
