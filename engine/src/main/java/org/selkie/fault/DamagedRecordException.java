// SPDX-License-Identifier: Apache-2.0
package org.selkie.fault;

/** A record that was acknowledged is not readable: its bytes changed on media, or its extent is gone. */
public sealed class DamagedRecordException extends SelkieException permits MissingExtentException {

    private static final long serialVersionUID = 1L;

    public DamagedRecordException(String message) {
        super(message);
    }

    public DamagedRecordException(String message, Throwable cause) {
        super(message, cause);
    }
}
