// SPDX-License-Identifier: Apache-2.0
package org.selkie.fault;

/** What is on media is not a pool, belongs to another pool, or is of a version that this engine does not read. */
public final class PoolFormatException extends SelkieException {

    private static final long serialVersionUID = 1L;

    public PoolFormatException(String message) {
        super(message);
    }

    public PoolFormatException(String message, Throwable cause) {
        super(message, cause);
    }
}
