// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import org.selkie.crashtest.trace.TraceException;

/** Neither recovery nor the checker read anything of any image: that nothing was found means nothing. */
public final class NothingReadException extends TraceException {

    private static final long serialVersionUID = 1L;

    NothingReadException(String message) {
        super(message);
    }
}
