// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Set;
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
}
