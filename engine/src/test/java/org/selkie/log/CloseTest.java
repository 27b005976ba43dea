// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.fault.ExtentFaultException;
import org.selkie.fault.LogStoppedException;
import org.selkie.fault.PositionException;
import org.selkie.fault.SelkieException;
import org.selkie.seal.SealTier;
import org.selkie.testing.Damage;
import org.selkie.testing.Pools;
import org.selkie.testing.Pools.Entry;
import org.selkie.testing.Scratch;
import org.selkie.testing.SecondJvm;
import org.selkie.testing.Threads;
import org.selkie.testing.WrappedPersister;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A log that ends, by itself or not, ends for everybody with a typed error, and keeps what it acknowledged. */
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@SuppressWarnings("try") // Closing things while they are used is what is tested.
final class CloseTest {

    @RegisterExtension
    private final Scratch scratch = Scratch.any();
    @RegisterExtension
    private final Scratch disk = Scratch.disk();

    /** In a JVM of its own: a use of unmapped memory ends it. */
    @ParameterizedTest
    @ValueSource(strings = {"closeUnderLoad", "breakTheLeaseOfARunningLog", "breakTheLeaseOfASpareExtent",
        "breakTheLeaseBeforeALogIsOpened", "oneOfTwoLogsFailsToClose"})
    void aPoolThatIsClosedOrLosesItsSealUnderLoadGivesTypedErrors(String scenario) {
        Path directory = scratch.path("pool");
        try (SecondJvm jvm = SecondJvm.start(Scenarios.class, List.of(), scenario, directory)) {
            jvm.expectSuccess(80);
            assertTrue(jvm.output().contains("done"), jvm::output);
        }
    }

    /** What {@link #aPoolThatIsClosedOrLosesItsSealUnderLoadGivesTypedErrors} runs. */
    static final class Scenarios {

        private static final PoolOptions LEASED = Pools.small().withSealTier(SealTier.LEASE);

        public static void main(String[] arguments) throws Exception {
            Path directory = Path.of(arguments[1]);
            switch (arguments[0]) {
                case "closeUnderLoad" -> closeUnderLoad(directory);
                case "breakTheLeaseOfARunningLog" -> breakTheLeaseOfARunningLog(directory);
                case "oneOfTwoLogsFailsToClose" -> oneOfTwoLogsFailsToClose(directory);
                case "breakTheLeaseOfASpareExtent" -> breakTheLeaseOfASpareExtent(directory);
                default -> breakTheLeaseBeforeALogIsOpened(directory);
            }
            System.out.println("done");
        }

        private static void closeUnderLoad(Path directory) {
            for (int round = 0; round < 40; round++) {
                List<Entry> acknowledged = Collections.synchronizedList(new ArrayList<>());
                long start;
                try (Pool pool = Pools.open(directory); Threads threads = new Threads()) {
                    Log log = pool.log("x", round % 4 == 3 ? LogOptions.forSingleWriter() : LogOptions.defaults());
                    CountDownLatch begun = new CountDownLatch(200);
                    for (int w = 0; w < (round % 4 == 3 ? 1 : 5); w++) {
                        threads.start(() -> assertThrows(LogStoppedException.class, () -> {
                            for (int i = 0;; i++) {
                                byte[] payload = Pools.payload(i, 8 + i % 1000);
                                acknowledged.add(new Entry(log.append(payload), payload));
                                begun.countDown();
                            }
                        }));
                    }
                    threads.start(() -> assertThrows(LogStoppedException.class, () -> {
                        LogReader reader = log.reader(Visibility.VISIBLE);
                        while (true) {
                            while (reader.next()) {
                                assertTrue(Pools.number(reader.bytes()) >= 0, "a wrong record");
                            }
                            reader.previous();
                            reader.next();
                        }
                    }));
                    threads.start(() -> assertThrows(LogStoppedException.class, () -> {
                        begun.await();
                        while (true) {
                            log.statistics();
                            log.persist();
                            long position = acknowledged.get(0).position();
                            assertNotNull(log.read(position));
                        }
                    }));
                    begun.await();
                    start = log.startPosition();
                    pool.close();
                    threads.await(30);
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                try (Pool pool = Pool.open(directory, Pools.small().withRecoveryMode(RecoveryMode.STRICT))) {
                    Log log = pool.log("x");
                    assertEquals(start, log.startPosition());
                    for (Entry entry : acknowledged) {
                        assertEquals(entry, new Entry(entry.position(), log.read(entry.position())));
                    }
                    log.trim(log.persistedPosition());
                }
            }
        }

        /** Opens a file for writing, which breaks its lease; waits until the holder let go. */
        private static void breakLease(Path file) throws IOException {
            FileChannel.open(file, StandardOpenOption.WRITE).close();
        }

        private static void breakTheLeaseOfARunningLog(Path place) throws Exception {
            for (int round = 0; round < 10; round++) {
                Path directory = place.resolveSibling("round-" + round);
                List<Entry> acknowledged = new ArrayList<>();
                try (Pool pool = Pool.open(directory, LEASED); Threads threads = new Threads()) {
                    Log log = pool.log("x");
                    CountDownLatch begun = new CountDownLatch(1);
                    threads.start(() -> assertThrows(SelkieException.class, () -> {
                        for (int i = 0;; i++) {
                            byte[] payload = Pools.payload(i, 8 + i % 1000);
                            acknowledged.add(new Entry(log.append(payload), payload));
                            begun.countDown();
                        }
                    }));
                    LogReader reader = log.reader(Visibility.VISIBLE);
                    threads.start(() -> assertThrows(LogStoppedException.class, () -> {
                        while (true) {
                            reader.next();
                        }
                    }));
                    begun.await();
                    // The log has had it from the beginning; a later one may be spare, and then the log goes on.
                    breakLease(Damage.extents(directory).get(0));
                    threads.await(30);
                    assertFalse(log.isRunning());
                    assertThrows(LogStoppedException.class, () -> log.append(new byte[1]));
                    assertThrows(LogStoppedException.class, () -> log.trim(0));
                }
                try (Pool pool = Pools.open(directory)) {
                    assertFalse(pool.recovery().hasLoss(), () -> pool.recovery().toString());
                    Log log = pool.log("x");
                    for (Entry entry : acknowledged) {
                        assertEquals(entry, new Entry(entry.position(), log.read(entry.position())));
                    }
                }
            }
        }

        private static void breakTheLeaseOfASpareExtent(Path directory) throws Exception {
            try (Pool pool = Pool.open(directory, LEASED)) {
                Log log = pool.log("x");
                for (int i = 0; i < 4; i++) {
                    log.append(new byte[Pools.MAX_PAYLOAD_BYTES]);
                }
                log.trim(log.persistedPosition());
                // Given back and not used again yet.
                breakLease(Damage.extents(directory).get(0));
                for (int i = 0; i < 6; i++) {
                    log.append(new byte[Pools.MAX_PAYLOAD_BYTES]);
                }
                assertEquals(6, Pools.entries(log).size());
            }
            try (Pool pool = Pools.open(directory)) {
                assertEquals(6, Pools.entries(pool.log("x")).size());
            }
        }

        /** A log that fails to close does not keep the others from closing. */
        private static void oneOfTwoLogsFailsToClose(Path directory) {
            AtomicBoolean failing = new AtomicBoolean();
            PoolOptions options = Pools.small().withPersister(persister -> new WrappedPersister(persister) {
                @Override
                protected void store(long to, long lengthBytes, Runnable stored) {
                    if (failing.compareAndSet(true, false)) {
                        throw new ExtentFaultException("the test lets a store fail");
                    }
                    stored.run();
                }
            });
            try (Threads threads = new Threads()) {
                Pool pool = Pool.open(directory, options);
                Log first = pool.log("a");
                Log second = pool.log("b");
                first.append(new byte[1]);
                second.append(new byte[1]);
                CountDownLatch reading = new CountDownLatch(1);
                threads.start(() -> assertThrows(SelkieException.class, () -> {
                    while (true) {
                        Pools.entries(second);
                        reading.countDown();
                    }
                }));
                await(reading);
                // The watermark of the first log is what cannot be stored.
                failing.set(true);
                assertThrows(ExtentFaultException.class, pool::close);
                threads.await(30);
                assertThrows(LogStoppedException.class, () -> second.append(new byte[1]));
                assertThrows(LogStoppedException.class, () -> first.read(4096));
                pool.close();
                try (Pool again = Pools.open(directory)) {
                    assertEquals(1, Pools.entries(again.log("a")).size());
                    assertEquals(1, Pools.entries(again.log("b")).size());
                }
            }
        }

        private static void breakTheLeaseBeforeALogIsOpened(Path directory) throws Exception {
            try (Pool pool = Pool.open(directory, LEASED)) {
                pool.log("x").append(new byte[1]);
            }
            try (Pool pool = Pool.open(directory, LEASED)) {
                breakLease(Damage.extents(directory).get(0));
                Log log = pool.log("x");
                assertThrows(SelkieException.class, () -> log.append(new byte[1]));
                assertThrows(SelkieException.class, () -> Pools.entries(log));
            } catch (SelkieException e) {
                System.out.println("refused: " + e.getMessage());
            }
        }
    }

    @Test
    void aFailedWriteBackIsNeverTriedAgainAndAcknowledgesNothing() {
        Path directory = disk.path("pool");
        AtomicBoolean failing = new AtomicBoolean();
        AtomicInteger afterwards = new AtomicInteger();
        PoolOptions options = PoolOptions.defaults().withExtentBytes(1 << 20)
                .withPersister(persister -> new WrappedPersister(persister) {
                    @Override
                    protected void writeBack(long address, long lengthBytes, Runnable written) {
                        if (failing.get() && Thread.currentThread().getName().startsWith("appender")) {
                            afterwards.incrementAndGet();
                            throw new ExtentFaultException("the test lets a write-back fail");
                        }
                        written.run();
                    }
                });
        AtomicInteger acknowledged = new AtomicInteger();
        try (Pool pool = Pool.open(directory, options); Threads threads = new Threads()) {
            Log log = pool.log("x");
            Log other = pool.log("y");
            CountDownLatch begun = new CountDownLatch(100);
            for (int w = 0; w < 8; w++) {
                threads.start(() -> {
                    Thread.currentThread().setName("appender");
                    assertThrows(SelkieException.class, () -> {
                        while (true) {
                            log.append(new byte[100]);
                            acknowledged.incrementAndGet();
                            begun.countDown();
                        }
                    });
                });
            }
            begun.await();
            failing.set(true);
            threads.await(30);
            assertEquals(1, afterwards.get(), "write-backs after the one that failed");
            assertThrows(LogStoppedException.class, () -> log.append(new byte[1]));
            assertThrows(LogStoppedException.class, log::persist);
            failing.set(false);
            other.append(new byte[1]);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        try (Pool pool = Pool.open(directory)) {
            assertTrue(Pools.entries(pool.log("x")).size() >= acknowledged.get());
            assertEquals(1, Pools.entries(pool.log("y")).size());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aStoreThatFailsWhileTheLogIsClosedHoldsNobodyUp(boolean pages) {
        Path directory = pages ? disk.path("pool") : scratch.path("pool");
        AtomicBoolean failing = new AtomicBoolean();
        CountDownLatch storing = new CountDownLatch(1);
        CountDownLatch closing = new CountDownLatch(1);
        PoolOptions options = (pages ? PoolOptions.defaults() : Pools.small()).withExtentBytes(1 << 16)
                .withPersister(persister -> new WrappedPersister(persister) {
                    @Override
                    protected void store(long to, long lengthBytes, Runnable stored) {
                        if (failing.get() && Thread.currentThread().getName().equals("failing")) {
                            storing.countDown();
                            await(closing);
                            throw new ExtentFaultException("the test lets a store fail");
                        }
                        stored.run();
                    }
                });
        try (Threads threads = new Threads()) {
            Pool pool = Pool.open(directory, options);
            Log log = pool.log("x");
            Log other = pool.log("y");
            other.append(new byte[2]);
            long before = log.append(new byte[1]);
            failing.set(true);
            threads.start(() -> {
                Thread.currentThread().setName("failing");
                assertThrows(SelkieException.class, () -> log.append(new byte[2]));
            });
            await(storing);
            threads.start(() -> {
                // Behind the place that will never be written; without pages this one is durable and returns.
                if (pages) {
                    assertThrows(SelkieException.class, () -> log.append(new byte[3]));
                } else {
                    log.append(new byte[3]);
                }
            });
            threads.start(() -> {
                while (log.isRunning()) {
                    Thread.onSpinWait();
                }
                closing.countDown();
            });
            threads.start(() -> {
                Thread.sleep(200);
                pool.close();
            });
            threads.await(30);
            try (Pool again = Pool.open(directory, options)) {
                List<Entry> entries = Pools.entries(again.log("x"));
                assertEquals(before, entries.getFirst().position());
                assertTrue(entries.stream().noneMatch(entry -> entry.payload().length == 2));
                assertEquals(pages ? 1 : 2, Math.min(entries.size(), pages ? 1 : 2));
                assertEquals(1, Pools.entries(again.log("y")).size());
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new LogStoppedException("interrupted: " + e);
        }
    }

    @Test
    void aClosedPoolRefusesEverythingAndMayBeClosedAgain() {
        Path directory = scratch.path("pool");
        Pool pool = Pools.open(directory);
        Log log = pool.log("x");
        long position = log.append(new byte[1]);
        Batch batch = log.batch().add(new byte[1]);
        Claim claim = log.claim(5);
        pool.close();
        pool.close();
        assertThrows(LogStoppedException.class, () -> pool.log("x"));
        assertThrows(LogStoppedException.class, pool::audit);
        assertThrows(LogStoppedException.class, batch::commit);
        assertThrows(LogStoppedException.class, claim::commit);
        assertThrows(LogStoppedException.class, () -> log.trim(position));
        assertThrows(LogStoppedException.class, () -> log.read(position));
        assertThrows(LogStoppedException.class, () -> log.reader().next());
        assertThrows(LogStoppedException.class, () -> log.reader().seekToEnd().previous());
        assertThrows(LogStoppedException.class, () -> log.reader().skipDamaged());
        assertEquals(position, log.startPosition());
        assertFalse(log.isRunning());
        assertThrows(PositionException.class, () -> {
            try (Pool again = Pools.open(directory)) {
                again.log("x").read(position + 64);
            }
        });
    }
}
