// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.fault.DamagedRecordException;
import org.selkie.fault.PoolFormatException;
import org.selkie.fault.PoolFullException;
import org.selkie.log.DamagedLogException;
import org.selkie.log.RecoveryMode;
import org.selkie.persist.Durability;
import org.selkie.testing.Damage;
import org.selkie.testing.Pools;
import org.selkie.testing.Scratch;
import org.selkie.testing.Seed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A store that was closed is opened by the index that it wrote then, and by nothing that is not exactly that. */
final class CheckpointTest {

    private static final StoreOptions STILL = StoreOptions.defaults().withoutBackground();

    @RegisterExtension
    private static final Seed SEED = new Seed();

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    private final Map<Integer, byte[]> model = new HashMap<>();

    private static byte[] key(int number) {
        return Pools.payload(number, 8 + number % 40);
    }

    private void change(KvStore store, SplittableRandom random, int changes) {
        for (int i = 0; i < changes; i++) {
            int number = random.nextInt(2000);
            if (random.nextInt(4) == 0) {
                store.delete(key(number));
                model.remove(number);
            } else {
                byte[] value = Pools.payload(random.nextLong(), random.nextInt(300));
                store.put(key(number), value);
                model.put(number, value);
            }
        }
    }

    private void check(KvStore store) {
        for (int i = 0; i < 2000; i++) {
            assertArrayEquals(model.get(i), store.get(key(i)));
        }
        assertEquals(model.size(), store.statistics().entries());
    }

    private static StoreOpening opening(KvStore store) {
        return store.statistics().opening();
    }

    @Test
    void aCleanCloseIsOpenedByItsIndexRoundAfterRound() {
        Path path = scratch.path("pool");
        SplittableRandom random = SEED.random("rounds");
        for (int round = 0; round < 8; round++) {
            PoolOptions options = round % 2 == 0 ? Pools.small() : Pools.small().trustingCleanClose();
            try (Pool pool = Pool.open(path, options)) {
                assertTrue(pool.recovery().isClean());
                assertEquals(round > 0 && round % 2 == 1, pool.recovery().logs().stream().anyMatch(log -> log.trusted()));
                KvStore store = pool.store("store", STILL);
                assertEquals(round == 0 ? StoreOpening.SCAN : StoreOpening.CHECKPOINT, opening(store));
                check(store);
                long live = store.statistics().liveBytes();
                Index scanned = new Index(store.storeLog(), null);
                assertTrue(round == 0 || new ParallelReplay(store.storeLog(), scanned).run());
                assertEquals(round == 0 ? 0 : live, scanned.liveBytes());
                change(store, random, 3000);
                check(store);
                if (round % 3 == 1) {
                    store.compact();
                    check(store);
                }
            }
        }
    }

    @Test
    void aStoreThatWasOnlyReadDoesNotWriteItsIndexAgain() {
        Path path = scratch.path("pool");
        try (Pool pool = Pools.open(path)) {
            change(pool.store("store", STILL), SEED.random("read"), 3000);
        }
        long end = 0;
        for (int round = 0; round < 3; round++) {
            try (Pool pool = Pools.open(path)) {
                KvStore store = pool.store("store", STILL);
                assertEquals(StoreOpening.CHECKPOINT, opening(store));
                check(store);
                long tail = store.storeLog().tailPosition();
                assertTrue(round == 0 || tail - end < 16_384, "the log grew by " + (tail - end));
                end = tail;
            }
        }
    }

    @Test
    void aShortStoreWritesNone() {
        Path path = scratch.path("pool");
        for (int round = 0; round < 3; round++) {
            try (Pool pool = Pools.open(path)) {
                KvStore store = pool.store("store", STILL);
                assertEquals(StoreOpening.SCAN, opening(store));
                store.put(key(round), key(round));
                assertFalse(store.storeLog().endsWithIndex());
            }
        }
    }

    @Test
    void aPoolInMemoryWritesNone() {
        Pool pool = Pool.inMemory("pool", Pools.small());
        KvStore store = pool.store("store", STILL);
        change(store, SEED.random("memory"), 3000);
        long tail = store.storeLog().tailPosition();
        pool.close();
        assertEquals(tail, store.storeLog().tailPosition());
    }

    @Test
    void anIndexIsRefusedOnceTheStoreWasOpenedAndNotClosed() throws Exception {
        Path path = scratch.path("pool");
        try (Pool pool = Pools.open(path)) {
            change(pool.store("store", STILL), SEED.random("crash"), 3000);
        }
        for (boolean writes : new boolean[] {false, true}) {
            try (Pool pool = Pools.open(path)) {
                KvStore store = pool.store("store", STILL);
                assertEquals(StoreOpening.CHECKPOINT, opening(store));
                if (writes) {
                    change(store, SEED.random("crash", 1), 10);
                }
                Path crashed = scratch.path("crashed-" + writes);
                Damage.copy(path, crashed);
                try (Pool left = Pool.open(crashed, Pools.small().trustingCleanClose())) {
                    assertFalse(left.recovery().logs().getFirst().trusted());
                    KvStore found = left.store("store", STILL);
                    assertEquals(StoreOpening.SCAN, opening(found));
                    check(found);
                }
            }
        }
    }

    @Test
    void aPoolWithoutRoomIsClosedWithoutAnIndex() {
        Path path = scratch.path("pool");
        PoolOptions options = Pools.small().withMaxBytes(6 * Pools.EXTENT_BYTES);
        try (Pool pool = Pool.open(path, options)) {
            KvStore store = pool.store("store", STILL);
            int number = 0;
            try {
                while (true) {
                    byte[] value = Pools.payload(number, 900);
                    store.put(key(number), value);
                    model.put(number++, value);
                }
            } catch (PoolFullException e) {
                assertTrue(number > 100);
            }
        }
        try (Pool pool = Pool.open(path, options)) {
            assertTrue(pool.recovery().isClean());
            KvStore store = pool.store("store", STILL);
            assertEquals(StoreOpening.SCAN, opening(store));
            check(store);
        }
    }

    @Test
    void anOrderedStoreIsOpenedByTheSameIndexAndByAScan() {
        Path path = scratch.path("pool");
        Path copy = scratch.path("copy");
        SplittableRandom random = SEED.random("ordered");
        for (int round = 0; round < 5; round++) {
            boolean crashed = round == 3;
            try (Pool pool = Pools.open(path)) {
                KvStore store = pool.store("store", STILL.withOrder());
                assertEquals(round == 0 || round == 4 ? StoreOpening.SCAN : StoreOpening.CHECKPOINT, opening(store));
                checkOrder(store.ordered());
                change(store, random, 2000);
                checkOrder(store.ordered());
                if (crashed) {
                    Damage.copy(path, copy);
                }
            }
            path = crashed ? copy : path;
        }
    }

    private void checkOrder(OrderedStore ordered) {
        TreeMap<KeyBytes, byte[]> expected = new TreeMap<>();
        model.forEach((number, value) -> expected.put(new KeyBytes(key(number)), value));
        Iterator<Entry> scan = ordered.scan(Range.all());
        expected.forEach((key, value) -> {
            Entry entry = scan.next();
            assertArrayEquals(key.bytes(), entry.key());
            assertArrayEquals(value, entry.value());
        });
        assertFalse(scan.hasNext());
    }

    @Test
    void aReaderBesideAWriterScansAndOneWithoutUsesTheIndex() {
        Path path = scratch.path("pool");
        PoolOptions reading = Pools.small().forReading();
        try (Pool pool = Pools.open(path)) {
            KvStore store = pool.store("store", STILL);
            change(store, SEED.random("reader"), 3000);
            try (Pool other = Pool.open(path, reading)) {
                assertEquals(StoreOpening.SCAN, opening(other.store("store", STILL)));
                check(other.store("store", STILL));
            }
        }
        for (PoolOptions options : List.of(reading, reading.trustingCleanClose())) {
            try (Pool other = Pool.open(path, options)) {
                assertEquals(StoreOpening.CHECKPOINT, opening(other.store("store", STILL)));
                check(other.store("store", STILL));
            }
        }
        try (Pool pool = Pools.open(path)) {
            pool.store("store", STILL);
            try (Pool other = Pool.open(path, reading)) {
                assertEquals(StoreOpening.SCAN, opening(other.store("store", STILL)));
            }
        }
    }

    @Test
    void feedsSnapshotsBackupsAndChecksPassTheIndex() throws Exception {
        Path path = scratch.path("pool");
        List<Long> positions = new ArrayList<>();
        SplittableRandom random = SEED.random("feeds");
        for (int round = 0; round < 4; round++) {
            try (Pool pool = Pools.open(path)) {
                KvStore store = pool.store("store", STILL);
                change(store, random, 1500);
                try (Snapshot snapshot = store.snapshot()) {
                    positions.add(snapshot.position());
                    assertEquals(model.size(), snapshot.count());
                }
                Map<KeyBytes, byte[]> copy = new HashMap<>();
                try (ChangeFeed feed = store.changes()) {
                    for (Change change = feed.next(); change != null; change = feed.next()) {
                        if (change.value() == null) {
                            copy.remove(new KeyBytes(change.key()));
                        } else {
                            copy.put(new KeyBytes(change.key()), change.value());
                        }
                    }
                }
                assertEquals(model.size(), copy.size());
                assertTrue(pool.checkStore("store").isClean());
                assertEquals(List.of(), pool.foreignRecords());
            }
        }
        try (Pool pool = Pools.open(path)) {
            for (long position : positions) {
                try (ChangeFeed feed = pool.store("store", STILL).changesSince(position)) {
                    while (feed.next() != null) {
                        // To its end.
                    }
                }
            }
        }
    }

    @Test
    void severalThreadsTakeInALargeIndex() {
        Path path = scratch.path("pool");
        PoolOptions options = PoolOptions.defaults().withDurability(Durability.PROCESS_CRASH).withExtentBytes(8 << 20);
        int keys = 300_000;
        for (int round = 0; round < 3; round++) {
            try (Pool pool = Pool.open(path, round == 1 ? options.trustingCleanClose() : options)) {
                KvStore store = pool.store("store", round == 2 ? STILL.withOrder() : STILL);
                for (int i = 0; i < keys; i++) {
                    byte[] key = Pools.payload(i, 16);
                    if (round == 0) {
                        store.put(key, new byte[40]);
                    } else {
                        assertTrue(store.exists(key));
                    }
                }
                assertEquals(round == 0 ? StoreOpening.SCAN : StoreOpening.CHECKPOINT, opening(store));
                assertNull(store.get(new byte[] {1, 2, 3}));
                StoreStatistics now = store.statistics();
                assertTrue(now.entries() == keys && now.indexBytes() <= 24L * keys, now::toString);
            }
        }
    }

    @Test
    void whatSalvageRepairedIsNotOpenedByTheIndexThatNamesIt() throws Exception {
        Path path = scratch.path("pool");
        long damaged;
        try (Pool pool = Pools.open(path)) {
            KvStore store = pool.store("store", STILL);
            change(store, SEED.random("salvage"), 3000);
            damaged = store.put(key(7), Pools.payload(7, 200));
            model.put(7, Pools.payload(7, 200));
            change(store, SEED.random("salvage", 1), 300);
            Damage.flip(pool, damaged);
        }
        assertThrows(DamagedLogException.class, () -> Pools.open(path).close());
        try (Pool pool = Pool.open(path, Pools.small().withRecoveryMode(RecoveryMode.SALVAGE))) {
            assertTrue(pool.recovery().hasLoss());
        }
        // Nobody opened the store, so the index still stands there.
        try (Pool pool = Pool.open(path, Pools.small().trustingCleanClose())) {
            assertTrue(pool.recovery().isClean() && !pool.recovery().logs().getFirst().trusted());
            KvStore store = pool.store("store", STILL);
            assertTrue(store.storeLog().endsWithIndex());
            assertEquals(StoreOpening.SCAN, opening(store));
            store.get(key(7));
        }
    }

    @Test
    void damageThatNobodyLookedForIsMetWhenTheRecordIsRead() {
        Path path = scratch.path("pool");
        try (Pool pool = Pools.open(path)) {
            KvStore store = pool.store("store", STILL);
            change(store, SEED.random("trust"), 3000);
            long damaged = store.put(key(7), Pools.payload(7, 200));
            store.put(key(8), Pools.payload(8, 200));
            Damage.flip(pool, damaged);
        }
        PoolOptions trusting = Pools.small().trustingCleanClose();
        try (Pool pool = Pool.open(path, trusting)) {
            assertTrue(pool.recovery().logs().getFirst().trusted());
            KvStore store = pool.store("store", STILL);
            assertEquals(StoreOpening.CHECKPOINT, opening(store));
            assertThrows(DamagedRecordException.class, () -> store.get(key(7)));
            assertArrayEquals(Pools.payload(8, 200), store.get(key(8)));
        }
        // In order, every key is read when the store is opened.
        try (Pool pool = Pool.open(path, trusting)) {
            assertThrows(PoolFormatException.class, () -> pool.store("store", STILL.withOrder()));
        }
        assertThrows(DamagedLogException.class, () -> Pools.open(path).close());
        assertThrows(DamagedLogException.class, () -> Pool.open(path, trusting.withRecoveryMode(RecoveryMode.STRICT)).close());
    }
}
