// SPDX-License-Identifier: Apache-2.0
package org.selkie.fault;

/**
 * What lies at the path cannot carry a sealed extent: a file system that moves blocks at every store, a file with
 * holes, a symbolic link, a directory where a file was expected, a device that is no device-dax. Nothing was changed.
 */
public class MediumRefusedException extends SelkieException {
    private static final long serialVersionUID = 1L;

    /**
     * Describes the refusal.
     *
     * @param message what was tried, what was found, what would help
     */
    public MediumRefusedException(String message) {
        super(message);
    }

    /**
     * Describes the refusal that follows from another error.
     *
     * @param message what was tried, what was found, what would help
     * @param cause the error beneath
     */
    public MediumRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
