// SPDX-License-Identifier: Apache-2.0
package org.selkie.fault;

/** A record or a batch does not fit into an extent of the pool. */
public final class RecordTooLargeException extends SelkieException {

    private static final long serialVersionUID = 1L;

    public RecordTooLargeException(String message) {
        super(message);
    }

    public RecordTooLargeException(String message, Throwable cause) {
        super(message, cause);
    }
}
