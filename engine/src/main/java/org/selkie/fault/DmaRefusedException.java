// SPDX-License-Identifier: Apache-2.0
package org.selkie.fault;

/**
 * Memory of an extent may not be handed to a device: nothing in the kernel keeps its blocks in place.
 */
public class DmaRefusedException extends SelkieException {
    private static final long serialVersionUID = 1L;

    /**
     * Describes the refusal.
     *
     * @param message what was tried, what was found, what would help
     */
    public DmaRefusedException(String message) {
        super(message);
    }

    /**
     * Describes the refusal that follows from another error.
     *
     * @param message what was tried, what was found, what would help
     * @param cause the error beneath
     */
    public DmaRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
