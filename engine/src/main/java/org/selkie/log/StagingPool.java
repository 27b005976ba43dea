// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.stream.IntStream;
import org.selkie.format.RecordLayout;

/**
 * Memory for payloads on their way into a log: arrays of one length, and native memory in pieces whose lengths are powers of
 * two. Some of each length are kept,
 * {@link #KEPT_BYTES} of a length at most and none longer than that; the rest goes to the collector.
 *
 * <p>The queues are the JDK's: Agrona's would oblige every user of the engine to open a package of java.base to it.
 */
final class StagingPool {

    static final long SMALLEST_BYTES = 4096;
    /** Of each length. */
    static final long KEPT_BYTES = 1 << 20;
    /** Of an array. */
    static final int ARRAY_BYTES = 16 * 1024;
    private static final int MOST_PIECES = 16;

    /** By length, each twice the one before. */
    private final List<ArrayBlockingQueue<MemorySegment>> kept = IntStream.rangeClosed(0, indexOf(KEPT_BYTES))
            .mapToObj(index -> (int) Math.min(MOST_PIECES, KEPT_BYTES / (SMALLEST_BYTES << index)))
            .map(ArrayBlockingQueue<MemorySegment>::new)
            .toList();

    private final ArrayBlockingQueue<byte[]> arrays = new ArrayBlockingQueue<>(MOST_PIECES);

    /** At least so many bytes. What stands in them is undefined. */
    MemorySegment take(long lengthBytes) {
        int index = indexOf(lengthBytes);
        MemorySegment piece = index < kept.size() ? kept.get(index).poll() : null;
        return piece != null ? piece : Arena.ofAuto().allocate(SMALLEST_BYTES << index, RecordLayout.LINE_BYTES);
    }

    /** For what {@link #take} gave, whole. */
    void giveBack(MemorySegment piece) {
        int index = indexOf(piece.byteSize());
        if (index < kept.size()) {
            kept.get(index).offer(piece);
        }
    }

    /** An array of {@link #ARRAY_BYTES}. What stands in it is undefined. */
    byte[] takeArray() {
        byte[] array = arrays.poll();
        return array != null ? array : new byte[ARRAY_BYTES];
    }

    /** For what {@link #takeArray} gave; others are left to the collector. */
    void giveBack(byte[] array) {
        if (array.length == ARRAY_BYTES) {
            arrays.offer(array);
        }
    }

    /** Of the shortest pieces that have so many bytes. */
    private static int indexOf(long lengthBytes) {
        return Long.SIZE - Long.numberOfLeadingZeros((Math.max(lengthBytes, SMALLEST_BYTES) - 1) / SMALLEST_BYTES);
    }
}
