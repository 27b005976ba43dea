// SPDX-License-Identifier: Apache-2.0
package org.selkie.fault;

/**
 * The JVM was started so that this code may not call the kernel; the message names the exact flag that allows it.
 */
public class NativeAccessDeniedException extends SelkieException {
    private static final long serialVersionUID = 1L;

    /**
     * Describes the refusal.
     *
     * @param message what was tried, what was found, what would help
     */
    public NativeAccessDeniedException(String message) {
        super(message);
    }

    /**
     * Describes the refusal that follows from another error.
     *
     * @param message what was tried, what was found, what would help
     * @param cause the error beneath
     */
    public NativeAccessDeniedException(String message, Throwable cause) {
        super(message, cause);
    }
}
