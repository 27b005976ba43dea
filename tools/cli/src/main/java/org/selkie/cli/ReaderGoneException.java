// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.IOException;

/** Nobody reads standard output any more: a reason to end, and no failure. */
final class ReaderGoneException extends IOException {
    private static final long serialVersionUID = 1L;

    ReaderGoneException() {
        super("nobody reads standard output any more");
    }
}
