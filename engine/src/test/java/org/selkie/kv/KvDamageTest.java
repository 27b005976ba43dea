// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.fault.SelkieException;
import org.selkie.log.RecoveryMode;
import org.selkie.testing.Pools;
import org.selkie.testing.Scratch;
import org.selkie.testing.Seed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Damage is told, and never becomes a value that the key did not have. {@code -Dselkie.images=10000} for the long run. */
final class KvDamageTest {

    private static final int IMAGES = Integer.getInteger("selkie.images", 200);
    private static final int KEYS = 60;

    @RegisterExtension
    private static final Seed SEED = new Seed();

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    private static byte[] key(int number) {
        return Pools.payload(number, 16);
    }

    private static List<Path> extents(Path pool) throws Exception {
        try (Stream<Path> files = Files.list(pool)) {
            return files.filter(file -> file.toString().contains("extent-")).sorted().toList();
        }
    }

    private static void flip(Path file, long offset, int bits) throws Exception {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, offset);
            one.put(0, (byte) (one.get(0) ^ bits));
            channel.write(one.rewind(), offset);
        }
    }

    @Test
    void aDamagedRecordIsAnErrorOfItsKeyAloneAndCanBeReplaced() throws Exception {
        Path path = scratch.path("pool");
        try (Pool pool = Pools.open(path)) {
            KvStore store = pool.store("store", StoreOptions.defaults().withoutBackground());
            long damaged = 0;
            for (int i = 0; i < KEYS; i++) {
                long version = store.put(key(i), Pools.payload(i, 500));
                damaged = i == 30 ? version : damaged;
            }
            flip(extents(path).getFirst(), damaged + 100, 4);
            assertThrows(SelkieException.class, () -> store.get(key(30)));
            assertThrows(SelkieException.class, () -> store.exists(key(30)));
            assertThrows(SelkieException.class, () -> store.putIfAbsent(key(30), key(1)));
            assertThrows(SelkieException.class, () -> store.getAndDelete(key(30)));
            for (int i = 0; i < KEYS; i++) {
                if (i != 30) {
                    assertArrayEquals(Pools.payload(i, 500), store.get(key(i)));
                }
            }
            for (int i = 0; i < 200; i++) {
                store.put(key(-1), new byte[1000]);
            }
            // To trim it would make the damaged value none.
            assertThrows(SelkieException.class, store::compact);
            store.put(key(30), key(2));
            assertArrayEquals(key(2), store.get(key(30)));
            store.compact();
            assertArrayEquals(key(2), store.get(key(30)));
            assertEquals(KEYS + 1, store.statistics().entries());
        }
    }

    @Test
    void noImageHoweverDamagedAnswersWithAWrongValue() throws Exception {
        Path path = scratch.path("pool");
        List<List<byte[]>> history = write(path);
        List<Path> files = extents(path);
        List<byte[]> whole = new ArrayList<>();
        for (Path file : files) {
            whole.add(Files.readAllBytes(file));
        }
        int refused = 0;
        int errors = 0;
        for (int image = 0; image < IMAGES; image++) {
            SplittableRandom random = SEED.random("image", image);
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                int file = random.nextInt(files.size());
                flip(files.get(file), random.nextInt(whole.get(file).length), 1 << random.nextInt(8));
            }
            boolean salvage = image % 2 == 0;
            PoolOptions options = Pools.small().withRecoveryMode(salvage ? RecoveryMode.SALVAGE : RecoveryMode.DROP_TORN_TAIL);
            try (Pool pool = Pool.open(path, options)) {
                boolean lost = pool.recovery().hasLoss();
                assertTrue(salvage || !lost);
                errors += read(pool.store("store", StoreOptions.defaults().withoutBackground()), history, lost);
            } catch (SelkieException e) {
                refused++;
            }
            try (Stream<Path> now = Files.list(path)) {
                for (Path file : now.toList()) {
                    if (file.toString().contains("extent-") && !files.contains(file)) {
                        Files.delete(file);
                    }
                }
            }
            for (int i = 0; i < files.size(); i++) {
                Files.write(files.get(i), whole.get(i));
            }
        }
        System.out.println("KvDamageTest: " + IMAGES + " images, " + refused + " refused, " + errors + " keys with an error");
    }

    /** Each key's values, one after the other, null where it was deleted. */
    private static List<List<byte[]>> write(Path path) {
        List<List<byte[]>> history = new ArrayList<>();
        try (Pool pool = Pools.open(path)) {
            KvStore store = pool.store("store", StoreOptions.defaults().withoutBackground());
            SplittableRandom random = SEED.random("write");
            for (int i = 0; i < KEYS; i++) {
                history.add(new ArrayList<>(Arrays.asList((byte[]) null)));
            }
            for (int i = 0; i < 600; i++) {
                int number = random.nextInt(KEYS);
                byte[] value = random.nextInt(4) == 0 ? null : Pools.payload(i, random.nextInt(600));
                if (value == null) {
                    store.delete(key(number));
                } else {
                    store.put(key(number), value);
                }
                history.get(number).add(value);
            }
        }
        return history;
    }

    private static int read(KvStore store, List<List<byte[]>> history, boolean lost) {
        int errors = 0;
        for (int i = 0; i < KEYS; i++) {
            byte[] value;
            try {
                value = store.get(key(i));
            } catch (SelkieException e) {
                errors++;
                continue;
            }
            if (!lost) {
                assertArrayEquals(history.get(i).getLast(), value);
            } else {
                // Salvage says what it lost; what it kept is some value that the key had.
                assertTrue(history.get(i).stream().anyMatch(was -> Arrays.equals(was, value)));
            }
        }
        assertNull(store.get(key(KEYS)));
        return errors;
    }
}
