// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.persist.Durability;
import org.selkie.testing.Pools;

import static org.junit.jupiter.api.Assertions.assertTrue;

/** Makes one call of a store many times, and fails if it allocates, in a JVM in which nothing else has run. */
final class StoreAllocationChild implements AutoCloseable {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int KEYS = 1000;
    private static final int VALUE_BYTES = 100;
    private static final int CALLS = 20_000;
    /** When the compiler is through, only it knows; on a busy machine late. */
    private static final int MOST_ROUNDS = 300;
    /** What a roll-over to the next extent and the like may cost, spread over all calls. */
    private static final double MOST_BYTES_A_CALL = 1;

    private final byte[][] keys = new byte[KEYS][];
    private final Pool pool;
    private final KvStore store;

    private StoreAllocationChild(Path path) {
        PoolOptions options = PoolOptions.defaults().withDurability(Durability.PROCESS_CRASH).withExtentBytes(1 << 26);
        pool = Pool.open(path, options);
        store = pool.store("store", StoreOptions.defaults().withoutBackground());
        for (int i = 0; i < KEYS; i++) {
            keys[i] = Pools.payload(i, 16);
            store.put(keys[i], Pools.payload(i, VALUE_BYTES));
        }
    }

    @Override
    public void close() {
        pool.close();
    }

    /** @param arguments where the pool is made, and the call */
    public static void main(String[] arguments) {
        try (StoreAllocationChild child = new StoreAllocationChild(Path.of(arguments[0]))) {
            switch (arguments[1]) {
                case "put" -> child.put();
                case "putAndDelete" -> child.putAndDelete();
                case "getIntoAnArray" -> child.getIntoAnArray();
                case "getBetweenBuffersOnTheHeap" -> child.getBetweenBuffersOnTheHeap();
                case "getBetweenBuffersInNativeMemory" -> child.getBetweenBuffersInNativeMemory();
                case "getBetweenSegments" -> child.getBetweenSegments();
                default -> throw new IllegalArgumentException(arguments[1]);
            }
        }
    }

    private interface Call {
        /** Returns the length of a value that was read. */
        int of(int key);
    }

    private static void assertAllocatesNothing(Call call) {
        double least = Double.MAX_VALUE;
        for (int round = 0; round < MOST_ROUNDS && least >= MOST_BYTES_A_CALL; round++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            long read = 0;
            for (int i = 0; i < CALLS; i++) {
                read += call.of(i % KEYS);
            }
            least = Math.min(least, (double) (THREADS.getCurrentThreadAllocatedBytes() - before) / CALLS);
            assertTrue(read == (long) VALUE_BYTES * CALLS, "a value was not read");
        }
        double best = least;
        assertTrue(best < MOST_BYTES_A_CALL, () -> best + " bytes a call");
    }

    private void getIntoAnArray() {
        byte[] out = new byte[VALUE_BYTES];
        assertAllocatesNothing(i -> store.get(keys[i], out, 0));
    }

    private void put() {
        byte[] value = Pools.payload(1, VALUE_BYTES);
        assertAllocatesNothing(i -> store.put(keys[i], value) > 0 ? VALUE_BYTES : 0);
    }

    private void putAndDelete() {
        byte[] value = Pools.payload(1, VALUE_BYTES);
        assertAllocatesNothing(i -> store.put(keys[i], value) > 0 && store.delete(keys[i]) ? VALUE_BYTES : 0);
    }

    private void getBetweenBuffersOnTheHeap() {
        ByteBuffer key = ByteBuffer.allocate(40);
        ByteBuffer out = ByteBuffer.allocate(2 * VALUE_BYTES);
        assertAllocatesNothing(i -> store.get(key.clear().put(keys[i]).flip(), out.clear().position(7)));
    }

    private void getBetweenBuffersInNativeMemory() {
        ByteBuffer key = ByteBuffer.allocateDirect(40);
        ByteBuffer out = ByteBuffer.allocateDirect(2 * VALUE_BYTES);
        assertAllocatesNothing(i -> store.get(key.clear().put(keys[i]).flip(), out.clear().position(7)));
    }

    private void getBetweenSegments() {
        MemorySegment onTheHeap = MemorySegment.ofArray(new byte[VALUE_BYTES]);
        MemorySegment[] segments = new MemorySegment[KEYS];
        for (int i = 0; i < KEYS; i++) {
            segments[i] = MemorySegment.ofArray(keys[i]);
        }
        assertAllocatesNothing(i -> store.get(segments[i], onTheHeap));
        MemorySegment inMemory = Arena.ofAuto().allocate(VALUE_BYTES);
        for (int i = 0; i < KEYS; i++) {
            segments[i] = Arena.ofAuto().allocate(16).copyFrom(MemorySegment.ofArray(keys[i]));
        }
        assertAllocatesNothing(i -> store.get(segments[i], inMemory));
    }
}
