// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.fault.LogStoppedException;
import org.selkie.persist.Granularity;
import org.selkie.persist.Persister;
import org.selkie.seal.SealTier;
import org.selkie.testing.Damage;
import org.selkie.testing.Pools;
import org.selkie.testing.Pools.Entry;
import org.selkie.testing.Scratch;
import org.selkie.testing.Threads;
import org.selkie.testing.WrappedPersister;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A thread waits, with the log's lock, for an extent that takes long to make: nobody else has to. */
@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class WaitingForAnExtentTest {

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    private final CountDownLatch making = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final List<Entry> acknowledged = Collections.synchronizedList(new ArrayList<>());

    /** Every extent but the first is made only when the test lets it. */
    private PoolOptions options(Granularity granularity) {
        AtomicInteger extents = new AtomicInteger();
        return Pools.small().withPersister(_ -> {
            boolean first = extents.getAndIncrement() == 0;
            return new WrappedPersister(Persister.of(granularity)) {
                @Override
                protected void store(long to, long lengthBytes, Runnable stored) {
                    if (!first) {
                        making.countDown();
                        await(goOn);
                    }
                    stored.run();
                }
            };
        });
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void append(Log log, int lengthBytes) {
        byte[] payload = Pools.payload(lengthBytes, lengthBytes);
        acknowledged.add(new Entry(log.append(payload), payload));
    }

    /** Begins appends that need the next extent, and returns when they wait for it. */
    private void waitForTheNext(Log log, Threads threads, int count, @Nullable Class<? extends Exception> end) throws Exception {
        append(log, (int) Pools.EXTENT_BYTES / 2);
        // Behind the first quarter, which begins the preparation.
        append(log, 10);
        making.await();
        List<Thread> waiting = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int lengthBytes = Pools.MAX_PAYLOAD_BYTES / 2 - i;
            CountDownLatch begun = new CountDownLatch(1);
            threads.start(() -> {
                waiting.add(Thread.currentThread());
                begun.countDown();
                if (end == null) {
                    append(log, lengthBytes);
                } else {
                    assertThrows(end, () -> log.append(new byte[lengthBytes]));
                }
            });
            begun.await();
            while (waiting.get(i).getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Granularity.class)
    void otherThreadsAppendAndAreSeenMeanwhile(Granularity granularity) throws Exception {
        Path directory = scratch.path("pool");
        try (Pool pool = Pool.open(directory, options(granularity)); Threads threads = new Threads()) {
            Log log = pool.log("x");
            waitForTheNext(log, threads, 3, null);
            // On a thread that has appended before, and on some that have not.
            for (int i = 0; i < 5; i++) {
                int lengthBytes = 100 + i;
                if (i % 2 == 0) {
                    append(log, lengthBytes);
                } else {
                    try (Threads fresh = new Threads()) {
                        fresh.start(() -> append(log, lengthBytes));
                        fresh.await(20);
                    }
                }
                long end = acknowledged.getLast().position() + 128;
                assertTrue(log.visiblePosition() >= end, () -> end + " is not visible: " + log.statistics());
                assertTrue(log.persistedPosition() >= end, () -> end + " is not durable: " + log.statistics());
                assertEquals(acknowledged, Pools.entries(log));
            }
            goOn.countDown();
            threads.await(20);
        }
        assertReopens(directory);
    }

    @ParameterizedTest
    @EnumSource(value = Granularity.class, names = {"CACHE_LINE", "PAGE"})
    void aSealThatBreaksRefusesTheNextAppendAtOnce(Granularity granularity) throws Exception {
        Path directory = scratch.path("pool");
        AtomicBoolean opened = new AtomicBoolean();
        PoolOptions options = options(granularity).withSealTier(SealTier.LEASE);
        try (Pool pool = Pool.open(directory, options); Threads threads = new Threads()) {
            Log log = pool.log("x");
            waitForTheNext(log, threads, 2, LogStoppedException.class);
            threads.start(() -> {
                // Waits until the log has let go.
                FileChannel.open(Damage.extents(directory).get(0), StandardOpenOption.WRITE).close();
                opened.set(true);
            });
            assertThrows(LogStoppedException.class, () -> {
                for (int i = 0; i < 100; i++) {
                    append(log, 20);
                    Thread.sleep(20);
                }
            });
            assertFalse(opened.get());
            goOn.countDown();
            threads.await(40);
        }
        assertReopens(directory);
    }

    private void assertReopens(Path directory) {
        acknowledged.sort(Comparator.comparingLong(Entry::position));
        try (Pool pool = Pools.open(directory)) {
            assertTrue(pool.recovery().isClean(), () -> pool.recovery().toString());
            assertEquals(acknowledged, Pools.entries(pool.log("x")));
            assertEquals(acknowledged, Pools.backwards(pool.log("x")).reversed());
        }
    }
}
