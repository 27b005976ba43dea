// SPDX-License-Identifier: Apache-2.0
package org.selkie.fault;

/** A write was asked of a pool that was opened for reading, or a user asked it of a store's log. */
public final class ReadOnlyException extends SelkieException {

    private static final long serialVersionUID = 1L;

    public ReadOnlyException(String message) {
        super(message);
    }

    public ReadOnlyException(String message, Throwable cause) {
        super(message, cause);
    }
}
