// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.Pool;
import org.selkie.fault.DamagedRecordException;
import org.selkie.fault.LogStoppedException;
import org.selkie.fault.PositionException;
import org.selkie.fault.SelkieException;
import org.selkie.testing.Damage;
import org.selkie.testing.Pools;
import org.selkie.testing.Pools.Entry;
import org.selkie.testing.Scratch;
import org.selkie.testing.Seed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A cursor goes both ways, anywhere, and says clearly where there is nothing. */
final class ReaderTest {

    @RegisterExtension
    private static final Seed SEED = new Seed();

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    private Pool pool;
    private Log log;
    private final List<Entry> entries = new ArrayList<>();

    @BeforeEach
    void open() {
        pool = Pools.open(scratch.path("pool"));
        log = pool.log("read");
    }

    @AfterEach
    void close() {
        pool.close();
    }

    private void append(int records, int maxBytes) {
        SplittableRandom random = SEED.random("append");
        for (int i = 0; i < records; i++) {
            byte[] payload = Pools.payload(i, random.nextInt(maxBytes));
            entries.add(new Entry(log.append(payload), payload));
        }
    }

    @Test
    void anEmptyLogHasNoRecordInEitherDirection() {
        LogReader reader = log.reader();
        assertFalse(reader.next());
        assertFalse(reader.previous());
        assertFalse(reader.seekToEnd().previous());
        assertFalse(reader.seekToStart().next());
        assertEquals(log.startPosition(), reader.position());
    }

    @Test
    void forwardsIsBackwardsReversedOverManyExtents() {
        append(3000, 400);
        assertEquals(entries, Pools.entries(log));
        assertEquals(entries, Pools.backwards(log).reversed());
    }

    @Test
    void aCursorTurnsAroundAnywhere() {
        append(1500, 300);
        SplittableRandom random = SEED.random("walk");
        LogReader reader = log.reader();
        int at = -1;
        for (int step = 0; step < 20_000; step++) {
            if (random.nextInt(200) == 0) {
                at = random.nextInt(entries.size());
                reader.seek(entries.get(at).position());
                assertTrue(reader.next());
            } else if (random.nextInt(100) < (step / 2000 % 2 == 0 ? 60 : 40)) {
                assertEquals(at + 1 < entries.size(), reader.next());
                at = Math.min(at + 1, entries.size() - 1);
            } else {
                assertEquals(at > 0, reader.previous());
                at = Math.max(at - 1, Math.min(at, 0));
            }
            if (at >= 0) {
                Entry expected = entries.get(at);
                assertEquals(expected.position(), reader.position());
                assertArrayEquals(expected.payload(), reader.bytes());
                assertEquals(expected.payload().length, reader.lengthBytes());
                assertEquals(expected.payload().length, reader.payload().byteSize());
            }
        }
    }

    @Test
    void everyPositionThatNoAppendReturnedIsATypedErrorOrNothing() {
        append(600, 200);
        List<Long> positions = entries.stream().map(Entry::position).toList();
        for (long at = -200; at < log.visiblePosition() + 70_000; at += at % 64 == 0 ? 1 : 63) {
            long position = at;
            if (positions.contains(position)) {
                assertArrayEquals(entries.get(positions.indexOf(position)).payload(), log.read(position));
                continue;
            }
            assertThrows(PositionException.class, () -> log.read(position), () -> "position " + position);
            try {
                LogReader reader = log.reader().seek(position);
                if (reader.next()) {
                    // From the header of an extent the cursor goes on to its first record.
                    assertTrue(positions.contains(reader.position()));
                }
            } catch (SelkieException e) {
                assertTrue(e instanceof PositionException || e instanceof DamagedRecordException, e::toString);
            }
        }
        for (long position : new long[] {Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE - 63, 1L << 62, -64}) {
            assertThrows(PositionException.class, () -> log.read(position));
            LogReader reader = log.reader().seek(position);
            assertThrowsOrFalse(reader::next);
            assertThrowsOrFalse(log.reader().seek(position)::previous);
        }
    }

    private interface Move {
        boolean run();
    }

    private static void assertThrowsOrFalse(Move move) {
        try {
            move.run();
        } catch (PositionException e) {
            assertTrue(e.getMessage().contains("position"), e::toString);
        }
    }

    @Test
    void aCursorBehindTheEndGoesBackToTheLastRecord() {
        append(10, 100);
        LogReader reader = log.reader().seek(log.visiblePosition() + 6400);
        assertFalse(reader.next());
        assertTrue(reader.previous());
        assertArrayEquals(entries.getLast().payload(), reader.bytes());
    }

    @Test
    void whatAReaderHoldsStaysWhenTheLogIsTrimmedAndClosed() {
        append(10, 100);
        LogReader reader = log.reader();
        reader.next();
        var payload = reader.payload();
        log.trim(log.persistedPosition());
        pool.close();
        assertArrayEquals(entries.getFirst().payload(), payload.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE));
        assertThrows(LogStoppedException.class, reader::next);
        assertThrows(LogStoppedException.class, () -> log.read(entries.getFirst().position()));
        assertThrows(LogStoppedException.class, () -> log.append(new byte[1]));
    }

    @Test
    void aDamagedRecordIsNamedInBothDirectionsAndCanBeSkipped() {
        append(300, 100);
        Entry damaged = entries.get(150);
        Damage.flip(pool, damaged.position());
        LogReader forwards = log.reader();
        for (int i = 0; i < 150; i++) {
            assertTrue(forwards.next());
        }
        DamagedRecordException error = assertThrows(DamagedRecordException.class, forwards::next);
        assertTrue(error.getMessage().contains("position " + damaged.position() + " "), error::getMessage);
        assertThrows(DamagedRecordException.class, forwards::next);
        assertEquals(entries.get(151).position() - damaged.position(), forwards.skipDamaged());
        assertEquals(entries.subList(151, 300), Pools.rest(forwards));

        LogReader backwards = log.reader().seekToEnd();
        for (int i = 299; i > 150; i--) {
            assertTrue(backwards.previous());
            assertEquals(entries.get(i).position(), backwards.position());
        }
        assertThrows(DamagedRecordException.class, backwards::previous);
        assertThrows(DamagedRecordException.class, () -> log.read(damaged.position()));
        assertTrue(backwards.seek(damaged.position()).previous());
        assertEquals(entries.get(149).position(), backwards.position());
    }
}
