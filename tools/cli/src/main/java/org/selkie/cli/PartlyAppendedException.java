// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

/** An append failed in the middle: whoever repeats it must know what is there already. */
final class PartlyAppendedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Exception reason;

    PartlyAppendedException(String whatIsThere, Exception reason) {
        super(whatIsThere, reason);
        this.reason = reason;
    }

    /** What went wrong. */
    Exception reason() {
        return reason;
    }
}
