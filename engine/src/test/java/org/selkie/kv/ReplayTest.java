// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.format.RecordLayout;
import org.selkie.log.RecoveryMode;
import org.selkie.persist.Durability;
import org.selkie.testing.Pools;
import org.selkie.testing.Scratch;
import org.selkie.testing.Seed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The two ways to build an index from a log build the same one, and the fast one leaves to the other what is not in order. */
final class ReplayTest {

    @RegisterExtension
    private static final Seed SEED = new Seed();

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    private static byte[] key(int number) {
        return Pools.payload(number, 8 + number % 60);
    }

    private static void write(KvStore store, SplittableRandom random, int changes) {
        for (int i = 0; i < changes; i++) {
            byte[] key = key(random.nextInt(2000));
            switch (random.nextInt(5)) {
                case 0 -> store.delete(key);
                case 1 -> store.batch().put(key, Pools.payload(i, random.nextInt(300))).delete(key(random.nextInt(2000)))
                        .put(key(5000 + random.nextInt(100)), new byte[0]).commit();
                default -> store.put(key, Pools.payload(i, random.nextInt(300)));
            }
            if (random.nextInt(5000) == 0) {
                store.compact();
            }
        }
    }

    private static Set<Long> positions(Index index) {
        Set<Long> positions = new TreeSet<>();
        for (int i = 0; i < index.stripes(); i++) {
            for (long word : index.stripeAt(i).words()) {
                assertTrue(positions.add(SlotTable.position(word)));
            }
        }
        return positions;
    }

    private static long entries(Index index) {
        long entries = 0;
        for (int i = 0; i < index.stripes(); i++) {
            entries += index.stripeAt(i).liveEntries();
        }
        return entries;
    }

    private static void assertBothBuildTheSame(KvStore store) {
        Index slow = new Index(store.storeLog(), null);
        new Replay(store.storeLog(), slow, RecoveryMode.DROP_TORN_TAIL).run();
        Index fast = new Index(store.storeLog(), null);
        assertTrue(new ParallelReplay(store.storeLog(), fast).run());
        assertEquals(positions(slow), positions(fast));
        assertEquals(slow.liveBytes(), fast.liveBytes());
        assertEquals(entries(slow), entries(fast));
        assertEquals(store.statistics().entries(), entries(fast));
        assertEquals(store.statistics().liveBytes(), fast.liveBytes());
    }

    @Test
    void bothWaysBuildTheIndexThatTheStoreHad() {
        Path path = scratch.path("pool");
        SplittableRandom random = SEED.random("small");
        for (int round = 0; round < 4; round++) {
            try (Pool pool = Pools.open(path)) {
                KvStore store = pool.store("store", StoreOptions.defaults().withoutBackground());
                write(store, random, 4000);
                assertBothBuildTheSame(store);
            }
        }
    }

    @Test
    void severalThreadsBuildTheSameToo() {
        PoolOptions options = PoolOptions.defaults().withDurability(Durability.PROCESS_CRASH).withExtentBytes(4 << 20);
        try (Pool pool = Pool.open(scratch.path("pool"), options)) {
            KvStore store = pool.store("store", StoreOptions.defaults().withoutBackground());
            SplittableRandom random = SEED.random("large");
            for (int i = 0; i < 60_000; i++) {
                store.put(Pools.payload(random.nextInt(40_000), 16), new byte[random.nextInt(1000)]);
            }
            assertTrue(store.statistics().logBytes() > 24 << 20);
            assertBothBuildTheSame(store);
        }
    }

    @Test
    void anIndexTakesAtMostTwentyFourBytesAKey() {
        PoolOptions options = PoolOptions.defaults().withDurability(Durability.PROCESS_CRASH).withExtentBytes(4 << 20);
        Path path = scratch.path("pool");
        for (int round = 0; round < 2; round++) {
            try (Pool pool = Pool.open(path, options)) {
                KvStore store = pool.store("store", StoreOptions.defaults().withoutBackground());
                for (int i = 0; i < 100_000; i++) {
                    // As it grows, and as it was when it is built anew.
                    store.put(Pools.payload(i, 16), new byte[10]);
                    if (i % 9973 == 9972) {
                        StoreStatistics now = store.statistics();
                        assertTrue(round > 0 || i < 20_000 || now.indexBytes() <= 24 * now.entries(), now::toString);
                    }
                }
                StoreStatistics now = store.statistics();
                assertEquals(100_000, now.entries());
                assertTrue(now.indexBytes() <= 24 * now.entries(), now::toString);
            }
        }
    }

    @Test
    void whatIsDamagedIsLeftToTheSlowWay() throws Exception {
        Path path = scratch.path("pool");
        try (Pool pool = Pools.open(path)) {
            KvStore store = pool.store("store", StoreOptions.defaults().withoutBackground());
            long damaged = 0;
            for (int i = 0; i < 300; i++) {
                long version = store.put(key(i), Pools.payload(i, 100));
                damaged = i == 30 ? version : damaged;
            }
            Path extent;
            try (Stream<Path> files = Files.list(path)) {
                extent = files.filter(file -> file.toString().contains("extent-")).sorted().toList().getFirst();
            }
            try (FileChannel file = FileChannel.open(extent, StandardOpenOption.WRITE)) {
                file.write(ByteBuffer.wrap(new byte[] {42, 43}), damaged + 60);
            }
            Index fast = new Index(store.storeLog(), null);
            assertFalse(new ParallelReplay(store.storeLog(), fast).run());
            assertEquals(Set.of(), positions(fast));
            assertArrayEquals(Pools.payload(1, 100), store.get(key(1)));
        }
    }

    @Test
    void aRecordOfAUsersIsLeftToTheSlowWay() {
        try (Pool pool = Pools.open(scratch.path("pool")); Arena arena = Arena.ofConfined()) {
            KvStore store = pool.store("store", StoreOptions.defaults().withoutBackground());
            store.put(key(1), key(2));
            store.storeLog().append(RecordLayout.DATA, arena.allocate(100), 100);
            assertFalse(new ParallelReplay(store.storeLog(), new Index(store.storeLog(), null)).run());
        }
    }
}
