// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.Pool;
import org.selkie.testing.Pools;
import org.selkie.testing.Scratch;
import org.selkie.testing.Seed;
import org.selkie.testing.Threads;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Several threads on the same keys, while the store compacts itself: no change is lost, none is seen that was not made. */
final class SharedKeysTest {

    private static final int KEYS = 20;
    private static final int THREADS = 4;
    private static final int STEPS = 1500;

    @RegisterExtension
    private static final Seed SEED = new Seed();

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    private static byte[] key(int number) {
        return Pools.payload(number, 16);
    }

    private static byte[] increment(byte[] before) {
        long count = before == null ? 0 : ByteBuffer.wrap(before).getLong();
        // Long, so that there is something to compact.
        return ByteBuffer.allocate(400).putLong(count + 1).array();
    }

    private static long count(byte[] value) {
        return value == null ? 0 : ByteBuffer.wrap(value).getLong();
    }

    @Test
    void countersAreIncrementedOnceForEachCall() {
        Path path = scratch.path("pool");
        AtomicLongArray expected = new AtomicLongArray(KEYS);
        try (Pool pool = Pools.open(path); Threads threads = new Threads()) {
            KvStore store = pool.store("store");
            AtomicBoolean done = new AtomicBoolean();
            for (int thread = 0; thread < THREADS; thread++) {
                SplittableRandom random = SEED.random("increment", thread);
                threads.start(() -> {
                    for (int i = 0; i < STEPS; i++) {
                        int number = random.nextInt(KEYS);
                        store.compute(key(number), SharedKeysTest::increment);
                        // Whoever has made a change sees it, and nobody sees one that was not begun.
                        long told = expected.incrementAndGet(number);
                        assertTrue(count(store.get(key(number))) >= 1 && told >= 1);
                    }
                });
            }
            Threads readers = new Threads();
            readers.start(() -> {
                long[] seen = new long[KEYS];
                while (!done.get()) {
                    for (int i = 0; i < KEYS; i++) {
                        long told = expected.get(i);
                        long now = count(store.get(key(i)));
                        assertTrue(now >= seen[i] && now >= told, "counter " + i + " went from " + seen[i] + " to " + now);
                        seen[i] = now;
                    }
                    try (Snapshot snapshot = store.snapshot()) {
                        assertArrayEquals(snapshot.get(key(0)), snapshot.get(key(0)));
                    }
                }
            });
            threads.await(120);
            done.set(true);
            readers.await(60);
            readers.close();
            check(store, expected);
            // The snapshots may have kept the background from it all the time.
            store.compact();
            check(store, expected);
            assertTrue(store.storeLog().log().startPosition() > Pools.EXTENT_BYTES, "nothing was compacted");
        }
        try (Pool pool = Pools.open(path)) {
            check(pool.store("store"), expected);
        }
    }

    private static void check(KvStore store, AtomicLongArray expected) {
        for (int i = 0; i < KEYS; i++) {
            assertEquals(expected.get(i), count(store.get(key(i))));
        }
    }

    @Test
    void oneOfManyTakesALock() {
        try (Pool pool = Pools.open(scratch.path("pool")); Threads threads = new Threads()) {
            KvStore store = pool.store("store");
            int[] inside = new int[1];
            long[] entered = new long[1];
            for (int thread = 0; thread < THREADS; thread++) {
                byte[] own = key(100 + thread);
                threads.start(() -> {
                    for (int i = 0; i < 500; i++) {
                        while (store.putIfAbsent(key(1), own) != null) {
                            Thread.onSpinWait();
                        }
                        // Plain numbers: only the one that holds the lock touches them.
                        assertEquals(1, ++inside[0]);
                        entered[0]++;
                        assertTrue(Arrays.equals(own, store.get(key(1))));
                        inside[0]--;
                        assertTrue(store.compareAndSet(key(1), own, null));
                    }
                });
            }
            threads.await(120);
            assertEquals(THREADS * 500L, entered[0]);
        }
    }
}
