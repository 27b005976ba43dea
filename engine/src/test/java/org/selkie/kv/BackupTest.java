// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.Pool;
import org.selkie.fault.BackupException;
import org.selkie.fault.PositionException;
import org.selkie.testing.Pools;
import org.selkie.testing.Scratch;
import org.selkie.testing.Seed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** A store that was backed up comes back, whole and by what was changed since; a damaged backup is refused. */
final class BackupTest {

    private static final int KEYS = 100;

    @RegisterExtension
    private static final Seed SEED = new Seed();

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    private static byte[] key(int number) {
        return Pools.payload(number, 16);
    }

    private static void change(KvStore store, Map<ByteBuffer, byte[]> model, SplittableRandom random, int times) {
        for (int i = 0; i < times; i++) {
            byte[] key = key(random.nextInt(KEYS));
            byte[] value = Pools.payload(random.nextLong(), random.nextInt(200));
            if (random.nextInt(3) == 0) {
                store.delete(key);
                model.remove(ByteBuffer.wrap(key));
            } else {
                store.put(key, value);
                model.put(ByteBuffer.wrap(key), value);
            }
        }
    }

    private static void check(KvStore store, Map<ByteBuffer, byte[]> model) {
        for (int i = 0; i < KEYS; i++) {
            assertArrayEquals(model.get(ByteBuffer.wrap(key(i))), store.get(key(i)));
        }
        assertEquals(model.size(), store.statistics().entries());
    }

    @Test
    void aCopyFollowsByWhatWasChangedSince() {
        try (Pool pool = Pools.open(scratch.path("pool"))) {
            KvStore store = pool.store("store", StoreOptions.defaults().withoutBackground());
            KvStore copy = pool.store("copy");
            SplittableRandom random = SEED.random("backup");
            Map<ByteBuffer, byte[]> model = new HashMap<>();
            change(store, model, random, 500);
            ByteArrayOutputStream whole = new ByteArrayOutputStream();
            long position = store.backup().write(whole);
            long restored = copy.backup().restore(new ByteArrayInputStream(whole.toByteArray()), 0);
            assertEquals(position, restored);
            check(copy, model);
            for (int round = 0; round < 5; round++) {
                change(store, model, random, 200);
                ByteArrayOutputStream since = new ByteArrayOutputStream();
                position = store.backup().writeSince(position, since);
                restored = copy.backup().restore(new ByteArrayInputStream(since.toByteArray()), restored);
                assertEquals(position, restored);
                check(copy, model);
            }
            store.put(key(1), key(2), Duration.ofDays(1));
            ByteArrayOutputStream since = new ByteArrayOutputStream();
            store.backup().writeSince(position, since);
            copy.backup().restore(new ByteArrayInputStream(since.toByteArray()), restored);
            assertEquals(store.getEntry(key(1)).expiry(), copy.getEntry(key(1)).expiry());
            byte[] late = since.toByteArray();
            KvStore other = pool.store("other");
            assertThrows(BackupException.class, () -> other.backup().restore(new ByteArrayInputStream(late), 0));
            change(store, model, random, 2000);
            store.compact();
            long old = position;
            assertThrows(PositionException.class, () -> store.backup().writeSince(old, new ByteArrayOutputStream()));
        }
    }

    @Test
    void aDamagedOrShortenedBackupIsRefused() {
        try (Pool pool = Pools.open(scratch.path("pool"))) {
            KvStore store = pool.store("store");
            change(store, new HashMap<>(), SEED.random("damaged"), 100);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            store.backup().write(out);
            byte[] whole = out.toByteArray();
            SplittableRandom random = SEED.random("damage");
            for (int i = 0; i < 100; i++) {
                KvStore copy = pool.store("copy" + i % 4);
                byte[] damaged = random.nextBoolean() ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
                if (damaged.length == whole.length) {
                    damaged[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
                }
                assertThrows(BackupException.class, () -> copy.backup().restore(new ByteArrayInputStream(damaged), 0));
            }
        }
    }
}
