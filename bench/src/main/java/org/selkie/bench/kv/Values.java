// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.kv;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The values that one thread puts and reads. Each begins with its key and then a number of its own, so that a wrong one is seen
 * also where nobody keeps a model of the store.
 */
public final class Values {

    /** The shortest value. */
    public static final int LEAST_BYTES = 2 * Long.BYTES;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final long LINE_BYTES = 64;

    private final byte[] written;
    private final byte[] read;
    private final byte[][] group;
    private final long[] groupKeys = new long[KvWork.GROUP];
    private final int[] groupLengths = new int[KvWork.GROUP];
    private final MemorySegment space;
    private long next;

    /**
     * Values of a length.
     *
     * @param first the number of the first value that is put
     */
    public Values(int valueBytes, long first) {
        if (valueBytes < LEAST_BYTES) {
            throw new IllegalArgumentException("values of " + valueBytes + " B; expected " + LEAST_BYTES
                    + " or more, as each begins with its key and a number");
        }
        written = new byte[valueBytes];
        Arrays.fill(written, (byte) 42);
        read = new byte[valueBytes];
        group = new byte[KvWork.GROUP][valueBytes];
        // For kv.c: two values and a record, or a group of values.
        space = Arena.ofAuto().allocate(LINE_BYTES + (long) KvWork.GROUP * valueBytes, LINE_BYTES);
        next = first;
    }

    /** A new value for a key. It is the same array each time. */
    public byte[] of(long key) {
        LONGS.set(written, 0, key);
        LONGS.set(written, Long.BYTES, next++);
        return written;
    }

    /** Where a value is read to. */
    public byte[] read() {
        return read;
    }

    byte[][] group() {
        return group;
    }

    long[] groupKeys() {
        return groupKeys;
    }

    int[] groupLengths() {
        return groupLengths;
    }

    MemorySegment space() {
        return space;
    }

    int valueBytes() {
        return written.length;
    }

    /** The key that a value says it is of. */
    public static long keyOf(byte[] value) {
        return (long) LONGS.get(value, 0);
    }

    /** The number that a value was given. */
    public static long numberOf(byte[] value) {
        return (long) LONGS.get(value, Long.BYTES);
    }

    void require(int lengthBytes, byte[] value, long key) {
        if (lengthBytes != written.length || keyOf(value) != key) {
            throw new IllegalStateException(lengthBytes < 0 ? "key " + key + " is not there; it was put"
                    : "key " + key + " has a value of " + lengthBytes + " B of key " + keyOf(value) + "; expected "
                            + written.length + " B of its own");
        }
    }

    /** The last value of a scan is in {@link #read}. */
    void requireScan(int found, long from) {
        if (found < 0 || (found > 0 && Long.compareUnsigned(keyOf(read), from) < 0)) {
            throw new IllegalStateException("a scan from key " + from + " found " + found + " entries, the last of key "
                    + keyOf(read) + "; expected it above");
        }
    }
}
