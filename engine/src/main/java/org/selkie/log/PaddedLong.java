// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A number that several threads write, on cache lines of its own. */
final class PaddedLong {

    /** Two lines on either side: the adjacent-line prefetcher pairs lines. */
    private static final int VALUE = 16;
    private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] cells = new long[2 * VALUE + 1];

    PaddedLong(long value) {
        cells[VALUE] = value;
    }

    long get() {
        return (long) ELEMENT.getVolatile(cells, VALUE);
    }

    void setRelease(long value) {
        ELEMENT.setRelease(cells, VALUE, value);
    }

    boolean compareAndSet(long expected, long value) {
        return ELEMENT.compareAndSet(cells, VALUE, expected, value);
    }

    void or(long bits) {
        ELEMENT.getAndBitwiseOr(cells, VALUE, bits);
    }

    /** Raises it to a value unless it is higher already, and returns what it then is at least. */
    long raiseTo(long value) {
        long known = get();
        while (value > known) {
            if (ELEMENT.weakCompareAndSet(cells, VALUE, known, value)) {
                return value;
            }
            known = get();
        }
        return known;
    }
}
