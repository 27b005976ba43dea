// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.kv;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

/** Which key comes next, evenly spread; for one thread. In native memory, as kv.c goes on where Java has stopped. */
public final class Draw {

    private final MemorySegment state = Arena.ofAuto().allocate(JAVA_LONG);
    private final long keys;

    /**
     * Starts one.
     *
     * @param seed not 0
     * @param keys numbers from 0 to below this are drawn
     */
    public Draw(long seed, long keys) {
        this.keys = keys;
        state.set(JAVA_LONG, 0, seed);
    }

    /** The next key's number. */
    public long next() {
        long x = state.get(JAVA_LONG, 0);
        x ^= x << 13;
        x ^= x >>> 7;
        x ^= x << 17;
        state.set(JAVA_LONG, 0, x);
        return Math.unsignedMultiplyHigh(x, keys);
    }

    /** How many keys there are. */
    public long keys() {
        return keys;
    }

    MemorySegment state() {
        return state;
    }
}
