// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.fault.KeyLengthException;
import org.selkie.fault.LogStoppedException;
import org.selkie.fault.PositionException;
import org.selkie.fault.ReadOnlyException;
import org.selkie.fault.RecordTooLargeException;
import org.selkie.log.Log;
import org.selkie.persist.Granularity;
import org.selkie.testing.Pools;
import org.selkie.testing.Scratch;
import org.selkie.testing.WrappedPersister;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What a store does at the ends of what it takes: numbers that are too large, closed pools, nothing to change. */
@Timeout(60)
final class StoreEdgesTest {

    private static final byte[] KEY = "key".getBytes(StandardCharsets.US_ASCII);

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    @RegisterExtension
    private final Scratch disk = Scratch.disk();

    @Test
    void anExpiryThatMillisecondsCannotSayIsNeverOrLongAgo() {
        Path path = scratch.path("pool");
        try (Pool pool = Pools.open(path)) {
            KvStore store = pool.store("store");
            store.put(KEY, KEY, Instant.MAX);
            assertArrayEquals(KEY, store.get(KEY));
            assertNull(store.getEntry(KEY).expiry());
            store.put(KEY, KEY, Instant.MIN);
            assertNull(store.get(KEY));
            store.put(new byte[1], KEY, Instant.MAX);
        }
        try (Pool pool = Pools.open(path)) {
            assertNull(pool.store("store").get(KEY));
            assertArrayEquals(KEY, pool.store("store").get(new byte[1]));
        }
    }

    @Test
    void aClosedStoreIsNeitherCompactedNorIsASnapshotTakenOfIt() {
        KvStore store;
        Log log;
        try (Pool pool = Pools.open(scratch.path("pool"))) {
            store = pool.store("store");
            store.put(KEY, KEY);
            log = pool.log("log");
            log.append(KEY);
            log.persist();
        }
        assertThrows(LogStoppedException.class, store::compact);
        assertThrows(LogStoppedException.class, store::snapshot);
        assertThrows(LogStoppedException.class, log::persist);
    }

    @Test
    void aReadersPoolTakesSnapshotsAndIsNotCompacted() {
        Path path = scratch.path("pool");
        try (Pool pool = Pools.open(path)) {
            pool.store("store").put(KEY, KEY);
        }
        try (Pool pool = Pool.open(path, Pools.small().forReading())) {
            KvStore store = pool.store("store");
            try (Snapshot snapshot = store.snapshot()) {
                assertArrayEquals(KEY, snapshot.get(KEY));
            }
            assertThrows(ReadOnlyException.class, store::compact);
            pool.log("store").persist();
        }
    }

    @Test
    void anAnswerThatRestsOnADeletionComesWhenThatIsDurable() throws InterruptedException {
        CountDownLatch writing = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        PoolOptions options = PoolOptions.defaults().withExtentBytes(Pools.EXTENT_BYTES)
                .withPersister(persister -> new WrappedPersister(persister) {
                    @Override
                    protected void writeBack(long address, long lengthBytes, Runnable written) {
                        if (Thread.currentThread().getName().equals("deleter")) {
                            writing.countDown();
                            awaitQuietly(goOn);
                        }
                        written.run();
                    }
                });
        try (Pool pool = Pool.open(disk.path("pool"), options)) {
            assertEquals(Granularity.PAGE, pool.report().granularity());
            KvStore store = pool.store("store", StoreOptions.defaults().withoutBackground());
            store.put(KEY, KEY);
            Thread deleter = Thread.ofPlatform().name("deleter").start(() -> store.delete(KEY));
            writing.await();
            AtomicReference<byte[]> seen = new AtomicReference<>(KEY);
            Thread computer = Thread.ofPlatform().start(() -> store.compute(KEY, before -> {
                seen.set(before);
                return null;
            }));
            while (computer.getState() != Thread.State.WAITING && computer.getState() != Thread.State.TERMINATED) {
                Thread.sleep(1);
            }
            Thread.State state = computer.getState();
            goOn.countDown();
            deleter.join();
            computer.join();
            assertNull(seen.get());
            assertNotEquals(Thread.State.TERMINATED, state, "it said that there is no value before that was durable");
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void theLongestKeyIsWhatAnExtentTakes() {
        try (Pool pool = Pools.open(scratch.path("pool"))) {
            KvStore store = pool.store("store");
            assertEquals(0, store.maxValueBytes(65_536));
            assertThrows(RecordTooLargeException.class, () -> store.put(new byte[65_536], new byte[0]));
            int longest = store.maxValueBytes(1) + 1;
            store.put(new byte[longest], new byte[0]);
            assertTrue(store.exists(new byte[longest]));
            assertThrows(RecordTooLargeException.class, () -> store.put(new byte[longest + 1], new byte[0]));
            assertThrows(KeyLengthException.class, () -> store.maxValueBytes(0));
            assertThrows(KeyLengthException.class, () -> store.maxValueBytes(65_537));
        }
    }

    @Test
    void toHaveNoValueAsExpectedNeedsNoVersion() {
        try (Pool pool = Pools.open(scratch.path("pool"))) {
            KvStore store = pool.store("store");
            long end = store.storeLog().tailPosition();
            assertEquals(0, store.compareVersionAndSet(KEY, 0, null));
            assertNull(store.compute(KEY, before -> null));
            assertEquals(end, store.storeLog().tailPosition());
            assertTrue(store.compareVersionAndSet(KEY, 0, KEY) > 0);
            assertEquals(0, store.compareVersionAndSet(KEY, 0, null));
            assertArrayEquals(KEY, store.get(KEY));
        }
    }

    @Test
    void aFeedFromWhereNoChangeCanBeginIsRefusedAtOnce() {
        try (Pool pool = Pools.open(scratch.path("pool"))) {
            KvStore store = pool.store("store");
            long version = store.put(KEY, KEY);
            store.put(KEY, KEY);
            PositionException e = assertThrows(PositionException.class, () -> store.changesSince(version + 1));
            assertTrue(e.getMessage().contains("multiple of 64"), e::getMessage);
            store.changesSince(version).close();
        }
    }
}
