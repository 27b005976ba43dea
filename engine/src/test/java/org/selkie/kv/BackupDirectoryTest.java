// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.Pool;
import org.selkie.fault.BackupException;
import org.selkie.testing.Pools;
import org.selkie.testing.Scratch;
import org.selkie.testing.Seed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A backup in a directory: all of the store, then what was changed; whatever is wrong with it is refused before it is used. */
final class BackupDirectoryTest {

    private static final int KEYS = 100;

    @RegisterExtension
    private static final Seed SEED = new Seed();

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    private final Map<ByteBuffer, byte[]> model = new HashMap<>();
    private @Nullable Path directory;

    private static byte[] key(int number) {
        return Pools.payload(number, 16);
    }

    private void change(KvStore store, SplittableRandom random, int times) {
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

    private void check(KvStore store) {
        for (int i = 0; i < KEYS; i++) {
            assertArrayEquals(model.get(ByteBuffer.wrap(key(i))), store.get(key(i)));
        }
        assertEquals(model.size(), store.statistics().entries());
    }

    private Path directory() {
        if (directory == null) {
            directory = scratch.path("backup");
        }
        return directory;
    }

    /** A whole part and two with what was changed. */
    private void backUpThrice(KvStore store) {
        SplittableRandom random = SEED.random("changes");
        for (int i = 0; i < 3; i++) {
            change(store, random, 300);
            BackupPart part = store.backup().writeTo(directory());
            assertEquals(i + 1, part.number());
            assertEquals(i == 0, part.isWhole());
        }
    }

    private static KvStore quiet(Pool pool, String name) {
        return pool.store(name, StoreOptions.defaults().withoutBackground());
    }

    @Test
    void aStoreComesBackFromAllOfItsParts() throws Exception {
        try (Pool pool = Pools.open(scratch.path("pool"))) {
            KvStore store = quiet(pool, "store");
            backUpThrice(store);
            KvStore copy = quiet(pool, "copy");
            assertEquals(Backup.check(directory()).getLast().toPosition(), copy.backup().restoreFrom(directory()));
            check(copy);
            assertThrows(BackupException.class, () -> copy.backup().restoreFrom(directory()));
            // Nothing was changed since: the next part says so, and restores to the same.
            assertEquals(0, store.backup().writeTo(directory()).changes());
            try (Stream<Path> files = Files.list(directory())) {
                assertTrue(files.allMatch(BackupDirectoryTest::isForItsOwnerAlone));
            }
        }
    }

    private static boolean isForItsOwnerAlone(Path file) {
        try {
            return Files.getPosixFilePermissions(file).size() == 2;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void whatWasCompactedSinceIsBackedUpAsAWhole() {
        try (Pool pool = Pools.open(scratch.path("pool"))) {
            KvStore store = quiet(pool, "store");
            backUpThrice(store);
            change(store, SEED.random("more"), 3000);
            store.compact();
            BackupPart part = store.backup().writeTo(directory());
            assertTrue(part.isWhole());
            assertEquals(List.of(part), Backup.check(directory()));
            assertFalse(Files.exists(directory().resolve("part-00000001.selkie-backup")));
            KvStore copy = quiet(pool, "copy");
            copy.backup().restoreFrom(directory());
            check(copy);
        }
    }

    @Test
    void aDamagedPartWhereverItIsDamagedIsRefusedAndNothingIsRestored() throws Exception {
        try (Pool pool = Pools.open(scratch.path("pool"))) {
            backUpThrice(quiet(pool, "store"));
            KvStore copy = quiet(pool, "copy");
            SplittableRandom random = SEED.random("damage");
            List<Path> files;
            try (Stream<Path> listed = Files.list(directory())) {
                files = listed.filter(file -> !file.endsWith("lock")).sorted().toList();
            }
            assertEquals(4, files.size());
            for (int i = 0; i < 400; i++) {
                Path file = files.get(random.nextInt(files.size()));
                byte[] whole = Files.readAllBytes(file);
                if (random.nextInt(4) == 0) {
                    Files.write(file, Arrays.copyOf(whole, random.nextInt(whole.length)));
                } else {
                    byte[] damaged = whole.clone();
                    damaged[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
                    Files.write(file, damaged);
                }
                BackupException refused = assertThrows(BackupException.class, () -> copy.backup().restoreFrom(directory()));
                assertTrue(refused.getMessage().contains(file.toString()), refused.getMessage());
                Files.write(file, whole);
            }
            assertEquals(0, copy.statistics().entries());
            copy.backup().restoreFrom(directory());
            check(copy);
        }
    }

    @Test
    void aMissingAnExchangedAndAForeignPartAreRefused() throws Exception {
        try (Pool pool = Pools.open(scratch.path("pool"))) {
            KvStore store = quiet(pool, "store");
            backUpThrice(store);
            KvStore copy = quiet(pool, "copy");
            Path second = directory().resolve("part-00000002.selkie-backup");
            Path third = directory().resolve("part-00000003.selkie-backup");
            Path aside = scratch.path("aside");
            Files.move(second, aside);
            BackupException missing = assertThrows(BackupException.class, () -> copy.backup().restoreFrom(directory()));
            assertTrue(missing.getMessage().contains(second + " is missing"), missing.getMessage());
            // In the other order, each of them is whole, and still the wrong one.
            Files.move(third, second);
            Files.copy(aside, third);
            assertThrows(BackupException.class, () -> copy.backup().restoreFrom(directory()));
            Files.move(second, third, StandardCopyOption.REPLACE_EXISTING);
            Files.move(aside, second);
            copy.backup().restoreFrom(directory());
            check(copy);
            // Another store, also one of the same name, does not go on with it.
            assertThrows(BackupException.class, () -> copy.backup().writeTo(directory()));
            try (Pool other = Pools.open(scratch.path("other"))) {
                KvStore namesake = quiet(other, "store");
                namesake.put(key(1), key(2));
                assertThrows(BackupException.class, () -> namesake.backup().writeTo(directory()));
            }
            Files.delete(directory().resolve("manifest"));
            assertThrows(BackupException.class, () -> store.backup().writeTo(directory()));
            assertThrows(BackupException.class, () -> Backup.check(directory()));
        }
    }

    @Test
    void whatACrashLeftBesideTheManifestIsNoPartOfTheBackup() throws Exception {
        try (Pool pool = Pools.open(scratch.path("pool"))) {
            KvStore store = quiet(pool, "store");
            backUpThrice(store);
            Files.write(directory().resolve("part-00000004.selkie-backup"), new byte[100]);
            Files.write(directory().resolve("manifest.new"), new byte[10]);
            assertEquals(3, Backup.check(directory()).size());
            change(store, SEED.random("after"), 100);
            assertEquals(4, store.backup().writeTo(directory()).number());
            KvStore copy = quiet(pool, "copy");
            copy.backup().restoreFrom(directory());
            check(copy);
        }
    }

    @Test
    void anOlderCopyOfTheStoreDoesNotReplaceANewerBackup() throws Exception {
        Path path = scratch.path("pool");
        Path older = scratch.path("older");
        SplittableRandom random = SEED.random("older");
        try (Pool pool = Pools.open(path)) {
            change(quiet(pool, "store"), random, 50);
        }
        Files.createDirectory(older);
        try (Stream<Path> files = Files.list(path)) {
            for (Path file : files.toList()) {
                Files.copy(file, older.resolve(file.getFileName()));
            }
        }
        try (Pool pool = Pools.open(path)) {
            KvStore store = quiet(pool, "store");
            change(store, random, 50);
            store.backup().writeTo(directory());
        }
        try (Pool pool = Pools.open(older)) {
            KvStore store = quiet(pool, "store");
            BackupException refused = assertThrows(BackupException.class, () -> store.backup().writeTo(directory()));
            assertTrue(refused.getMessage().contains("an older copy of itself"), refused.getMessage());
        }
        assertEquals(1, Backup.check(directory()).size());
    }

    /** Each transfer keeps the sum: a backup that is not of one moment would not. */
    @Test
    void backupsOfABusyStoreAreEachOfOneMoment() throws Exception {
        try (Pool pool = Pools.open(scratch.path("pool"))) {
            KvStore store = pool.store("store");
            for (int i = 0; i < KEYS; i++) {
                store.put(key(i), number(1000));
            }
            AtomicBoolean enough = new AtomicBoolean();
            AtomicLong transfers = new AtomicLong();
            Thread writer = Thread.ofPlatform().start(() -> {
                SplittableRandom random = SEED.random("transfers");
                while (!enough.get()) {
                    byte[] from = key(random.nextInt(KEYS));
                    byte[] to = key(random.nextInt(KEYS));
                    if (!Arrays.equals(from, to)) {
                        store.batch().put(from, number(valueOf(store.get(from)) - 1)).put(to, number(valueOf(store.get(to)) + 1))
                                .commit();
                        transfers.incrementAndGet();
                    }
                }
            });
            for (int round = 0; round < 10; round++) {
                long before = transfers.get();
                while (transfers.get() < before + 20) {
                    Thread.onSpinWait();
                }
                store.backup().writeTo(directory());
                KvStore copy = quiet(pool, "copy" + round);
                copy.backup().restoreFrom(directory());
                long sum = 0;
                for (int i = 0; i < KEYS; i++) {
                    sum += valueOf(copy.get(key(i)));
                }
                assertEquals(1000L * KEYS, sum);
            }
            enough.set(true);
            writer.join();
        }
    }

    private static byte[] number(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    private static long valueOf(byte[] bytes) {
        return ByteBuffer.wrap(bytes).getLong();
    }
}
