// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ArrayBlockingQueue;
import org.selkie.format.RecordLayout;

/**
 * Native memory for payloads on their way into a log. A few pieces are kept; the rest goes to the collector.
 *
 * <p>The queue is the JDK's: Agrona's would oblige every user of the engine to open a package of java.base to it.
 */
final class StagingPool {

    private static final int KEPT = 16;
    private static final long SMALLEST_BYTES = 4096;

    private final ArrayBlockingQueue<MemorySegment> kept = new ArrayBlockingQueue<>(KEPT);

    /** At least so many bytes. What stands in them is undefined. */
    MemorySegment take(long lengthBytes) {
        MemorySegment piece = kept.poll();
        if (piece != null && piece.byteSize() >= lengthBytes) {
            return piece;
        }
        long rounded = Math.max(SMALLEST_BYTES, Long.highestOneBit(Math.max(1, lengthBytes - 1)) * 2);
        return Arena.ofAuto().allocate(rounded, RecordLayout.LINE_BYTES);
    }

    void giveBack(MemorySegment piece) {
        kept.offer(piece);
    }
}
