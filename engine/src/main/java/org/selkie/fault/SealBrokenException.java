// SPDX-License-Identifier: Apache-2.0
package org.selkie.fault;

/**
 * The block map under an extent is no longer known to be stable: the seal was released, revoked, or the audit found the
 * file changed. What was acknowledged before stays as durable as it was; nothing may be written through this extent any
 * more.
 */
public class SealBrokenException extends SelkieException {
    private static final long serialVersionUID = 1L;

    /**
     * Describes the refusal.
     *
     * @param message what was tried, what was found, what would help
     */
    public SealBrokenException(String message) {
        super(message);
    }

    /**
     * Describes the refusal that follows from another error.
     *
     * @param message what was tried, what was found, what would help
     * @param cause the error beneath
     */
    public SealBrokenException(String message, Throwable cause) {
        super(message, cause);
    }
}
