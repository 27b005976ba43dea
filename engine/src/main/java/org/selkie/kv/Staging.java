// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.selkie.format.RecordLayout;

/** One thread's memory for a record's payload, before it has a place in the log. */
final class Staging {

    private static final long FIRST_BYTES = 1024;
    /** What is longer is not kept. */
    private static final long MOST_BYTES = 64 << 10;

    private MemorySegment memory = Arena.ofAuto().allocate(FIRST_BYTES, RecordLayout.LINE_BYTES);

    /** Memory of that length at least, until the next call. */
    MemorySegment memory(long lengthBytes) {
        if (memory.byteSize() < lengthBytes) {
            MemorySegment longer = Arena.ofAuto().allocate(Long.highestOneBit(lengthBytes) << 1, RecordLayout.LINE_BYTES);
            if (lengthBytes > MOST_BYTES) {
                return longer;
            }
            memory = longer;
        }
        return memory;
    }
}
