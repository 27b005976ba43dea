// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.Pool;
import org.selkie.fault.ExtentBusyException;
import org.selkie.fault.LogStoppedException;
import org.selkie.fault.PoolFormatException;
import org.selkie.fault.PositionException;
import org.selkie.fault.ReadOnlyException;
import org.selkie.testing.Pools;
import org.selkie.testing.Pools.Entry;
import org.selkie.testing.Scratch;
import org.selkie.testing.SecondJvm;
import org.selkie.testing.Threads;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** One process writes, others read: a growing prefix, and nothing that was not written. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ReadOnlyTest {

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    private static List<Entry> append(Log log, int from, int to) {
        List<Entry> entries = new ArrayList<>();
        for (int i = from; i < to; i++) {
            byte[] payload = Pools.payload(i, 8 + i % 500);
            entries.add(new Entry(log.append(payload), payload));
        }
        return entries;
    }

    @Test
    void everyRecordOfACleanlyClosedPoolIsDurableForAReader() {
        Path directory = scratch.path("pool");
        List<Entry> entries;
        try (Pool pool = Pools.open(directory)) {
            entries = append(pool.log("x"), 0, 700);
            pool.log("empty");
        }
        try (Pool pool = Pool.open(directory, Pools.small().forReading())) {
            assertTrue(pool.recovery().isClean(), () -> pool.recovery().toString());
            assertEquals(entries, Pools.entries(pool.log("x")));
            assertEquals(entries, Pools.backwards(pool.log("x")).reversed());
            assertEquals(pool.log("x").visiblePosition(), pool.log("x").persistedPosition());
            assertEquals(List.of(), Pools.entries(pool.log("empty")));
        }
    }

    @Test
    void nothingCanBeWrittenThroughAPoolThatIsOpenForReading() {
        Path directory = scratch.path("pool");
        try (Pool pool = Pools.open(directory)) {
            append(pool.log("x"), 0, 10);
        }
        try (Pool pool = Pool.open(directory, Pools.small().forReading())) {
            Log log = pool.log("x");
            assertThrows(ReadOnlyException.class, () -> log.append(new byte[1]));
            assertThrows(ReadOnlyException.class, () -> log.batch().add(new byte[1]).commit());
            assertThrows(ReadOnlyException.class, () -> log.claim(10).commit());
            assertThrows(ReadOnlyException.class, () -> log.trim(log.persistedPosition()));
            assertThrows(PositionException.class, () -> pool.log("new"));
            log.persist();
            assertEquals(10, Pools.entries(log).size());
        }
        assertThrows(PoolFormatException.class, () -> Pool.open(scratch.path("none"), Pools.small().forReading()));
    }

    @Test
    void aReaderInTheSameProcessFollowsTheWriterThroughManyExtents() {
        Path directory = scratch.path("pool");
        try (Pool pool = Pools.open(directory); Threads threads = new Threads()) {
            Log log = pool.log("x");
            append(log, 0, 10);
            AtomicBoolean done = new AtomicBoolean();
            threads.start(() -> {
                append(log, 10, 4000);
                done.set(true);
            });
            threads.start(() -> follow(directory, 4000));
            threads.await(50);
        }
    }

    private static void follow(Path directory, int records) {
        try (Pool reading = Pool.open(directory, Pools.small().forReading())) {
            assertFalse(reading.recovery().hasLoss(), () -> reading.recovery().toString());
            LogReader visible = reading.log("x").reader(Visibility.VISIBLE);
            LogReader persisted = reading.log("x").reader();
            int durable = 0;
            for (int i = 0; i < records; i++) {
                while (!visible.next()) {
                    Thread.onSpinWait();
                }
                assertArrayEquals(Pools.payload(i, 8 + i % 500), visible.bytes());
                while (persisted.next()) {
                    assertArrayEquals(Pools.payload(durable, 8 + durable % 500), persisted.bytes());
                    durable++;
                }
            }
            assertTrue(durable >= records - 200, "records prove those before them");
        }
    }

    @Test
    void openingForReadingBesideABusyWriterNeverReportsDamage() {
        Path directory = scratch.path("pool");
        try (Pool pool = Pools.open(directory); Threads threads = new Threads()) {
            Log log = pool.log("x");
            append(log, 0, 10);
            AtomicBoolean done = new AtomicBoolean();
            for (int w = 0; w < 3; w++) {
                int writer = w;
                threads.start(() -> {
                    for (int i = 0; !done.get(); i++) {
                        long position = log.append(Pools.payload(i, 8 + i % 500));
                        if (writer == 0 && i % 300 == 0) {
                            log.trim(position);
                        }
                        if (i % 16 == 0) {
                            LockSupport.parkNanos(1_000_000);
                        }
                    }
                });
            }
            threads.start(() -> {
                try {
                    for (int i = 0; i < 60; i++) {
                        try (Pool reading = Pool.open(directory, Pools.small().forReading())) {
                            assertFalse(reading.recovery().hasLoss(), () -> reading.recovery().toString());
                            LogReader reader = reading.log("x").reader(Visibility.VISIBLE);
                            for (int record = 0; record < 1000 && nextIfAny(reader); record++) {
                                assertTrue(Pools.number(reader.bytes()) >= 0, "a wrong record");
                            }
                        }
                    }
                } finally {
                    done.set(true);
                }
            });
            threads.await(50);
        }
    }

    /** False at the end, and where the writer has trimmed everything that this reader knows of. */
    private static boolean nextIfAny(LogReader reader) {
        try {
            return reader.next();
        } catch (PositionException e) {
            return false;
        }
    }

    @Test
    void aReaderGoesOnBehindWhatTheWriterTrimmedAndRecycled() {
        Path directory = scratch.path("pool");
        try (Pool pool = Pools.open(directory)) {
            Log log = pool.log("x");
            List<Entry> entries = append(log, 0, 600);
            try (Pool reading = Pool.open(directory, Pools.small().forReading())) {
                LogReader reader = reading.log("x").reader(Visibility.VISIBLE);
                assertTrue(reader.next());
                log.trim(entries.get(400).position());
                append(log, 600, 1200);
                PositionException trimmed = assertThrows(PositionException.class, () -> Pools.rest(reader));
                assertTrue(trimmed.getMessage().endsWith("go on with seekToStart"), trimmed::getMessage);
                assertEquals(Pools.entries(log), Pools.rest(reader.seekToStart()));
                append(log, 1200, 1500);
                log.trim(log.persistedPosition());
                append(log, 1500, 2000);
                PositionException outrun = assertThrows(PositionException.class, () -> Pools.rest(reader));
                assertTrue(outrun.getMessage().endsWith("open the pool again"), outrun::getMessage);
            }
        }
    }

    @Test
    @SuppressWarnings("try") // Closing it while others read is what is tested.
    void closingAPoolUnderItsReadersIsATypedError() {
        Path directory = scratch.path("pool");
        try (Pool pool = Pools.open(directory)) {
            append(pool.log("x"), 0, 500);
            for (int round = 0; round < 30; round++) {
                try (Pool reading = Pool.open(directory, Pools.small().forReading()); Threads threads = new Threads()) {
                    Log log = reading.log("x");
                    for (int r = 0; r < 3; r++) {
                        threads.start(() -> assertThrows(LogStoppedException.class, () -> {
                            LogReader reader = log.reader(Visibility.VISIBLE);
                            while (true) {
                                reader.next();
                                log.visiblePosition();
                            }
                        }));
                    }
                    Thread.onSpinWait();
                    reading.close();
                    threads.await(20);
                    assertThrows(LogStoppedException.class, () -> log.read(4096));
                    assertTrue(log.visiblePosition() > 0);
                }
            }
        }
    }

    @Test
    void aSecondProcessMayReadAndNotWrite() {
        Path directory = scratch.path("pool");
        try (Pool pool = Pools.open(directory);
                SecondJvm second = SecondJvm.start(Second.class, List.of("-XX:TieredStopAtLevel=1"), directory)) {
            Log log = pool.log("x");
            append(log, 0, 100);
            second.await("begin", 30);
            append(log, 100, 3000);
            second.expectSuccess(50);
            String refused = second.output().lines().filter(line -> line.startsWith("refused ")).findFirst().orElseThrow();
            assertTrue(refused.contains("process " + ProcessHandle.current().pid() + ";"), refused);
        }
    }

    /** Tries to open the pool for writing, and then follows it to its 3000th record. */
    static final class Second {

        public static void main(String[] arguments) {
            Path directory = Path.of(arguments[0]);
            try {
                Pools.open(directory);
                throw new AssertionError("two processes write one pool");
            } catch (ExtentBusyException e) {
                System.out.println("refused " + e.getMessage());
            }
            System.out.println("begin");
            follow(directory, 3000);
        }
    }
}
