// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli.kv;

/** A line is no entry. The message says why, and not which line it is. */
public final class EntryFormatException extends Exception {
    private static final long serialVersionUID = 1L;

    public EntryFormatException(String message) {
        super(message);
    }
}
