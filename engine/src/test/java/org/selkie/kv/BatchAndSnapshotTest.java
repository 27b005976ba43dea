// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.Pool;
import org.selkie.fault.PositionException;
import org.selkie.fault.RecordTooLargeException;
import org.selkie.testing.Pools;
import org.selkie.testing.Scratch;
import org.selkie.testing.Seed;
import org.selkie.testing.Threads;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What belongs together is seen together: batches, snapshots, and the feed that tells of both. */
final class BatchAndSnapshotTest {

    @RegisterExtension
    private static final Seed SEED = new Seed();

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    private static byte[] key(int number) {
        return Pools.payload(number, 16);
    }

    @Test
    void aBatchChangesAllItsKeysAndIsThereAfterReopening() {
        Path path = scratch.path("pool");
        try (Pool pool = Pools.open(path)) {
            KvStore store = pool.store("store");
            store.put(key(1), key(10));
            WriteBatch batch = store.batch().put(key(1), key(11)).put(key(2), key(12)).put(key(2), key(13)).delete(key(3));
            assertNull(store.get(key(2)));
            assertEquals(3, batch.size());
            assertTrue(batch.commit() > 0);
            assertEquals(0, batch.size());
            assertEquals(0, store.batch().delete(key(3)).commit());
            assertThrows(IllegalStateException.class, batch::commit);
            store.batch().delete(key(1)).put(key(3), key(14)).commit();
        }
        try (Pool pool = Pools.open(path)) {
            KvStore store = pool.store("store");
            assertNull(store.get(key(1)));
            assertArrayEquals(key(13), store.get(key(2)));
            assertArrayEquals(key(14), store.get(key(3)));
            assertEquals(2, store.statistics().entries());
        }
    }

    @Test
    void aBatchThatDoesNotFitSaysSoAndStaysAsItIs() {
        try (Pool pool = Pools.open(scratch.path("pool"))) {
            KvStore store = pool.store("store");
            WriteBatch batch = store.batch().put(key(1), new byte[30_000]);
            RecordTooLargeException e = assertThrows(RecordTooLargeException.class, () -> batch.put(key(2), new byte[40_000]));
            assertTrue(e.getMessage().contains("extentBytes"), e::getMessage);
            batch.commit();
            assertNull(store.get(key(2)));
            assertEquals(30_000, store.get(key(1)).length);
        }
    }

    @Test
    void readersMeetABatchAsAWhole() {
        try (Pool pool = Pools.open(scratch.path("pool")); Threads threads = new Threads()) {
            KvStore store = pool.store("store");
            int keys = 40;
            AtomicBoolean done = new AtomicBoolean();
            threads.start(() -> {
                for (int round = 1; round <= 400; round++) {
                    WriteBatch batch = store.batch();
                    for (int i = 0; i < keys; i++) {
                        batch.put(key(i), Pools.payload(round, 20));
                    }
                    batch.commit();
                }
                done.set(true);
            });
            for (int reader = 0; reader < 2; reader++) {
                SplittableRandom random = SEED.random("reader", reader);
                threads.start(() -> {
                    long last = 0;
                    while (!done.get()) {
                        byte[] value = store.get(key(random.nextInt(keys)));
                        long round = value == null ? 0 : Pools.number(value);
                        // Whoever has seen one key of a batch sees all the others from then on.
                        assertTrue(round >= last, "round " + round + " after " + last);
                        last = round;
                        checkSnapshot(store, keys);
                    }
                });
            }
            threads.await(120);
        }
    }

    private static void checkSnapshot(KvStore store, int keys) {
        try (Snapshot snapshot = store.snapshot()) {
            byte[] first = snapshot.get(key(0));
            for (int i = 1; i < keys; i++) {
                assertArrayEquals(first, snapshot.get(key(i)));
            }
        }
    }

    @Test
    void aSnapshotStaysAsItIsWhileOthersWrite() {
        try (Pool pool = Pools.open(scratch.path("pool"))) {
            KvStore store = pool.store("store");
            SplittableRandom random = SEED.random("snapshots");
            Map<ByteBuffer, byte[]> model = new HashMap<>();
            List<Snapshot> snapshots = new ArrayList<>();
            List<Map<ByteBuffer, byte[]>> models = new ArrayList<>();
            for (int i = 0; i < 5000; i++) {
                byte[] key = key(random.nextInt(200));
                byte[] value = Pools.payload(i, random.nextInt(100));
                if (random.nextInt(3) == 0) {
                    assertEquals(model.remove(ByteBuffer.wrap(key)) != null, store.delete(key));
                } else {
                    store.put(key, value);
                    model.put(ByteBuffer.wrap(key), value);
                }
                if (i % 500 == 250) {
                    snapshots.add(store.snapshot());
                    models.add(new HashMap<>(model));
                }
                if (i % 1500 == 1499) {
                    check(snapshots.removeFirst(), models.removeFirst());
                }
            }
            while (!snapshots.isEmpty()) {
                check(snapshots.removeLast(), models.removeLast());
            }
            assertEquals(0, store.statistics().snapshots());
        }
    }

    private static void check(Snapshot snapshot, Map<ByteBuffer, byte[]> model) {
        try (snapshot) {
            for (int i = 0; i < 200; i++) {
                assertArrayEquals(model.get(ByteBuffer.wrap(key(i))), snapshot.get(key(i)));
            }
            Map<ByteBuffer, byte[]> all = new HashMap<>();
            snapshot.forEach(entry -> assertNull(all.put(ByteBuffer.wrap(entry.key()), entry.value())));
            assertEquals(model.keySet(), all.keySet());
        }
        assertThrows(IllegalStateException.class, () -> snapshot.get(key(0)));
    }

    @Test
    void aFeedTellsEveryChangeAndGoesOnAfterReopening() {
        Path path = scratch.path("pool");
        long position;
        try (Pool pool = Pools.open(path)) {
            KvStore store = pool.store("store");
            store.put(key(1), key(1));
            store.batch().put(key(2), key(2)).put(key(3), key(3)).commit();
            store.delete(key(1));
            try (ChangeFeed feed = store.changes()) {
                assertArrayEquals(key(1), feed.next().key());
                assertTrue(feed.next().continues());
                assertFalse(feed.next().continues());
                assertNull(feed.next().value());
                assertNull(feed.next());
                store.put(key(4), key(4));
                assertArrayEquals(key(4), feed.next().value());
                position = feed.position();
            }
            store.put(key(5), key(6));
        }
        try (Pool pool = Pools.open(path); ChangeFeed feed = pool.store("store").changesSince(position)) {
            assertArrayEquals(key(6), feed.next().value());
            assertNull(feed.next());
            assertThrows(PositionException.class, () -> pool.store("store").changesSince(1));
        }
    }

    @Test
    void aSnapshotStaysAsItIsThoughItWasTakenWhileTheStoreWasCompacted() {
        try (Pool pool = Pools.open(scratch.path("pool")); Threads threads = new Threads()) {
            KvStore store = pool.store("store", StoreOptions.defaults().withoutBackground());
            int keys = 60;
            AtomicBoolean done = new AtomicBoolean();
            for (int writer = 0; writer < 2; writer++) {
                SplittableRandom random = SEED.random("overwrite", writer);
                threads.start(() -> {
                    while (!done.get()) {
                        store.put(key(random.nextInt(keys)), Pools.payload(random.nextLong(), 300));
                        LockSupport.parkNanos(20_000);
                    }
                });
            }
            threads.start(() -> {
                while (!done.get()) {
                    store.compact();
                }
            });
            threads.start(() -> {
                try {
                    for (int round = 0; round < 400; round++) {
                        // In between there is none, so that the store can be compacted.
                        Thread.sleep(2);
                        checkTwice(store, keys, round % 2);
                    }
                } finally {
                    done.set(true);
                }
            });
            threads.await(120);
            assertTrue(store.storeLog().log().startPosition() > Pools.EXTENT_BYTES, "nothing was compacted");
        }
    }

    private static void checkTwice(KvStore store, int keys, long pauseMillis) throws InterruptedException {
        try (Snapshot snapshot = store.snapshot()) {
            byte[][] first = new byte[keys][];
            for (int i = 0; i < keys; i++) {
                first[i] = snapshot.get(key(i));
            }
            Thread.sleep(pauseMillis);
            for (int i = 0; i < keys; i++) {
                assertArrayEquals(first[i], snapshot.get(key(i)));
            }
            assertEquals(Arrays.stream(first).filter(Objects::nonNull).count(), snapshot.count());
        }
    }
}
