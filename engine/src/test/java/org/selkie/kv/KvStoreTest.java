// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.Pool;
import org.selkie.fault.KeyLengthException;
import org.selkie.fault.LogStoppedException;
import org.selkie.fault.RecordTooLargeException;
import org.selkie.testing.Pools;
import org.selkie.testing.Scratch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What each call of a store does, alone and in the forms that keys and values may have. */
final class KvStoreTest {

    private static final byte[] KEY = ascii("key");

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void whatWasPutIsThereUntilItIsDeleted() {
        try (Pool pool = Pools.open(scratch.path("pool"))) {
            KvStore store = pool.store("store");
            assertNull(store.get(KEY));
            assertFalse(store.exists(KEY));
            long first = store.put(KEY, ascii("one"));
            assertArrayEquals(ascii("one"), store.get(KEY));
            long second = store.put(KEY, ascii("two"));
            assertTrue(second > first);
            assertArrayEquals(ascii("two"), store.get(KEY));
            assertNull(store.get(ascii("kez")));
            assertTrue(store.exists(KEY));
            assertTrue(store.delete(KEY));
            assertFalse(store.delete(KEY));
            assertNull(store.get(KEY));
            store.put(KEY, new byte[0]);
            assertArrayEquals(new byte[0], store.get(KEY));
        }
    }

    @Test
    void everyFormOfAKeyAndAValueMeansTheSame() {
        try (Pool pool = Pools.open(scratch.path("pool")); Arena arena = Arena.ofConfined()) {
            KvStore store = pool.store("store");
            byte[] value = Pools.payload(7, 100);
            MemorySegment nativeKey = arena.allocateFrom("key", StandardCharsets.US_ASCII).asSlice(0, 3);
            MemorySegment nativeValue = arena.allocate(100).copyFrom(MemorySegment.ofArray(value));
            store.put(nativeKey, nativeValue);
            assertArrayEquals(value, store.get(KEY));
            assertArrayEquals(value, store.get(nativeKey));
            assertArrayEquals(value, store.get(ByteBuffer.wrap(ascii("a key.")).slice(2, 3)));
            ByteBuffer direct = ByteBuffer.allocateDirect(200).position(5);
            assertEquals(100, store.get(nativeKey.asByteBuffer(), direct));
            assertEquals(105, direct.position());
            assertEquals(MemorySegment.ofArray(value).mismatch(MemorySegment.ofBuffer(direct.flip().position(5))), -1);
            byte[] out = new byte[103];
            assertEquals(100, store.get(KEY, out, 3));
            assertArrayEquals(value, Arrays.copyOfRange(out, 3, 103));
            store.put(ByteBuffer.wrap(KEY), ByteBuffer.wrap(ascii("short")));
            assertArrayEquals(ascii("short"), store.get(KEY));
            assertTrue(store.delete(nativeKey));
        }
    }

    @Test
    void aBufferThatIsTooShortStaysAsItIsAndTheLengthIsSaid() {
        try (Pool pool = Pools.open(scratch.path("pool"))) {
            KvStore store = pool.store("store");
            store.put(KEY, new byte[10]);
            byte[] out = {1, 1, 1};
            assertEquals(10, store.get(KEY, out, 0));
            assertArrayEquals(new byte[] {1, 1, 1}, out);
            assertEquals(KvStore.NO_VALUE, store.get(ascii("other"), out, 0));
        }
    }

    @Test
    void conditionalChangesSayWhatTheyFound() {
        try (Pool pool = Pools.open(scratch.path("pool"))) {
            KvStore store = pool.store("store");
            assertNull(store.replace(KEY, ascii("no")));
            assertNull(store.get(KEY));
            assertNull(store.putIfAbsent(KEY, ascii("one")));
            assertArrayEquals(ascii("one"), store.putIfAbsent(KEY, ascii("two")));
            assertArrayEquals(ascii("one"), store.replace(KEY, ascii("two")));
            assertArrayEquals(ascii("two"), store.getAndPut(KEY, ascii("three")));
            assertFalse(store.compareAndSet(KEY, ascii("two"), ascii("four")));
            assertFalse(store.compareAndSet(KEY, null, ascii("four")));
            assertTrue(store.compareAndSet(KEY, ascii("three"), ascii("four")));
            assertArrayEquals(ascii("four"), store.compareAndExchange(KEY, ascii("x"), ascii("five")));
            assertTrue(store.compareAndSet(KEY, ascii("four"), null));
            assertFalse(store.exists(KEY));
            assertTrue(store.compareAndSet(KEY, null, ascii("five")));
            assertArrayEquals(ascii("five"), store.getAndDelete(KEY));
            assertNull(store.getAndDelete(KEY));
        }
    }

    @Test
    void aVersionHoldsUntilSomebodyChangesTheKey() {
        try (Pool pool = Pools.open(scratch.path("pool"))) {
            KvStore store = pool.store("store");
            long first = store.compareVersionAndSet(KEY, 0, ascii("one"));
            assertEquals(first, store.getEntry(KEY).version());
            assertEquals(0, store.compareVersionAndSet(KEY, 0, ascii("two")));
            long second = store.compareVersionAndSet(KEY, first, ascii("two"));
            assertTrue(second > first);
            assertEquals(0, store.compareVersionAndSet(KEY, first, null));
            assertTrue(store.compareVersionAndSet(KEY, second, null) > second);
            assertNull(store.getEntry(KEY));
        }
    }

    @Test
    void aValueIsComputedFromTheOneBefore() {
        try (Pool pool = Pools.open(scratch.path("pool"))) {
            KvStore store = pool.store("store");
            assertNull(store.compute(KEY, before -> before));
            for (int i = 0; i < 10; i++) {
                store.compute(KEY, before -> ascii((before == null ? "" : new String(before, StandardCharsets.US_ASCII)) + "x"));
            }
            assertArrayEquals(ascii("xxxxxxxxxx"), store.get(KEY));
            assertNull(store.compute(KEY, before -> null));
            assertFalse(store.exists(KEY));
        }
    }

    @Test
    void keysAndValuesHaveTheirLimits() {
        try (Pool pool = Pools.open(scratch.path("pool"))) {
            KvStore store = pool.store("store");
            assertThrows(KeyLengthException.class, () -> store.put(new byte[0], KEY));
            assertThrows(KeyLengthException.class, () -> store.get(new byte[65537]));
            int most = store.maxValueBytes(KEY.length);
            byte[] value = Pools.payload(1, most);
            store.put(KEY, value);
            assertArrayEquals(value, store.get(KEY));
            RecordTooLargeException e = assertThrows(RecordTooLargeException.class, () -> store.put(KEY, new byte[most + 1]));
            assertTrue(e.getMessage().contains("at most " + most) && e.getMessage().contains("extentBytes"), e::getMessage);
            assertArrayEquals(value, store.get(KEY));
        }
    }

    @Test
    void aClosedStoreSaysSo() {
        KvStore store;
        try (Pool pool = Pools.open(scratch.path("pool"))) {
            store = pool.store("store");
            store.put(KEY, KEY);
        }
        assertThrows(LogStoppedException.class, () -> store.put(KEY, KEY));
        assertThrows(LogStoppedException.class, () -> store.get(KEY));
        assertThrows(LogStoppedException.class, () -> store.delete(KEY));
    }
}
