// SPDX-License-Identifier: Apache-2.0
package org.selkie.fault;

/** The engine's native library cannot be loaded, or does not fit this machine or this engine. */
public final class NativeLibraryException extends SelkieException {

    private static final long serialVersionUID = 1L;

    public NativeLibraryException(String message) {
        super(message);
    }

    public NativeLibraryException(String message, Throwable cause) {
        super(message, cause);
    }
}
