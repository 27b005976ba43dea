// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.nio.file.Path;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.Pool;
import org.selkie.fault.LogStoppedException;
import org.selkie.fault.PoolFullException;
import org.selkie.testing.Pools;
import org.selkie.testing.Scratch;
import org.selkie.testing.Seed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A store in a full pool: writers wait for what compaction can gain, and are refused only when it can gain nothing. */
@Timeout(120)
final class FullPoolTest {

    private static final int EXTENTS = 20;
    private static final int VALUE_BYTES = 4000;

    @RegisterExtension
    private static final Seed SEED = new Seed();

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    private Pool open() {
        return open(scratch.path("pool"));
    }

    private static Pool open(Path path) {
        return Pool.open(path, Pools.small().withMaxBytes(EXTENTS * Pools.EXTENT_BYTES));
    }

    private static byte[] key(int number) {
        return Pools.payload(number, 16);
    }

    private interface Write {
        void value(KvStore store, byte[] key, byte[] value);
    }

    private static final Write PUT = (store, key, value) -> store.put(key, value);
    private static final Write BATCH = (store, key, value) -> store.batch().put(key, value).commit();

    /** As many extents' worth as the pool has, several times over. */
    private void overwrites(int keys, Write write) {
        SplittableRandom random = SEED.random("overwrite");
        int changes = 6 * EXTENTS * 15;
        int[] last = new int[keys];
        try (Pool pool = open()) {
            KvStore store = pool.store("store");
            for (int i = 0; i < changes; i++) {
                int key = i < keys ? i : random.nextInt(keys);
                last[key] = i;
                write.value(store, key(key), Pools.payload(i, VALUE_BYTES));
            }
            for (int key = 0; key < keys; key++) {
                assertArrayEquals(Pools.payload(last[key], VALUE_BYTES), store.get(key(key)));
            }
        }
    }

    @Test
    void noPutIsRefusedWhileMostOfThePoolIsGarbage() {
        overwrites(30, PUT);
    }

    @Test
    void noBatchIsRefusedWhileMostOfThePoolIsGarbage() {
        overwrites(30, BATCH);
    }

    @Test
    void noPutIsRefusedInAPoolThatIsTwoThirdsFull() {
        overwrites(EXTENTS * 15 * 2 / 3, PUT);
    }

    @Test
    void noBatchIsRefusedInAPoolThatIsTwoThirdsFull() {
        overwrites(EXTENTS * 15 * 2 / 3, BATCH);
    }

    @Test
    void noPutIsRefusedWhereRecordsThatLiveAreMovedForTheFirstTime() {
        // Lengths at which the eight bytes that compaction adds fill up the last line, or begin another one.
        for (int valueBytes : new int[] {0, 7, 8, 9, 15, 16, 64, 72, 73}) {
            try (Pool pool = open(scratch.path("pool-" + valueBytes))) {
                KvStore store = pool.store("store");
                int kept = 0;
                while (store.storeLog().tailPosition() < EXTENTS * 2 / 5 * Pools.EXTENT_BYTES) {
                    store.put(key(kept), Pools.payload(kept, valueBytes));
                    kept++;
                }
                for (int i = 0; i < 4 * EXTENTS * 60; i++) {
                    store.put(key(-1 - i % 10), new byte[1000]);
                }
                for (int i = 0; i < kept; i++) {
                    assertArrayEquals(Pools.payload(i, valueBytes), store.get(key(i)));
                }
            }
        }
    }

    /** Overwrites a few keys until that is refused. */
    private static PoolFullException fill(KvStore store) {
        return assertThrows(PoolFullException.class, () -> {
            for (int i = 0; i < 3 * EXTENTS * 16; i++) {
                store.put(key(i % 10), new byte[VALUE_BYTES]);
            }
        });
    }

    @Test
    void whatLivesAndDoesNotFitIsRefusedAndTheRefusalSaysSo() {
        try (Pool pool = open()) {
            KvStore store = pool.store("store");
            PoolFullException e = assertThrows(PoolFullException.class, () -> {
                for (int i = 0; i < EXTENTS * 16; i++) {
                    store.put(key(i), new byte[VALUE_BYTES]);
                }
            });
            assertTrue(e.getMessage().contains("bytes of the log's"), e::getMessage);
            assertTrue(store.statistics().liveBytes() > (EXTENTS - 4) * Pools.EXTENT_BYTES, () -> store.statistics().toString());
        }
    }

    @Test
    void whatASnapshotKeepsIsRefusedAtOnceAndFitsWhenItIsClosed() {
        try (Pool pool = open()) {
            KvStore store = pool.store("store");
            try (Snapshot snapshot = store.snapshot()) {
                PoolFullException e = fill(store);
                assertTrue(e.getMessage().contains("open snapshots (1)"), e::getMessage);
                assertThrows(PoolFullException.class, () -> store.batch().put(key(1), new byte[VALUE_BYTES]).commit());
                assertEquals(0, snapshot.count());
            }
            store.put(key(1), key(2));
            assertArrayEquals(key(2), store.get(key(1)));
        }
    }

    @Test
    void whatAFeedHasStillToReadIsRefusedAndFitsWhenItWasRead() {
        try (Pool pool = open()) {
            KvStore store = pool.store("store");
            try (ChangeFeed feed = store.changes()) {
                PoolFullException e = fill(store);
                assertTrue(e.getMessage().contains("feed"), e::getMessage);
                while (feed.next() != null) {
                    assertTrue(feed.position() > 0);
                }
                store.put(key(1), new byte[VALUE_BYTES]);
            }
        }
    }

    @Test
    void aStoreThatIsNotCompactedInTheBackgroundSaysWhatToDo() {
        try (Pool pool = open()) {
            KvStore store = pool.store("store", StoreOptions.defaults().withoutBackground());
            PoolFullException e = fill(store);
            assertTrue(e.getMessage().contains("KvStore.compact"), e::getMessage);
            store.compact();
            store.put(key(1), new byte[VALUE_BYTES]);
        }
    }

    /** A clock that stands still for whoever compacts, once it is told to. */
    private static final class StoppingClock {

        private final AtomicBoolean stops = new AtomicBoolean();
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch goOn = new CountDownLatch(1);

        Instant now() {
            if (stops.get() && Thread.currentThread().getName().startsWith("selkie-store-")) {
                reached.countDown();
                boolean interrupted = false;
                while (true) {
                    try {
                        goOn.await();
                        break;
                    } catch (InterruptedException e) {
                        interrupted = true;
                    }
                }
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
            return Instant.EPOCH;
        }
    }

    /** A thread that writes to the full pool until something is thrown, while compaction stands still. */
    private static Thread writer(KvStore store, AtomicReference<Throwable> end) {
        return Thread.ofPlatform().start(() -> {
            try {
                while (true) {
                    store.put(key(11), new byte[VALUE_BYTES]);
                }
            } catch (Throwable e) {
                end.set(e);
            }
        });
    }

    private static void awaitWaiting(Thread thread) throws InterruptedException {
        while (thread.getState() != Thread.State.WAITING) {
            Thread.sleep(1);
        }
    }

    @Test
    void aWaitForRoomEndsWhenTheThreadIsInterrupted() throws Exception {
        StoppingClock clock = new StoppingClock();
        AtomicReference<Throwable> end = new AtomicReference<>();
        try (Pool pool = open()) {
            // Without an excess that compaction would see by itself.
            KvStore store = pool.store("store", StoreOptions.defaults().withClock(clock::now).withCompaction(1000, 0.5));
            store.put(key(12), key(12));
            clock.stops.set(true);
            Thread writer = writer(store, end);
            clock.reached.await();
            awaitWaiting(writer);
            writer.interrupt();
            writer.join();
            assertInstanceOf(PoolFullException.class, end.get());
            assertTrue(end.get().getMessage().contains("interrupted"), end.get()::getMessage);
            clock.goOn.countDown();
            store.put(key(1), new byte[VALUE_BYTES]);
        }
    }

    @Test
    void aWaitForRoomEndsWhenThePoolIsClosed() throws Exception {
        StoppingClock clock = new StoppingClock();
        AtomicReference<Throwable> end = new AtomicReference<>();
        Thread closer;
        Thread writer;
        Path path = scratch.path("pool");
        Pool pool = open(path);
        KvStore store = pool.store("store", StoreOptions.defaults().withClock(clock::now).withCompaction(1000, 0.5));
        store.put(key(12), key(12));
        clock.stops.set(true);
        writer = writer(store, end);
        clock.reached.await();
        awaitWaiting(writer);
        closer = Thread.ofPlatform().start(pool::close);
        writer.join();
        assertInstanceOf(LogStoppedException.class, end.get());
        clock.goOn.countDown();
        closer.join();
        try (Pool again = open(path)) {
            assertArrayEquals(key(12), again.store("store").get(key(12)));
        }
    }

    @Test
    void aCompactionThatFailsIsToldAndTriedAgain() throws Exception {
        AtomicBoolean fails = new AtomicBoolean(true);
        try (Pool pool = open()) {
            KvStore store = pool.store("store", StoreOptions.defaults().withClock(() -> {
                if (fails.get() && Thread.currentThread().getName().startsWith("selkie-store-")) {
                    throw new IllegalStateException("the clock is broken");
                }
                return Instant.EPOCH;
            }));
            store.put(key(12), key(12));
            PoolFullException e = fill(store);
            assertTrue(e.getMessage().contains("the clock is broken"), e::getMessage);
            assertInstanceOf(IllegalStateException.class, e.getCause());
            assertTrue(String.valueOf(store.statistics().compactionFailure()).contains("the clock is broken"),
                    () -> store.statistics().toString());
            fails.set(false);
            while (store.statistics().compactionFailure() != null) {
                Thread.sleep(10);
            }
            store.put(key(1), new byte[VALUE_BYTES]);
            assertFalse(store.statistics().toString().contains("broken"));
        }
    }
}
