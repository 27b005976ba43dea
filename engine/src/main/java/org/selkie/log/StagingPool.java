// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import org.selkie.format.RecordLayout;

/**
 * Memory for payloads on their way into a log: arrays of one length, and native memory in pieces whose lengths are powers of
 * two. Some of each length are kept, {@link #KEPT_BYTES} of a length at most and none longer than that, and of the shortest
 * lengths one more for each of {@link #STRIPES} groups of threads; the rest goes to the collector.
 *
 * <p>A thread finds the piece that it gave back last in its group's place, by one atomic exchange. The queues behind it have a
 * lock, for which two threads that claim one record after the other would wait most of their time.
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

    /** A power of two. */
    static final int STRIPES = 16;
    /** 4, 8 and 16 KiB. */
    private static final int NEAR_LENGTHS = 3;
    /** References from one group's to the next one's, so that two groups share no pair of cache lines. */
    private static final int APART = 32;

    /** By group, and in it by length. */
    private final AtomicReferenceArray<MemorySegment> near = new AtomicReferenceArray<>((STRIPES + 1) * APART);

    /** By length, each twice the one before. */
    private final List<ArrayBlockingQueue<MemorySegment>> kept = IntStream.rangeClosed(0, indexOf(KEPT_BYTES))
            .mapToObj(index -> (int) Math.min(MOST_PIECES, KEPT_BYTES / (SMALLEST_BYTES << index)))
            .map(ArrayBlockingQueue<MemorySegment>::new)
            .toList();

    private final ArrayBlockingQueue<byte[]> arrays = new ArrayBlockingQueue<>(MOST_PIECES);

    /** At least so many bytes. What stands in them is undefined. */
    MemorySegment take(long lengthBytes) {
        int index = indexOf(lengthBytes);
        MemorySegment piece = null;
        if (index < NEAR_LENGTHS) {
            piece = near.getAndSet(placeOf(Thread.currentThread(), index), null);
        }
        if (piece == null && index < kept.size()) {
            piece = kept.get(index).poll();
        }
        return piece != null ? piece : Arena.ofAuto().allocate(SMALLEST_BYTES << index, RecordLayout.LINE_BYTES);
    }

    /** For what {@link #take} gave, whole. */
    void giveBack(MemorySegment piece) {
        int index = indexOf(piece.byteSize());
        if (index < NEAR_LENGTHS && near.compareAndSet(placeOf(Thread.currentThread(), index), null, piece)) {
            return;
        }
        if (index < kept.size()) {
            kept.get(index).offer(piece);
        }
    }

    /** Threads that were started one after the other have places of their own. */
    static int stripeOf(Thread thread) {
        return (int) thread.threadId() & (STRIPES - 1);
    }

    private static int placeOf(Thread thread, int index) {
        return (stripeOf(thread) + 1) * APART + index;
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
