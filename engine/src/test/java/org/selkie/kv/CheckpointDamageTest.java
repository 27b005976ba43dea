// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.fault.SelkieException;
import org.selkie.format.CheckpointLayout;
import org.selkie.format.RecordLayout;
import org.selkie.log.RecoveryMode;
import org.selkie.log.StoreLog;
import org.selkie.log.Visibility;
import org.selkie.testing.Damage;
import org.selkie.testing.PoolImage;
import org.selkie.testing.Pools;
import org.selkie.testing.Scratch;
import org.selkie.testing.Seed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Whatever becomes of the index that a close has written, no key is answered with a value that it did not have.
 * {@code -Dselkie.images=10000} for the long run.
 */
final class CheckpointDamageTest {

    private static final int IMAGES = Integer.getInteger("selkie.images", 200);
    private static final int KEYS = 300;
    private static final StoreOptions STILL = StoreOptions.defaults().withoutBackground();
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    /** Of the marks in an extent's header, those of a close and of an opening. */
    private static final int[] MARKS = {1024, 1216};

    @RegisterExtension
    private static final Seed SEED = new Seed();

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    /** What each key had, one after the other. */
    private final List<List<byte[]>> history = new ArrayList<>();

    private static byte[] key(int number) {
        return Pools.payload(number, 16);
    }

    private void write(Path path) {
        try (Pool pool = Pools.open(path)) {
            KvStore store = pool.store("store", STILL);
            SplittableRandom random = SEED.random("write");
            for (int i = 0; i < KEYS; i++) {
                history.add(new ArrayList<>(Arrays.asList((byte[]) null)));
            }
            for (int i = 0; i < 1500; i++) {
                int number = random.nextInt(KEYS);
                byte[] value = random.nextInt(4) == 0 ? null : Pools.payload(i, random.nextInt(400));
                if (value == null) {
                    store.delete(key(number));
                } else {
                    store.put(key(number), value);
                }
                history.get(number).add(value);
            }
        }
    }

    /** The records of the index, each with its position. */
    private record Written(List<Long> positions, List<byte[]> payloads) {

        static Written of(KvStore store) {
            Written written = new Written(new ArrayList<>(), new ArrayList<>());
            StoreLog.Cursor cursor = store.storeLog().cursor(Visibility.VISIBLE);
            while (cursor.reader().next()) {
                if (cursor.isIndex()) {
                    written.positions.add(cursor.reader().position());
                    written.payloads.add(cursor.reader().bytes());
                }
            }
            return written;
        }
    }

    @Test
    void aDamagedIndexChangesNoAnswer() {
        Path path = scratch.path("pool");
        Path damaged = scratch.path("damaged");
        write(path);
        PoolImage whole = PoolImage.atRest(path);
        long from;
        long to;
        try (Pool pool = Pool.open(path, Pools.small().forReading())) {
            KvStore store = pool.store("store", STILL);
            assertEquals(StoreOpening.CHECKPOINT, store.statistics().opening());
            from = Written.of(store).positions.getFirst();
            to = store.storeLog().tailPosition();
        }
        int[] opened = new int[StoreOpening.values().length];
        int refused = 0;
        for (int image = 0; image < IMAGES; image++) {
            SplittableRandom random = SEED.random("image", image);
            whole.writeTo(damaged);
            List<Path> extents = Damage.extents(damaged);
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                long at = from + random.nextLong(to - from);
                Path extent = extents.get((int) (at / Pools.EXTENT_BYTES));
                long offset = random.nextInt(4) == 0 ? MARKS[random.nextInt(2)] + random.nextInt(16) : at % Pools.EXTENT_BYTES;
                Damage.flip(extent, offset, 1 << random.nextInt(8));
            }
            PoolOptions options = switch (image % 4) {
                case 0 -> Pools.small().withRecoveryMode(RecoveryMode.SALVAGE);
                case 1 -> Pools.small().forReading();
                case 2 -> Pools.small();
                default -> Pools.small().trustingCleanClose();
            };
            try (Pool pool = Pool.open(damaged, options)) {
                KvStore store = pool.store("store", STILL);
                opened[store.statistics().opening().ordinal()]++;
                for (int i = 0; i < KEYS; i++) {
                    assertArrayEquals(history.get(i).getLast(), store.get(key(i)));
                }
            } catch (SelkieException e) {
                refused++;
            }
        }
        System.out.println("CheckpointDamageTest: " + IMAGES + " images, " + refused + " refused; by index, scan, records: "
                + Arrays.toString(opened));
        assertTrue(refused > 0 && opened[StoreOpening.RECORDS.ordinal()] + opened[StoreOpening.SCAN.ordinal()] > 0);
    }

    @Test
    void aForgedIndexWithRightChecksumsGivesNoKeyAValueThatItNeverHad() {
        Path path = scratch.path("pool");
        Path left = scratch.path("left");
        write(path);
        PoolImage whole = PoolImage.atRest(path);
        int byIndex = 0;
        for (int image = 0; image < IMAGES; image++) {
            SplittableRandom random = SEED.random("forged", image);
            whole.writeTo(path);
            try (Pool pool = Pools.open(path)) {
                forge(pool.store("store", STILL).storeLog(), Written.of(pool.store("store", STILL)), random);
                PoolImage.of(path).writeTo(left);
            }
            try (Pool pool = Pool.open(left, Pools.small())) {
                KvStore store = pool.store("store", random.nextBoolean() ? STILL : STILL.withOrder());
                byIndex += store.statistics().opening() == StoreOpening.CHECKPOINT ? 1 : 0;
                for (int i = 0; i < KEYS; i++) {
                    use(store, i);
                }
            }
        }
        System.out.println("CheckpointDamageTest: " + IMAGES + " forged images, " + byIndex + " opened by the index");
        assertTrue(byIndex > 0 && byIndex < IMAGES);
    }

    private void use(KvStore store, int number) {
        try {
            byte[] value = store.get(key(number));
            assertTrue(history.get(number).stream().anyMatch(was -> Arrays.equals(was, value)));
            // Who forges checksums can forge records as well: what is asked is that nothing hangs, and that no key has another's.
            store.put(key(number), key(number));
            store.delete(key(number));
        } catch (SelkieException e) {
            // Said, and not answered wrongly.
        }
    }

    /** Writes the index behind itself once more, with some of its numbers changed. */
    private static void forge(StoreLog log, Written written, SplittableRandom random) {
        List<byte[]> payloads = written.payloads;
        MemorySegment commit = MemorySegment.ofArray(payloads.getLast().clone());
        long upTo = log.tailPosition();
        commit.set(LONG, CheckpointLayout.UP_TO_OFFSET, upTo);
        try (Arena arena = Arena.ofConfined()) {
            for (int i = 0; i + 1 < payloads.size(); i++) {
                MemorySegment part = MemorySegment.ofArray(payloads.get(i).clone());
                part.set(LONG, CheckpointLayout.UP_TO_OFFSET, upTo);
                for (int changes = random.nextInt(3); changes > 0; changes--) {
                    long at = CheckpointLayout.SLOTS_OFFSET + 8 * random.nextLong((part.byteSize() - 16) / 8);
                    long position = random.nextLong(upTo / 64) << 16 | part.get(LONG, at) & 0xffff;
                    part.set(LONG, at, random.nextInt(4) > 0 ? position : random.nextLong());
                }
                CheckpointLayout.writePartPosition(commit, CheckpointLayout.stripes(commit), i, append(log, arena, part));
            }
            for (int changes = random.nextInt(3); changes > 0; changes--) {
                long at = 4 * random.nextLong(commit.byteSize() / 4);
                int[] numbers = {0, -1, Integer.MAX_VALUE, 1 << 20, random.nextInt(), commit.get(INT, at) + 8};
                commit.set(INT, at, numbers[random.nextInt(numbers.length)]);
            }
            append(log, arena, commit);
        }
    }

    private static long append(StoreLog log, Arena arena, MemorySegment payload) {
        return log.append(RecordLayout.INDEX, arena.allocate(payload.byteSize(), 64).copyFrom(payload), payload.byteSize());
    }
}
