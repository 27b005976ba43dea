// SPDX-License-Identifier: Apache-2.0
package org.selkie.fault;

/** The log takes no more records and gives none: it was closed, its seal was broken, or a write to it failed (the cause). */
public final class LogStoppedException extends SelkieException {

    private static final long serialVersionUID = 1L;

    public LogStoppedException(String message) {
        super(message);
    }

    public LogStoppedException(String message, Throwable cause) {
        super(message, cause);
    }
}
