// SPDX-License-Identifier: Apache-2.0
package org.selkie.fault;

/** A key is empty or longer than a store takes. Nothing was written. */
public final class KeyLengthException extends SelkieException {

    private static final long serialVersionUID = 1L;

    public KeyLengthException(String message) {
        super(message);
    }
}
