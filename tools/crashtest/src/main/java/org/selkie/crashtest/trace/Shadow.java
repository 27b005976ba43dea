// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.trace;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A copy of a region's memory as far as it was recorded. What differs from it was stored by somebody whom nobody recorded.
 */
final class Shadow {

    private static final long LINE_BYTES = 64;

    private final MemorySegment memory;
    private final MemorySegment known;

    /** Told of a run of words that changed within one line. */
    @FunctionalInterface
    interface Found {
        void changed(long offsetBytes, byte[] bytes, StoreKind kind);
    }

    Shadow(MemorySegment memory) {
        this.memory = memory;
        this.known = Arena.ofAuto().allocate(memory.byteSize(), LINE_BYTES);
        known.copyFrom(memory);
    }

    /** A store was recorded: it is no difference. */
    void stored(long offsetBytes, long lengthBytes) {
        MemorySegment.copy(memory, offsetBytes, known, offsetBytes, lengthBytes);
    }

    /**
     * Finds what changed since, line by line. One changed word is a plain store; of several in a line the order is not known,
     * so they are a copy, from the first to the last: that it stores the unchanged ones between again makes no difference,
     * because it comes after whatever stored them.
     */
    void find(Found found) {
        long at = memory.mismatch(known);
        while (at >= 0) {
            long line = at & -LINE_BYTES;
            long end = Math.min(line + LINE_BYTES, memory.byteSize());
            long first = at & -Long.BYTES;
            long last = first;
            for (long word = first + Long.BYTES; word < end; word += Long.BYTES) {
                long wordEnd = Math.min(word + Long.BYTES, end);
                if (MemorySegment.mismatch(memory, word, wordEnd, known, word, wordEnd) >= 0) {
                    last = word;
                }
            }
            // The bytes are taken once: another thread may be storing at this moment.
            byte[] bytes = memory.asSlice(first, Math.min(last + Long.BYTES, end) - first).toArray(ValueLayout.JAVA_BYTE);
            MemorySegment.copy(bytes, 0, known, ValueLayout.JAVA_BYTE, first, bytes.length);
            found.changed(first, bytes, first == last ? StoreKind.PLAIN : StoreKind.BULK);
            if (end == memory.byteSize()) {
                return;
            }
            at = MemorySegment.mismatch(memory, end, memory.byteSize(), known, end, memory.byteSize());
            at = at < 0 ? at : at + end;
        }
    }
}
