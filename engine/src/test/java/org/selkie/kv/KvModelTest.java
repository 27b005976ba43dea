// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.Pool;
import org.selkie.testing.Pools;
import org.selkie.testing.Scratch;
import org.selkie.testing.Seed;
import org.selkie.testing.Threads;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Drawn operations on a store and on a map: they answer the same, and so does the store when it is opened again. */
final class KvModelTest {

    @RegisterExtension
    private static final Seed SEED = new Seed();

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    /** One thread's keys, which no other thread has, and what they must be. */
    private static final class Model {

        private final Map<ByteBuffer, byte[]> values = new HashMap<>();
        private final SplittableRandom random;
        private final int owner;
        private final int keys;

        Model(SplittableRandom random, int owner, int keys) {
            this.random = random;
            this.owner = owner;
            this.keys = keys;
        }

        private byte[] key() {
            int number = random.nextInt(keys);
            byte[] key = Pools.payload(number * 31L + owner, 12 + number % 40);
            key[9] = (byte) owner;
            return key;
        }

        void step(KvStore store) {
            byte[] key = key();
            byte[] before = values.get(ByteBuffer.wrap(key));
            byte[] value = Pools.payload(random.nextLong(), random.nextInt(random.nextInt(20) == 0 ? 5000 : 200));
            switch (random.nextInt(8)) {
                case 0, 1 -> {
                    store.put(key, value);
                    set(key, value);
                }
                case 2 -> {
                    assertArrayEquals(before, store.getAndDelete(key));
                    set(key, null);
                }
                case 3 -> {
                    assertArrayEquals(before, store.putIfAbsent(key, value));
                    set(key, before == null ? value : before);
                }
                case 4 -> {
                    assertArrayEquals(before, store.replace(key, value));
                    set(key, before == null ? null : value);
                }
                case 5 -> {
                    byte[] expected = random.nextBoolean() ? before : value;
                    boolean holds = Arrays.equals(expected, before);
                    assertEquals(holds, store.compareAndSet(key, expected, value));
                    set(key, holds ? value : before);
                }
                default -> assertArrayEquals(before, store.get(key));
            }
        }

        private void set(byte[] key, byte[] value) {
            if (value == null) {
                values.remove(ByteBuffer.wrap(key));
            } else {
                values.put(ByteBuffer.wrap(key), value);
            }
        }

        void check(KvStore store) {
            values.forEach((key, value) -> assertArrayEquals(value, store.get(key.array())));
            for (int i = 0; i < keys; i++) {
                byte[] key = key();
                assertArrayEquals(values.get(ByteBuffer.wrap(key)), store.get(key));
            }
            assertNull(store.get(new byte[] {(byte) owner}));
        }
    }

    @Test
    void aStoreAnswersLikeAMapAndStillDoesWhenItIsOpenedAgain() {
        Path path = scratch.path("pool");
        Model model = new Model(SEED.random("one"), 1, 300);
        for (int round = 0; round < 10; round++) {
            try (Pool pool = Pools.open(path)) {
                assertTrue(pool.recovery().isClean(), () -> pool.recovery().toString());
                KvStore store = pool.store("store");
                model.check(store);
                for (int i = 0; i < 2000; i++) {
                    model.step(store);
                }
                model.check(store);
                assertEquals(model.values.size(), store.statistics().entries());
            }
        }
    }

    @Test
    void severalThreadsOnKeysOfTheirOwnDisturbNobody() {
        Path path = scratch.path("pool");
        int threads = 4;
        Model[] models = new Model[threads];
        for (int i = 0; i < threads; i++) {
            models[i] = new Model(SEED.random("several", i), i, 500);
        }
        for (int round = 0; round < 3; round++) {
            try (Pool pool = Pools.open(path); Threads running = new Threads()) {
                KvStore store = pool.store("store");
                for (Model model : models) {
                    running.start(() -> {
                        for (int i = 0; i < 4000; i++) {
                            model.step(store);
                        }
                    });
                }
                running.await(120);
                for (Model model : models) {
                    model.check(store);
                }
            }
        }
    }
}
