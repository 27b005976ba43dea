// SPDX-License-Identifier: Apache-2.0
package org.selkie.fault;

/** A record that was acknowledged is not readable: its bytes changed on media. */
public final class DamagedRecordException extends SelkieException {

    private static final long serialVersionUID = 1L;

    public DamagedRecordException(String message) {
        super(message);
    }

    public DamagedRecordException(String message, Throwable cause) {
        super(message, cause);
    }
}
