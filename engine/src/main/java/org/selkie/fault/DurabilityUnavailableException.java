// SPDX-License-Identifier: Apache-2.0
package org.selkie.fault;

/**
 * The required durability cannot be had on this medium. Thrown before the first byte is written, never after.
 */
public class DurabilityUnavailableException extends SelkieException {
    private static final long serialVersionUID = 1L;

    /**
     * Describes the refusal.
     *
     * @param message what was tried, what was found, what would help
     */
    public DurabilityUnavailableException(String message) {
        super(message);
    }

    /**
     * Describes the refusal that follows from another error.
     *
     * @param message what was tried, what was found, what would help
     * @param cause the error beneath
     */
    public DurabilityUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
