// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.Pool;
import org.selkie.fault.PositionException;
import org.selkie.testing.Pools;
import org.selkie.testing.Scratch;
import org.selkie.testing.Seed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A cursor that walks about while the log grows and is trimmed does what a finger on a list of its records would. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ReaderWalkTest {

    private static final int STEPS = Integer.getInteger("selkie.steps", 20_000);

    @RegisterExtension
    private static final Seed SEED = new Seed();

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    private final TreeMap<Long, byte[]> records = new TreeMap<>();
    private SplittableRandom random;
    private Log log;
    private LogReader reader;
    /** The record that the cursor holds, or -1; where it goes on from, forwards and backwards. */
    private long held;
    private long behind;
    private long before;

    @RepeatedTest(3)
    void aWalkWhileTheLogGrowsAndIsTrimmed(org.junit.jupiter.api.RepetitionInfo round) {
        random = SEED.random("walk", round.getCurrentRepetition());
        try (Pool pool = Pools.open(scratch.path("pool"))) {
            log = pool.log("walked");
            reader = log.reader();
            stand(log.startPosition());
            for (int step = 0; step < STEPS; step++) {
                int choice = random.nextInt(1000);
                if (choice < 200) {
                    append();
                } else if (choice < 205) {
                    trim();
                } else if (choice < 225) {
                    seek();
                } else if (choice < 640) {
                    next();
                } else {
                    previous();
                }
            }
        }
    }

    private void append() {
        // Now and then one that leaves the rest of an extent as a pad.
        int bytes = random.nextInt(50) == 0 ? random.nextInt(Pools.MAX_PAYLOAD_BYTES) : random.nextInt(400);
        byte[] payload = Pools.payload(random.nextLong(), bytes);
        records.put(log.append(payload), payload);
    }

    private void trim() {
        if (records.isEmpty()) {
            return;
        }
        long at = random.nextInt(20) == 0 ? log.persistedPosition() : somePosition();
        log.trim(at);
        records.headMap(at).clear();
        assertEquals(at, log.startPosition());
    }

    private long somePosition() {
        return records.keySet().stream().skip(random.nextInt(records.size())).findFirst().orElseThrow();
    }

    private void seek() {
        int where = records.isEmpty() ? random.nextInt(2) : random.nextInt(3);
        long to = where == 0 ? log.startPosition() : where == 1 ? log.persistedPosition() : somePosition();
        reader.seek(to);
        stand(to);
    }

    private void stand(long at) {
        held = -1;
        before = at;
        behind = at;
    }

    private void next() {
        Long expected = records.ceilingKey(behind);
        if (behind < log.startPosition() && behind < log.persistedPosition()) {
            requireTrimmed();
        } else if (expected == null) {
            assertFalse(reader.next());
            requireHeld();
        } else {
            assertTrue(reader.next());
            hold(expected);
        }
    }

    /** A cursor that stands where the log was trimmed says so, unless only a pad was between it and the beginning. */
    private void requireTrimmed() {
        if (reader.nextPosition() < log.startPosition()) {
            assertThrows(PositionException.class, reader::next);
            reader.seekToStart();
        } else {
            reader.seek(log.startPosition());
        }
        stand(log.startPosition());
    }

    private void previous() {
        Long expected = records.lowerKey(before);
        if (expected == null) {
            assertFalse(reader.previous());
            requireHeld();
        } else {
            assertTrue(reader.previous(), () -> "from " + before + ", expected " + expected);
            hold(expected);
        }
    }

    private void hold(long position) {
        held = position;
        before = position;
        requireHeld();
        assertEquals(position, reader.position());
        behind = position + (records.get(position).length + 28 + 63) / 64 * 64;
        assertEquals(behind, reader.nextPosition());
    }

    private void requireHeld() {
        byte[] payload = records.get(held);
        if (payload != null) {
            assertArrayEquals(payload, reader.bytes());
            assertArrayEquals(payload, log.read(held));
        }
    }
}
