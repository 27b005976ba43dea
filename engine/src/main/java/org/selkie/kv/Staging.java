// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.selkie.format.RecordLayout;

/** One thread's memory for a record's payload, before it has a place in the log. */
final class Staging {

    private static final long FIRST_BYTES = 1024;
    /** A power of two: of many threads each keeps as much. */
    private static final long MOST_KEPT_BYTES = 64 << 10;

    private MemorySegment memory = Arena.ofAuto().allocate(FIRST_BYTES, RecordLayout.LINE_BYTES);

    /** Whether memory of that length is used again, so that asking for it costs nothing. */
    static boolean isKept(long lengthBytes) {
        return lengthBytes <= MOST_KEPT_BYTES;
    }

    /** Memory of that length at least, until the next call. */
    MemorySegment memory(long lengthBytes) {
        if (!isKept(lengthBytes)) {
            return Arena.ofAuto().allocate(lengthBytes, RecordLayout.LINE_BYTES);
        }
        if (memory.byteSize() < lengthBytes) {
            memory = Arena.ofAuto().allocate(Long.highestOneBit(lengthBytes - 1) << 1, RecordLayout.LINE_BYTES);
        }
        return memory;
    }
}
