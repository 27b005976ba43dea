// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.trace;

import org.selkie.fault.SelkieException;

/** What was to be recorded or explored cannot be. */
public class TraceException extends SelkieException {

    private static final long serialVersionUID = 1L;

    public TraceException(String message) {
        super(message);
    }

    public TraceException(String message, Throwable cause) {
        super(message, cause);
    }
}
