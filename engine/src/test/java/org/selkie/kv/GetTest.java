// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.Pool;
import org.selkie.fault.ExtentFaultException;
import org.selkie.fault.KeyLengthException;
import org.selkie.fault.SelkieException;
import org.selkie.testing.Pools;
import org.selkie.testing.Scratch;
import org.selkie.testing.Seed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** All ways to read a value, at every length of key and value, give what was put, and write nothing beside it. */
final class GetTest {

    private static final int KEY_BYTES_MOST = 40;
    private static final int VALUE_BYTES_MOST = 90;

    @RegisterExtension
    private static final Seed SEED = new Seed();

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    private static byte[] key(int keyBytes, int valueBytes) {
        byte[] key = new byte[keyBytes];
        new SplittableRandom(keyBytes * 1000L + valueBytes).nextBytes(key);
        return key;
    }

    private static byte[] value(int keyBytes, int valueBytes) {
        byte[] value = new byte[valueBytes];
        new SplittableRandom(-1 - keyBytes * 1000L - valueBytes).nextBytes(value);
        return value;
    }

    private interface Lengths {
        void check(byte[] key, byte[] value);
    }

    private static void forAllLengths(Lengths lengths) {
        // Not of one or two bytes: many values would share a key.
        for (int keyBytes = 3; keyBytes <= KEY_BYTES_MOST; keyBytes++) {
            for (int valueBytes = 0; valueBytes <= VALUE_BYTES_MOST; valueBytes++) {
                lengths.check(key(keyBytes, valueBytes), value(keyBytes, valueBytes));
            }
        }
    }

    private static void fill(KvStore store) {
        forAllLengths(store::put);
    }

    private static void checkAll(KvStore store) {
        forAllLengths((key, value) -> {
            assertArrayEquals(value, store.get(key));
            checkArray(store, key, value);
            checkSegment(store, key, value);
            checkBuffers(store, key, value);
            assertTrue(store.exists(key));
            key[key.length - 1]++;
            if (store.get(key) == null) {
                assertEquals(KvStore.NO_VALUE, store.get(key, new byte[100], 0));
            }
        });
    }

    private static void checkArray(KvStore store, byte[] key, byte[] value) {
        byte[] out = new byte[value.length + 9];
        Arrays.fill(out, (byte) 0x5a);
        assertEquals(value.length, store.get(key, out, 9));
        assertArrayEquals(value, Arrays.copyOfRange(out, 9, out.length));
        assertUntouched(out, 9);
        if (value.length > 0) {
            Arrays.fill(out, (byte) 0x5a);
            assertEquals(value.length, store.get(key, out, 10));
            assertUntouched(out, out.length);
        }
    }

    private static void assertUntouched(byte[] bytes, int upTo) {
        for (int i = 0; i < upTo; i++) {
            assertEquals(0x5a, bytes[i]);
        }
    }

    private static void checkSegment(KvStore store, byte[] key, byte[] value) {
        byte[] around = new byte[value.length + 16];
        Arrays.fill(around, (byte) 0x5a);
        MemorySegment out = MemorySegment.ofArray(around).asSlice(8, value.length);
        assertEquals(value.length, store.get(MemorySegment.ofArray(key), out));
        assertArrayEquals(value, out.toArray(ValueLayout.JAVA_BYTE));
        assertUntouched(around, 8);
        assertUntouched(Arrays.copyOfRange(around, 8 + value.length, around.length), 8);
    }

    private static void checkBuffers(KvStore store, byte[] key, byte[] value) {
        for (boolean direct : new boolean[] {true, false}) {
            ByteBuffer out = direct ? ByteBuffer.allocateDirect(100) : ByteBuffer.allocate(100);
            out.position(3).limit(3 + value.length);
            assertEquals(value.length, store.get(ByteBuffer.wrap(key), out));
            assertEquals(3 + value.length, out.position());
            assertEquals(ByteBuffer.wrap(value), out.position(3).slice());
        }
    }

    @Test
    void everyWayToReadGivesWhatWasPutAtEveryLength() {
        try (Pool pool = Pools.open(scratch.path("pool"))) {
            KvStore store = pool.store("store", StoreOptions.defaults().withoutBackground());
            fill(store);
            checkAll(store);
        }
    }

    @Test
    void entriesThatCompactionHasMovedAreReadTheSame() {
        Path path = scratch.path("pool");
        try (Pool pool = Pools.open(path)) {
            KvStore store = pool.store("store", StoreOptions.defaults().withoutBackground());
            fill(store);
            long end = store.storeLog().tailPosition();
            store.compact();
            // All but what stands in the last extent.
            assertTrue(store.storeLog().log().startPosition() > end - Pools.EXTENT_BYTES);
            checkAll(store);
        }
        try (Pool pool = Pools.open(path)) {
            checkAll(pool.store("store"));
        }
    }

    @Test
    void severalKeysAtOnceAreReadAsOneByOne() {
        SplittableRandom random = SEED.random("several");
        try (Pool pool = Pools.open(scratch.path("pool"))) {
            KvStore store = pool.store("store", StoreOptions.defaults().withoutBackground());
            for (int i = 0; i < 500; i++) {
                if (i % 3 == 0) {
                    store.put(Pools.payload(i, 16), Pools.payload(-i, random.nextInt(3000)), Duration.ofDays(1));
                } else {
                    store.put(Pools.payload(i, 16), Pools.payload(-i, random.nextInt(3000)));
                }
            }
            for (int round = 0; round < 100; round++) {
                byte[][] keys = new byte[random.nextInt(100)][];
                byte[][] out = new byte[keys.length][];
                for (int i = 0; i < keys.length; i++) {
                    // One in five has no value.
                    keys[i] = Pools.payload(random.nextInt(625), 16);
                    out[i] = new byte[random.nextInt(3000)];
                }
                int[] lengths = new int[keys.length];
                store.getAll(keys, out, lengths);
                byte[][] values = store.getAll(keys);
                for (int i = 0; i < keys.length; i++) {
                    byte[] one = store.get(keys[i]);
                    assertArrayEquals(one, values[i]);
                    assertEquals(one == null ? KvStore.NO_VALUE : one.length, lengths[i]);
                    if (one != null && one.length <= out[i].length) {
                        assertArrayEquals(one, Arrays.copyOf(out[i], one.length));
                    }
                }
            }
        }
    }

    @Test
    void severalKeysAtOnceWantArraysForAll() {
        try (Pool pool = Pools.open(scratch.path("pool"))) {
            KvStore store = pool.store("store");
            byte[][] keys = {{1}, {2}};
            assertThrows(IllegalArgumentException.class, () -> store.getAll(keys, new byte[1][10], new int[2]));
            assertThrows(IllegalArgumentException.class, () -> store.getAll(keys, new byte[2][10], new int[1]));
            assertThrows(KeyLengthException.class, () -> store.getAll(new byte[][] {{1}, {}}));
            assertEquals(0, store.getAll(new byte[0][]).length);
        }
    }

    @Test
    void aValueThatExpiresIsReadUntilItDoesByEveryWay() {
        try (Pool pool = Pools.open(scratch.path("pool"))) {
            KvStore store = pool.store("store");
            byte[] key = {1, 2, 3};
            byte[] value = value(1, 50);
            store.put(key, value, Duration.ofDays(1));
            checkArray(store, key, value);
            checkSegment(store, key, value);
            checkBuffers(store, key, value);
            store.put(key, value, Duration.ofMillis(1));
            while (store.exists(key)) {
                Thread.onSpinWait();
            }
            assertNull(store.get(key));
            assertEquals(KvStore.NO_VALUE, store.get(key, new byte[100], 0));
            assertNull(store.getAll(new byte[][] {key})[0]);
        }
    }

    @Test
    void nothingIsWrittenToMemoryThatCanOnlyBeRead() {
        try (Pool pool = Pools.open(scratch.path("pool")); Arena arena = Arena.ofConfined()) {
            KvStore store = pool.store("store");
            byte[] key = {1, 2, 3};
            store.put(key, new byte[] {7, 7, 7});
            MemorySegment out = arena.allocate(10);
            assertThrows(IllegalArgumentException.class, () -> store.get(MemorySegment.ofArray(key), out.asReadOnly()));
            ByteBuffer buffer = ByteBuffer.allocate(10).asReadOnlyBuffer();
            assertThrows(RuntimeException.class, () -> store.get(ByteBuffer.wrap(key), buffer));
            assertEquals(0, out.get(ValueLayout.JAVA_BYTE, 0));
            assertEquals(0, buffer.get(0));
        }
    }

    @Test
    void aFileThatIsCutShortUnderAGetIsAnErrorAndNotTheEndOfTheJvm() throws Exception {
        Path path = scratch.path("pool");
        try (Pool pool = Pools.open(path)) {
            KvStore store = pool.store("store", StoreOptions.defaults().withoutBackground());
            int keys = 200;
            for (int i = 0; i < keys; i++) {
                store.put(Pools.payload(i, 16), Pools.payload(-i, 200));
            }
            List<Path> extents;
            try (Stream<Path> files = Files.list(path)) {
                extents = files.filter(file -> file.toString().contains("extent-")).sorted().toList();
            }
            try (FileChannel file = FileChannel.open(extents.getFirst(), StandardOpenOption.WRITE)) {
                file.truncate(16 * 1024);
            }
            int read = 0;
            int faults = 0;
            byte[] out = new byte[200];
            for (int i = 0; i < keys; i++) {
                byte[] key = Pools.payload(i, 16);
                try {
                    assertEquals(200, store.get(key, out, 0));
                    assertArrayEquals(Pools.payload(-i, 200), out);
                    read++;
                } catch (ExtentFaultException e) {
                    assertThrows(ExtentFaultException.class, () -> store.get(key));
                    assertThrows(ExtentFaultException.class, () -> store.exists(key));
                    assertThrows(ExtentFaultException.class, () -> store.getAll(new byte[][] {key}));
                    assertThrows(ExtentFaultException.class,
                            () -> store.get(MemorySegment.ofArray(key), MemorySegment.ofArray(out)));
                    faults++;
                }
            }
            assertTrue(read > 30 && faults > 30, read + " read, " + faults + " faults");
        } catch (SelkieException e) {
            // The pool cannot be closed in order any more, and says so.
            assertTrue(e.getMessage().contains("extent") || e.getMessage().contains("log"), e::toString);
        }
    }
}
