// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import org.selkie.fault.SelkieException;

/** A load from a line with a media error: what would be an InternalError on real memory. */
public final class MediaErrorException extends SelkieException {

    private static final long serialVersionUID = 1L;

    MediaErrorException(String message) {
        super(message);
    }
}
