// SPDX-License-Identifier: Apache-2.0
package org.selkie.fault;

/**
 * A MAP_DIRECT mapping was asked for that cannot be had: the configured bit is taken by another flag, the request is
 * read-only, or the kernel accepted the bit without showing the behaviour. No mapping remains.
 */
public class MapDirectRefusedException extends SelkieException {
    private static final long serialVersionUID = 1L;

    /**
     * Describes the refusal.
     *
     * @param message what was tried, what was found, what would help
     */
    public MapDirectRefusedException(String message) {
        super(message);
    }

    /**
     * Describes the refusal that follows from another error.
     *
     * @param message what was tried, what was found, what would help
     * @param cause the error beneath
     */
    public MapDirectRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
