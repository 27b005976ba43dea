// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.fault.PositionException;
import org.selkie.persist.Durability;
import org.selkie.persist.Granularity;
import org.selkie.testing.Damage;
import org.selkie.testing.DirtyPages;
import org.selkie.testing.Pools;
import org.selkie.testing.Pools.Entry;
import org.selkie.testing.Scratch;
import org.selkie.testing.Seed;
import org.selkie.testing.Threads;
import org.selkie.testing.WrappedPersister;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** On an ordinary disk, many threads share one write-back, and none is told that a record is durable before it is. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class GroupCommitTest {

    private static final int THREADS = 32;
    private static final int RECORDS_A_THREAD = 40;

    @RegisterExtension
    private static final Seed SEED = new Seed();

    @RegisterExtension
    private final Scratch disk = Scratch.disk();

    @Test
    void manyThreadsShareWriteBacks() {
        Path directory = disk.path("pool");
        AtomicLong writeBacks = new AtomicLong();
        PoolOptions options = PoolOptions.defaults().withExtentBytes(Pools.EXTENT_BYTES)
                .withPersister(persister -> new WrappedPersister(persister) {
                    @Override
                    protected void writeBack(long address, long lengthBytes, Runnable written) {
                        writeBacks.incrementAndGet();
                        written.run();
                    }
                });
        TreeMap<Long, byte[]> expected = new TreeMap<>();
        try (Pool pool = Pool.open(directory, options); Threads threads = new Threads()) {
            assertEquals(Granularity.PAGE, pool.report().granularity());
            assertEquals(Durability.POWER_FAILURE, pool.durability());
            Log log = pool.log("x");
            for (int t = 0; t < THREADS; t++) {
                SplittableRandom random = SEED.random("records", t);
                threads.start(() -> {
                    for (int i = 0; i < RECORDS_A_THREAD; i++) {
                        byte[] payload = Pools.payload(random.nextInt(), 8 + random.nextInt(1000));
                        long position = log.append(payload);
                        assertTrue(log.persistedPosition() > position, "acknowledged before it was durable");
                        synchronized (expected) {
                            expected.put(position, payload);
                        }
                    }
                });
            }
            threads.await(50);
            long appends = (long) THREADS * RECORDS_A_THREAD;
            assertTrue(writeBacks.get() < appends / 2, () -> writeBacks + " write-backs for " + appends + " appends");
            check(log, expected);
        }
        try (Pool pool = Pool.open(directory, PoolOptions.defaults().withRecoveryMode(RecoveryMode.STRICT))) {
            check(pool.log("x"), expected);
        }
    }

    /**
     * The engine's part of what a disk wears and waits for: the page that the record stands in, and not the large folio that a
     * file system may have made of the extent when its zeros were written.
     */
    @Test
    void anAppendWritesBackThePagesOfItsRecordAndNoMore() throws IOException {
        try (Pool pool = Pool.open(disk.path("pool"), PoolOptions.defaults().withExtentBytes(8 << 20))) {
            assertEquals(Granularity.PAGE, pool.report().granularity());
            Log log = pool.log("x");
            log.append(new byte[100]);
            int appends = 100;
            long before = bytesWritten();
            for (int i = 0; i < appends; i++) {
                log.append(new byte[100]);
            }
            long each = (bytesWritten() - before) / appends;
            assertTrue(each >= 4096, () -> each + " bytes written an append: it was not written back at all");
            // Records cross into a second page now and then, and the test's own reports are written meanwhile.
            assertTrue(each < 64 * 1024, () -> each + " bytes written an append");
        }
    }

    /** By this process to block devices, counted when a page becomes dirty: proc_pid_io(5). */
    private static long bytesWritten() throws IOException {
        Path counters = Path.of("/proc/self/io");
        assumeTrue(Files.isReadable(counters), "the kernel does not count what a process writes");
        return Files.readAllLines(counters).stream().filter(line -> line.startsWith("write_bytes: "))
                .mapToLong(line -> Long.parseLong(line.substring("write_bytes: ".length()))).findFirst().orElseThrow();
    }

    @Test
    void nobodyIsLeftBehindWhenAWriteBackFails() {
        AtomicLong writeBacks = new AtomicLong();
        // Not that of the thread that makes the next extent ready: it says so to nobody, and is asked again.
        Set<Thread> writers = ConcurrentHashMap.newKeySet();
        PoolOptions failing = PoolOptions.defaults().withExtentBytes(Pools.EXTENT_BYTES)
                .withPersister(persister -> new WrappedPersister(persister) {
                    @Override
                    protected void writeBack(long address, long lengthBytes, Runnable written) {
                        if (lengthBytes >= 128 && writers.contains(Thread.currentThread())
                                && writeBacks.incrementAndGet() == 20) {
                            throw new IllegalStateException("the disk is gone");
                        }
                        written.run();
                    }
                });
        try (Pool pool = Pool.open(disk.path("pool"), failing); Threads threads = new Threads()) {
            Log log = pool.log("x");
            AtomicLong refused = new AtomicLong();
            for (int t = 0; t < THREADS; t++) {
                threads.start(() -> {
                    writers.add(Thread.currentThread());
                    try {
                        for (int i = 0; i < 1000; i++) {
                            log.append(new byte[200]);
                        }
                    } catch (RuntimeException e) {
                        refused.incrementAndGet();
                    }
                });
            }
            threads.await(30);
            assertEquals(THREADS, refused.get(), "each thread hears of the failure, and none waits for ever");
        }
    }

    private static void check(Log log, TreeMap<Long, byte[]> expected) {
        List<Entry> entries = expected.entrySet().stream().map(e -> new Entry(e.getKey(), e.getValue())).toList();
        assertEquals(entries, Pools.entries(log));
    }

    @Test
    void whatIsVisibleIsNotDurableBeforeItsWriteBackReturned() throws InterruptedException {
        CountDownLatch writing = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        PoolOptions options = PoolOptions.defaults().withExtentBytes(Pools.EXTENT_BYTES)
                .withPersister(persister -> new WrappedPersister(persister) {
                    @Override
                    protected void writeBack(long address, long lengthBytes, Runnable written) {
                        written.run();
                        if (Thread.currentThread().getName().equals("appender")) {
                            writing.countDown();
                            awaitQuietly(goOn);
                        }
                    }
                });
        try (Pool pool = Pool.open(disk.path("pool"), options); Threads threads = new Threads()) {
            Log log = pool.log("x");
            threads.start(() -> {
                Thread.currentThread().setName("appender");
                log.append(new byte[100]);
            });
            writing.await();
            LogReader visible = log.reader(Visibility.VISIBLE);
            LogReader durable = log.reader();
            assertTrue(visible.next());
            assertFalse(durable.next());
            // Nor from behind.
            assertFalse(durable.seek(log.visiblePosition()).previous());
            assertTrue(log.persistedPosition() < log.visiblePosition());
            long visiblePosition = log.visiblePosition();
            assertThrows(PositionException.class, () -> log.trim(visiblePosition));
            goOn.countDown();
            threads.await(20);
            assertTrue(durable.seekToStart().next());
            assertEquals(log.visiblePosition(), log.persistedPosition());
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whatAKilledProcessLeftInThePageCacheIsWrittenBackBeforeItCountsAsDurable() {
        Path killed = killedBeforeItsWriteBack();
        TreeMap<Long, Long> writtenBack = new TreeMap<>();
        PoolOptions recording = PoolOptions.defaults().withPersister(persister -> new WrappedPersister(persister) {
            @Override
            protected void writeBack(long address, long lengthBytes, Runnable written) {
                written.run();
                writtenBack.merge(address, lengthBytes, Math::max);
            }
        });
        try (Pool pool = Pool.open(killed, recording)) {
            LogReader reader = pool.log("x").reader();
            assertTrue(reader.next(), "it was not acknowledged, but it is whole");
            assertTrue(writtenBack.values().stream().anyMatch(bytes -> bytes >= 128),
                    () -> "a reader was told that the record is durable, and these ranges alone were: " + writtenBack);
        }
    }

    @Test
    void pagesThatTheKernelHasForCleanAreStoredAgainAsTheirWriteBackMayHaveFailed() throws IOException {
        Path killed = killedBeforeItsWriteBack();
        // A failed write-back leaves pages that are clean and not on the medium; a good one leaves them clean as well.
        try (DirectoryStream<Path> files = Files.newDirectoryStream(killed)) {
            for (Path file : files) {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.force(true);
                }
            }
        }
        AtomicLong dirtyBytes = new AtomicLong();
        PoolOptions watching = PoolOptions.defaults().withPersister(persister -> new WrappedPersister(persister) {
            @Override
            protected void writeBack(long address, long lengthBytes, Runnable written) {
                if (lengthBytes >= 128 && address % 4096 == 0) {
                    dirtyBytes.addAndGet(DirtyPages.bytesUnder(killed));
                }
                written.run();
            }
        });
        try (Pool pool = Pool.open(killed, watching)) {
            assertTrue(pool.log("x").reader().next(), "it was not acknowledged, but it is whole");
            assertTrue(dirtyBytes.get() >= 4096, "it counts as durable, and its page was clean when it was written back");
        }
    }

    /** A pool whose only record is whole in the page cache, and whose writer was killed before its write-back. */
    private Path killedBeforeItsWriteBack() {
        Path directory = disk.path("pool");
        Path killed = disk.path("killed");
        CountDownLatch writing = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        PoolOptions stuck = PoolOptions.defaults().withExtentBytes(Pools.EXTENT_BYTES)
                .withPersister(persister -> new WrappedPersister(persister) {
                    @Override
                    protected void writeBack(long address, long lengthBytes, Runnable written) {
                        if (Thread.currentThread().getName().equals("appender")) {
                            writing.countDown();
                            awaitQuietly(goOn);
                        }
                        written.run();
                    }
                });
        try (Pool pool = Pool.open(directory, stuck); Threads threads = new Threads()) {
            Log log = pool.log("x");
            threads.start(() -> {
                Thread.currentThread().setName("appender");
                log.append(new byte[100]);
            });
            awaitQuietly(writing);
            // The page cache outlives the process; the medium has nothing of it yet.
            Damage.copy(directory, killed);
            goOn.countDown();
            threads.await(20);
        }
        return killed;
    }
}
