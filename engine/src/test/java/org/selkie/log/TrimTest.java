// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.selkie.Pool;
import org.selkie.fault.PoolFullException;
import org.selkie.fault.PositionException;
import org.selkie.testing.Damage;
import org.selkie.testing.Pools;
import org.selkie.testing.Pools.Entry;
import org.selkie.testing.Scratch;
import org.selkie.testing.Threads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What is trimmed is gone and stays gone; what is not stays; the room is used again. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class TrimTest {

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    private static List<Entry> append(Log log, int records, int lengthBytes) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < records; i++) {
            byte[] payload = Pools.payload(log.visiblePosition(), lengthBytes);
            entries.add(new Entry(log.append(payload), payload));
        }
        return entries;
    }

    private static void reopensWith(Path directory, List<Entry> entries) {
        try (Pool pool = Pool.open(directory, Pools.small().withRecoveryMode(RecoveryMode.STRICT))) {
            assertTrue(pool.recovery().isClean(), () -> pool.recovery().toString());
            assertEquals(entries, Pools.entries(pool.log("x")));
            assertEquals(entries, Pools.backwards(pool.log("x")).reversed());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 61, 150, 299})
    void recordsBelowTheTrimAreGoneAndTheOthersStay(int kept) {
        Path directory = scratch.path("pool");
        List<Entry> entries;
        try (Pool pool = Pools.open(directory)) {
            Log log = pool.log("x");
            entries = append(log, 300, 1000);
            List<Entry> before = entries;
            entries = entries.subList(300 - kept, 300);
            log.trim(entries.getFirst().position());
            assertEquals(entries.getFirst().position(), log.startPosition());
            assertEquals(entries, Pools.entries(log));
            assertEquals(entries, Pools.backwards(log).reversed());
            assertThrows(PositionException.class, () -> log.read(before.getFirst().position()));
            assertThrows(PositionException.class, () -> log.reader().seek(before.getFirst().position()).next());
            assertThrows(PositionException.class, () -> log.trim(before.getFirst().position()));
        }
        reopensWith(directory, entries);
    }

    @Test
    void aTrimToWhereNoRecordBeginsIsRefused() {
        try (Pool pool = Pools.open(scratch.path("pool"))) {
            Log log = pool.log("x");
            List<Entry> entries = append(log, 300, 1000);
            long end = log.persistedPosition();
            for (long position : new long[] {-1, 0, 64, 4095, entries.get(5).position() + 1, entries.get(5).position() + 64,
                end + 1, end + 64, Pools.EXTENT_BYTES + 64, Pools.EXTENT_BYTES + 4032, Long.MAX_VALUE, Long.MIN_VALUE}) {
                assertThrows(PositionException.class, () -> log.trim(position), () -> "to " + position);
            }
            assertEquals(entries, Pools.entries(log));
        }
    }

    @Test
    void aLogTrimmedToItsEndIsEmptyAndGoesOnAtTheSamePosition() {
        Path directory = scratch.path("pool");
        List<Entry> entries = new ArrayList<>();
        for (int session = 0; session < 5; session++) {
            long end;
            try (Pool pool = Pools.open(directory)) {
                Log log = pool.log("x");
                append(log, 20 * session, 1000);
                end = log.persistedPosition();
                log.trim(end);
                log.trim(end);
                assertEquals(List.of(), Pools.entries(log));
                assertEquals(List.of(), Pools.backwards(log));
            }
            try (Pool pool = Pools.open(directory)) {
                Log log = pool.log("x");
                assertTrue(pool.recovery().isClean(), () -> pool.recovery().toString());
                assertEquals(List.of(), Pools.entries(log));
                assertEquals(end, log.append(new byte[10]), "session " + session);
                entries = Pools.entries(log);
            }
            reopensWith(directory, entries);
        }
    }

    @Test
    void aLogCanBeTrimmedToTheEndOfAnExtentThatIsFull() {
        Path directory = scratch.path("pool");
        try (Pool pool = Pools.open(directory)) {
            Log log = pool.log("x");
            append(log, 2, Pools.MAX_PAYLOAD_BYTES);
            assertEquals(2 * Pools.EXTENT_BYTES, log.persistedPosition());
            log.trim(2 * Pools.EXTENT_BYTES);
        }
        reopensWith(directory, List.of());
        List<Entry> entries;
        try (Pool pool = Pools.open(directory)) {
            entries = append(pool.log("x"), 1, 100);
            assertEquals(2 * Pools.EXTENT_BYTES + 4096, entries.getFirst().position());
            pool.log("x").trim(entries.getFirst().position());
        }
        reopensWith(directory, entries);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aTrimIntoTheMiddleOfABatchKeepsTheRestOfIt(int member) {
        Path directory = scratch.path("pool");
        List<Entry> entries;
        try (Pool pool = Pools.open(directory)) {
            Log log = pool.log("x");
            append(log, 1, 10);
            log.batch().add(new byte[] {1}).add(new byte[] {2}).add(new byte[] {3}).commit();
            append(log, 1, 10);
            entries = Pools.entries(log).subList(1 + member, 5);
            log.trim(entries.getFirst().position());
            assertEquals(entries, Pools.entries(log));
        }
        reopensWith(directory, entries);
        try (Pool pool = Pool.open(directory, Pools.small().forReading())) {
            assertEquals(entries, Pools.entries(pool.log("x")));
        }
    }

    @Test
    void roomThatWasTrimmedIsUsedAgainAndItsOldRecordsNeverComeBack() {
        Path directory = scratch.path("pool");
        List<Entry> entries = new ArrayList<>();
        for (int round = 0; round < 30; round++) {
            try (Pool pool = Pool.open(directory, Pools.small().withMaxBytes(6 * Pools.EXTENT_BYTES))) {
                assertTrue(pool.recovery().isClean(), () -> pool.recovery().toString());
                Log log = pool.log("x");
                assertEquals(entries, Pools.entries(log));
                // Records of one length, so that old ones lie where new ones would.
                entries.addAll(append(log, 100 + round, 1000));
                entries = entries.subList(entries.size() - 50 - round, entries.size());
                log.trim(entries.getFirst().position());
                assertTrue(Damage.extents(directory).size() <= 6);
            }
        }
    }

    @Test
    void aFullPoolRefusesWritesUntilATrimMakesRoom() {
        try (Pool pool = Pool.open(scratch.path("pool"), Pools.small().withMaxBytes(3 * Pools.EXTENT_BYTES))) {
            Log log = pool.log("x");
            List<Entry> entries = new ArrayList<>();
            for (int round = 0; round < 20; round++) {
                PoolFullException full = assertThrows(PoolFullException.class, () -> {
                    while (true) {
                        entries.addAll(append(log, 1, 5000));
                    }
                });
                assertTrue(full.getMessage().contains("trim"), full::getMessage);
                assertEquals(entries, Pools.entries(log));
                // A shorter one may still fit into what is left, and a batch or a claim that did not fit can be tried again.
                entries.addAll(append(log, 1, 10));
                try (Batch batch = log.batch().add(new byte[5000]).add(new byte[5000]); Claim claim = log.claim(8000)) {
                    claim.segment().fill((byte) 3);
                    assertThrows(PoolFullException.class, batch::commit);
                    assertThrows(PoolFullException.class, claim::commit);
                    log.trim(entries.get(entries.size() / 2).position());
                    batch.commit();
                    claim.commit();
                }
                List<Entry> now = Pools.entries(log);
                assertEquals(entries.subList(entries.size() / 2, entries.size()), now.subList(0, now.size() - 3));
                entries.clear();
                entries.addAll(now);
            }
        }
    }

    @Test
    void writersReadersAndATrimmerWorkOnOneLogAtOnce() {
        try (Pool pool = Pool.open(scratch.path("pool"), Pools.small().withMaxBytes(64 * Pools.EXTENT_BYTES));
                Threads threads = new Threads()) {
            Log log = pool.log("x");
            AtomicBoolean done = new AtomicBoolean();
            AtomicLong appended = new AtomicLong();
            for (int w = 0; w < 3; w++) {
                threads.start(() -> {
                    for (int i = 0; i < 15_000;) {
                        try {
                            log.append(Pools.payload(i, 8 + i % 300));
                            appended.incrementAndGet();
                            i++;
                        } catch (PoolFullException e) {
                            Thread.sleep(1);
                        }
                    }
                });
            }
            threads.start(() -> {
                LogReader reader = log.reader();
                while (!done.get()) {
                    try {
                        if (reader.next()) {
                            assertTrue(Pools.number(reader.bytes()) >= 0, "a wrong record");
                        }
                    } catch (PositionException e) {
                        reader.seekToStart();
                    }
                }
            });
            threads.start(() -> {
                LogReader reader = log.reader();
                while (appended.get() < 45_000) {
                    reader.seekToEnd();
                    long behind = log.startPosition() + (reader.position() - log.startPosition()) / 2;
                    while (reader.position() > behind && reader.previous()) {
                        assertTrue(Pools.number(reader.bytes()) >= 0, "a wrong record");
                    }
                    log.trim(reader.position());
                }
                done.set(true);
            });
            threads.await(50);
        }
    }
}
