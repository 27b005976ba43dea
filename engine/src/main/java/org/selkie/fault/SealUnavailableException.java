// SPDX-License-Identifier: Apache-2.0
package org.selkie.fault;

/**
 * The seal tier that was asked for cannot be had here; the message says why and which tier can.
 */
public class SealUnavailableException extends SelkieException {
    private static final long serialVersionUID = 1L;

    /**
     * Describes the refusal.
     *
     * @param message what was tried, what was found, what would help
     */
    public SealUnavailableException(String message) {
        super(message);
    }

    /**
     * Describes the refusal that follows from another error.
     *
     * @param message what was tried, what was found, what would help
     * @param cause the error beneath
     */
    public SealUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
