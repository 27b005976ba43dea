// SPDX-License-Identifier: Apache-2.0
package org.selkie.fault;

/** No record of the log begins at the position asked for, or it was trimmed. */
public final class PositionException extends SelkieException {

    private static final long serialVersionUID = 1L;

    public PositionException(String message) {
        super(message);
    }

    public PositionException(String message, Throwable cause) {
        super(message, cause);
    }
}
