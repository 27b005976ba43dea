// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.Pool;
import org.selkie.fault.PoolFullException;
import org.selkie.fault.PositionException;
import org.selkie.format.RecordLayout;
import org.selkie.testing.Pools;
import org.selkie.testing.Scratch;
import org.selkie.testing.Seed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What is overwritten, deleted or expired goes, and nothing else does. */
final class CompactionTest {

    @RegisterExtension
    private static final Seed SEED = new Seed();

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    private static byte[] key(int number) {
        return Pools.payload(number, 16);
    }

    private static void check(KvStore store, Map<ByteBuffer, byte[]> model, int keys) {
        for (int i = 0; i < keys; i++) {
            assertArrayEquals(model.get(ByteBuffer.wrap(key(i))), store.get(key(i)));
        }
        assertEquals(model.size(), store.statistics().entries());
    }

    @Test
    void aCompactedStoreHoldsTheSameAndStillDoesWhenItIsOpenedAgain() {
        Path path = scratch.path("pool");
        SplittableRandom random = SEED.random("compact");
        Map<ByteBuffer, byte[]> model = new HashMap<>();
        for (int round = 0; round < 6; round++) {
            try (Pool pool = Pools.open(path)) {
                KvStore store = pool.store("store", StoreOptions.defaults().withoutBackground());
                check(store, model, 400);
                for (int i = 0; i < 3000; i++) {
                    step(store, model, random);
                    if (i % 1000 == 999) {
                        store.compact();
                    }
                }
                check(store, model, 400);
                long before = store.statistics().logBytes();
                store.compact();
                store.compact();
                StoreStatistics after = store.statistics();
                // A record that is moved for the first time gets a version, which may take another line.
                assertTrue(after.logBytes() <= before + after.entries() * RecordLayout.LINE_BYTES, after::toString);
                assertTrue(after.logBytes() <= after.liveBytes() * 1.2 + 3 * Pools.EXTENT_BYTES, after::toString);
                check(store, model, 400);
            }
        }
    }

    private static void step(KvStore store, Map<ByteBuffer, byte[]> model, SplittableRandom random) {
        byte[] key = key(random.nextInt(400));
        if (random.nextInt(3) == 0) {
            assertEquals(model.remove(ByteBuffer.wrap(key)) != null, store.delete(key));
        } else {
            byte[] value = Pools.payload(random.nextLong(), random.nextInt(400));
            store.put(key, value);
            model.put(ByteBuffer.wrap(key), value);
        }
    }

    @Test
    void theBackgroundKeepsAStoreShort() {
        try (Pool pool = Pools.open(scratch.path("pool"))) {
            KvStore store = pool.store("store");
            SplittableRandom random = SEED.random("background");
            Map<ByteBuffer, byte[]> model = new HashMap<>();
            int keys = 4000;
            for (int i = 0; i < 60_000; i++) {
                byte[] key = key(random.nextInt(keys));
                byte[] value = Pools.payload(random.nextLong(), 300);
                store.put(key, value);
                model.put(ByteBuffer.wrap(key), value);
            }
            check(store, model, keys);
            StoreStatistics statistics = store.statistics();
            assertTrue(statistics.logBytes() < 60_000L * 384 / 3, statistics::toString);
        }
    }

    @Test
    void aVersionOutlivesTheMove() {
        try (Pool pool = Pools.open(scratch.path("pool"))) {
            KvStore store = pool.store("store", StoreOptions.defaults().withoutBackground());
            long version = store.put(key(1), key(2));
            fill(store, 4);
            store.compact();
            assertThrows(PositionException.class, () -> store.changesSince(version));
            assertEquals(version, store.getEntry(key(1)).version());
            assertTrue(store.compareVersionAndSet(key(1), version, key(3)) > version);
        }
    }

    /** Overwrites one key until so many extents are full. */
    private static void fill(KvStore store, int extents) {
        for (int i = 0; i < extents * 16; i++) {
            store.put(key(-1), Pools.payload(i, 4000));
        }
    }

    @Test
    void whileASnapshotIsOpenNothingIsGivenBack() {
        try (Pool pool = Pools.open(scratch.path("pool"))) {
            KvStore store = pool.store("store", StoreOptions.defaults().withoutBackground());
            store.put(key(1), key(1));
            try (Snapshot snapshot = store.snapshot()) {
                store.delete(key(1));
                fill(store, 4);
                long before = store.statistics().logBytes();
                store.compact();
                assertEquals(before, store.statistics().logBytes());
                assertArrayEquals(key(1), snapshot.get(key(1)));
            }
            store.compact();
            assertTrue(store.statistics().logBytes() < 3 * Pools.EXTENT_BYTES);
            assertNull(store.get(key(1)));
        }
    }

    @Test
    void whatAFeedHasStillToReadIsKept() {
        try (Pool pool = Pools.open(scratch.path("pool"))) {
            KvStore store = pool.store("store", StoreOptions.defaults().withoutBackground());
            store.put(key(1), key(1));
            try (ChangeFeed feed = store.changes()) {
                fill(store, 4);
                store.compact();
                int told = 0;
                for (Change change = feed.next(); change != null; change = feed.next()) {
                    told++;
                }
                // What was moved is not news.
                assertEquals(1 + 4 * 16, told);
                store.compact();
                assertTrue(store.statistics().logBytes() < 3 * Pools.EXTENT_BYTES);
            }
            try (ChangeFeed anew = store.changes()) {
                Map<ByteBuffer, byte[]> copy = new HashMap<>();
                for (Change change = anew.next(); change != null; change = anew.next()) {
                    copy.put(ByteBuffer.wrap(change.key()), change.value());
                }
                assertArrayEquals(key(1), copy.get(ByteBuffer.wrap(key(1))));
                assertEquals(2, copy.size());
            }
        }
    }

    @Test
    void expiredEntriesAreGoneAtOnceAndFromTheLogInTime() {
        Path path = scratch.path("pool");
        AtomicLong now = new AtomicLong(1_000_000);
        StoreOptions options = StoreOptions.defaults().withoutBackground().withClock(() -> Instant.ofEpochMilli(now.get()));
        try (Pool pool = Pools.open(path)) {
            KvStore store = pool.store("store", options);
            store.put(key(1), key(1), Duration.ofSeconds(10));
            store.put(key(2), key(2), Instant.ofEpochMilli(now.get() + 20_000));
            store.batch().put(key(3), key(3), Duration.ofSeconds(5)).put(key(4), key(4)).commit();
            assertNotNull(store.getEntry(key(1)).expiry());
            now.addAndGet(9_999);
            assertArrayEquals(key(1), store.get(key(1)));
            assertNull(store.get(key(3)));
            now.addAndGet(1);
            assertNull(store.get(key(1)));
            assertFalse(store.exists(key(1)));
            assertFalse(store.delete(key(1)));
            store.put(key(6), key(6), Duration.ofSeconds(10));
            assertTrue(store.delete(key(6)));
            assertFalse(store.delete(key(6)));
            assertNull(store.putIfAbsent(key(3), key(5)));
            assertArrayEquals(key(5), store.get(key(3)));
            assertEquals(3, store.statistics().entries());
            fill(store, 3);
            now.addAndGet(10_000);
            assertNull(store.get(key(2)));
            store.compact();
            assertEquals(3, store.statistics().entries());
        }
        try (Pool pool = Pools.open(path)) {
            KvStore store = pool.store("store", options);
            assertNull(store.get(key(1)));
            assertArrayEquals(key(4), store.get(key(4)));
        }
    }

    @Test
    void aFullPoolRefusesWritesAndStaysOpenForReadsAndDeletes() {
        Path path = scratch.path("pool");
        int keys = 0;
        try (Pool pool = Pool.open(path, Pools.small().withMaxBytes(8 * Pools.EXTENT_BYTES))) {
            KvStore store = pool.store("store");
            try {
                while (true) {
                    store.put(key(keys), Pools.payload(keys, 1000));
                    keys++;
                }
            } catch (PoolFullException e) {
                assertTrue(keys > 300, () -> e.getMessage());
            }
            for (int i = 0; i < keys; i++) {
                assertArrayEquals(Pools.payload(i, 1000), store.get(key(i)));
            }
            assertThrows(PoolFullException.class, () -> store.put(key(-5), new byte[1000]));
            for (int i = 0; i < keys / 2; i++) {
                assertTrue(store.delete(key(i)));
            }
            store.compact();
            store.put(key(-5), new byte[1000]);
            for (int i = 0; i < keys; i++) {
                assertArrayEquals(i < keys / 2 ? null : Pools.payload(i, 1000), store.get(key(i)));
            }
        }
        try (Pool pool = Pool.open(path, Pools.small().withMaxBytes(8 * Pools.EXTENT_BYTES))) {
            KvStore store = pool.store("store");
            assertEquals(keys - keys / 2 + 1, store.statistics().entries());
        }
    }
}
