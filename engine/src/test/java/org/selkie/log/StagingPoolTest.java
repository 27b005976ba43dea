// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Memory is used again by whoever needs that much, and what is kept has a limit. */
final class StagingPoolTest {

    private final StagingPool pool = new StagingPool();

    @ParameterizedTest
    @CsvSource({"0, 4096", "1, 4096", "4096, 4096", "4097, 8192", "8192, 8192", "8193, 16384", "1048576, 1048576",
        "1048577, 2097152"})
    void aPieceIsOfTheNextPowerOfTwo(long askedBytes, long givenBytes) {
        MemorySegment piece = pool.take(askedBytes);
        assertEquals(givenBytes, piece.byteSize());
        assertEquals(0, piece.address() % 64);
    }

    @Test
    void aPieceIsUsedAgainForTheLengthsThatItIsGoodFor() {
        MemorySegment small = pool.take(100);
        MemorySegment large = pool.take(70_000);
        pool.giveBack(small);
        pool.giveBack(large);
        assertEquals(large.address(), pool.take(131_072).address());
        assertEquals(small.address(), pool.take(4096).address());
        assertNotEquals(small.address(), pool.take(4096).address());
    }

    @Test
    void onlySoMuchOfEachLengthIsKept() {
        for (long lengthBytes = StagingPool.SMALLEST_BYTES; lengthBytes <= 4 * StagingPool.KEPT_BYTES; lengthBytes *= 2) {
            MemorySegment[] pieces = new MemorySegment[40];
            for (int i = 0; i < pieces.length; i++) {
                pieces[i] = pool.take(lengthBytes);
            }
            Set<Long> given = new HashSet<>();
            for (MemorySegment piece : pieces) {
                given.add(piece.address());
                pool.giveBack(piece);
            }
            long kept = 0;
            for (int i = 0; i < pieces.length; i++) {
                if (given.remove(pool.take(lengthBytes).address())) {
                    kept++;
                }
            }
            assertTrue(kept * lengthBytes <= StagingPool.KEPT_BYTES, kept + " pieces of " + lengthBytes + " bytes");
            assertEquals(lengthBytes <= StagingPool.KEPT_BYTES, kept > 0);
        }
    }

    @Test
    void threadsOfTwoGroupsFindTheirOwnPiecesAgain() throws InterruptedException {
        MemorySegment mine = pool.take(100);
        pool.giveBack(mine);
        AtomicLong theirs = new AtomicLong();
        AtomicLong theirsAgain = new AtomicLong();
        Thread other;
        do {
            other = new Thread(() -> {
                MemorySegment piece = pool.take(100);
                theirs.set(piece.address());
                pool.giveBack(piece);
                theirsAgain.set(pool.take(100).address());
            });
        } while (StagingPool.stripeOf(other) == StagingPool.stripeOf(Thread.currentThread()));
        other.start();
        other.join();
        assertNotEquals(mine.address(), theirs.get());
        assertEquals(theirs.get(), theirsAgain.get());
        assertEquals(mine.address(), pool.take(100).address());
    }

    @Test
    void noPieceIsWithTwoThreadsAtOnce() throws InterruptedException {
        // More threads than groups, so that some share one; each writes its mark into what it has and looks whether it stays.
        int threads = StagingPool.STRIPES + 4;
        AtomicLong clashes = new AtomicLong();
        List<Thread> all = IntStream.range(0, threads).mapToObj(mark -> new Thread(() -> {
            for (int i = 0; i < 20_000; i++) {
                MemorySegment piece = pool.take(i % 3 == 0 ? 5000 : 100);
                piece.set(ValueLayout.JAVA_INT, 0, mark);
                if (i % 64 == 0) {
                    Thread.yield();
                }
                if (piece.get(ValueLayout.JAVA_INT, 0) != mark) {
                    clashes.incrementAndGet();
                }
                pool.giveBack(piece);
            }
        })).toList();
        all.forEach(Thread::start);
        for (Thread each : all) {
            each.join();
        }
        assertEquals(0, clashes.get());
    }
}
