// SPDX-License-Identifier: Apache-2.0
package org.selkie.fault;

/** A log that was opened for a single writer was written to by a second thread. */
public final class WrongWriterException extends SelkieException {

    private static final long serialVersionUID = 1L;

    public WrongWriterException(String message) {
        super(message);
    }

    public WrongWriterException(String message, Throwable cause) {
        super(message, cause);
    }
}
