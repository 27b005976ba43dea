// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.Pool;
import org.selkie.fault.DamagedRecordException;
import org.selkie.fault.PositionException;
import org.selkie.testing.Damage;
import org.selkie.testing.Pools;
import org.selkie.testing.Pools.Entry;
import org.selkie.testing.Scratch;
import org.selkie.testing.Seed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Damage is called damage, a wrong position a wrong position, and a cursor gets past the first in both directions. */
final class DamagedReadTest {

    private static final int RECORDS = 300;

    @RegisterExtension
    private static final Seed SEED = new Seed();

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    private Pool pool;
    private Log log;
    private final List<Entry> entries = new ArrayList<>();

    @BeforeEach
    void fill() {
        pool = Pools.open(scratch.path("pool"));
        log = pool.log("read");
        for (int i = 0; i < RECORDS; i++) {
            byte[] payload = Pools.payload(i, 200 + i);
            entries.add(new Entry(log.append(payload), payload));
        }
    }

    @AfterEach
    void close() {
        pool.close();
    }

    private void overwrite(int record, int bytes) {
        byte[] noise = new byte[bytes];
        SEED.random("noise", record).nextBytes(noise);
        long position = entries.get(record).position();
        Path file = Damage.extents(Path.of(pool.name())).get((int) (position / Pools.EXTENT_BYTES));
        Damage.write(file, position % Pools.EXTENT_BYTES, noise);
    }

    @Test
    void aCursorGetsPastDamageInBothDirections() {
        for (int record : new int[] {0, 20, 21, 60, RECORDS - 1}) {
            overwrite(record, 200);
        }
        Damage.flip(pool, entries.get(100).position());
        List<Entry> whole = new ArrayList<>(entries);
        for (int record : new int[] {RECORDS - 1, 100, 60, 21, 20, 0}) {
            whole.remove(record);
        }
        LogReader reader = log.reader();
        List<Entry> forwards = new ArrayList<>();
        boolean more = true;
        while (more) {
            try {
                more = reader.next();
                if (more) {
                    forwards.add(new Entry(reader.position(), reader.bytes()));
                }
            } catch (DamagedRecordException e) {
                assertTrue(e.getMessage().contains("position " + reader.nextPosition() + " "), e::getMessage);
                assertEquals(0, reader.lengthBytes());
                assertTrue(reader.skipDamaged() > 0);
                assertEquals(0, reader.skipDamaged());
            }
        }
        assertEquals(whole, forwards);
        List<Entry> backwards = new ArrayList<>();
        more = true;
        while (more) {
            try {
                more = reader.previous();
                if (more) {
                    backwards.add(new Entry(reader.position(), reader.bytes()));
                    assertEquals(0, reader.skipDamagedBackwards() % 64);
                }
            } catch (DamagedRecordException e) {
                assertTrue(reader.skipDamagedBackwards() > 0);
            }
        }
        assertEquals(whole, backwards.reversed());
    }

    @Test
    void anOverwrittenHeaderIsDamageAndAPlaceWithinARecordIsNot() {
        overwrite(50, 24);
        long damaged = entries.get(50).position();
        String overwritten = "the header of the record at log read, position " + damaged + " (";
        assertTrue(assertThrows(DamagedRecordException.class, () -> log.read(damaged)).getMessage().startsWith(overwritten));
        assertTrue(assertThrows(DamagedRecordException.class, () -> log.reader().seek(damaged).next()).getMessage()
                .startsWith(overwritten));
        assertTrue(assertThrows(DamagedRecordException.class, () -> log.read(damaged + 64)).getMessage()
                .contains("from position " + damaged + " on"));
        for (long within : new long[] {entries.get(49).position() + 64, entries.get(51).position() + 64, damaged + 1}) {
            assertThrows(PositionException.class, () -> log.read(within));
            assertThrows(PositionException.class, () -> log.reader().seek(within).next());
        }
    }

    @Test
    void trimmingToADamagedRecordSaysThatItIsDamagedAndWhereElse() {
        overwrite(50, 24);
        Damage.flip(pool, entries.get(70).position());
        for (int record : new int[] {50, 70}) {
            long at = entries.get(record).position();
            DamagedRecordException error = assertThrows(DamagedRecordException.class, () -> log.trim(at));
            assertTrue(error.getMessage().startsWith("log read cannot be trimmed to position " + at + ": the "),
                    error::getMessage);
            assertTrue(error.getMessage().endsWith("or trim to the record behind, at " + entries.get(record + 1).position()),
                    error::getMessage);
        }
        assertThrows(PositionException.class, () -> log.trim(entries.get(10).position() + 64));
        log.trim(entries.get(71).position());
        assertEquals(entries.subList(71, RECORDS), Pools.entries(log));
    }

    @Test
    void aMoveThatFindsNothingChangesNothing() {
        LogReader reader = log.reader().seekToEnd();
        assertTrue(reader.previous());
        assertFalse(reader.next());
        assertEquals(entries.getLast(), new Entry(reader.position(), reader.bytes()));
        byte[] large = new byte[Pools.MAX_PAYLOAD_BYTES];
        // The rest of the extent becomes a pad, and the record stands in the next one.
        long position = log.append(large);
        assertTrue(reader.next());
        assertEquals(new Entry(position, large), new Entry(reader.position(), reader.bytes()));
        assertFalse(reader.next());
        assertTrue(reader.previous());
        assertEquals(entries.getLast(), new Entry(reader.position(), reader.bytes()));
    }
}
