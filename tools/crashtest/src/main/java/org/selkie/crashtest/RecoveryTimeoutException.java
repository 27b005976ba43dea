// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import org.selkie.fault.SelkieException;

/** Recovery or check of one image took longer than it may. */
public final class RecoveryTimeoutException extends SelkieException {

    private static final long serialVersionUID = 1L;

    RecoveryTimeoutException(String message) {
        super(message);
    }
}
