// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

/**
 * The downcalls that know a store's records (native-headers/include/selkie/entry.h). All that {@link HotPath} says of its
 * own holds for them, and they answer with its codes and two of their own.
 */
public final class HotEntry {

    /** The record verifies, and its key is another one. */
    public static final long OTHER_KEY = -7;
    /** Unverified: the record is no value, or one that expires, or its form is not possible. */
    public static final long NOT_PLAIN = -8;

    private static final int LINE_SHIFT = 6;

    private static final MethodHandle GET = NativeLibrary.critical("selkie_get", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG,
            JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG));
    private static final MethodHandle PREFETCH = NativeLibrary.critical("selkie_prefetch",
            FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG));

    private HotEntry() {
    }

    private static long seedLines(int seed, long limitBytes) {
        return (seed & 0xffffffffL) | Math.min(limitBytes, HotPath.LONG_BYTES) >>> LINE_SHIFT << Integer.SIZE;
    }

    private static long range(int offset, long lengthBytes) {
        return (long) offset << Integer.SIZE | lengthBytes;
    }

    /**
     * Checks a record, compares its key, and copies its value into an array: in one pass, so that what is copied is what was
     * checked. Returns the value's length, or a code; if the value does not fit, the record is checked all the same. What
     * the array has in its part is undefined where the answer is {@link HotPath#CORRUPT} or {@link HotPath#FAULT}.
     *
     * @param limitBytes what may be read of the record; of more than {@link HotPath#LONG_BYTES} nothing is made
     */
    public static long get(long record, int seed, long limitBytes, long position, byte[] key, int keyOffset, int keyBytes,
            byte[] out, int outOffset, int outBytes) {
        try {
            return HotFault.plain((long) GET.invokeExact(record, seedLines(seed, limitBytes), position,
                    MemorySegment.ofArray(key), range(keyOffset, keyBytes), MemorySegment.ofArray(out),
                    range(outOffset, outBytes)));
        } catch (Throwable e) {
            throw HotPath.unexpected(e);
        }
    }

    /** As the other, to the beginning of a segment that can be written. */
    public static long get(long record, int seed, long limitBytes, long position, byte[] key, int keyOffset, int keyBytes,
            MemorySegment out, int outBytes) {
        try {
            return HotFault.plain((long) GET.invokeExact(record, seedLines(seed, limitBytes), position,
                    MemorySegment.ofArray(key), range(keyOffset, keyBytes), out, (long) outBytes));
        } catch (Throwable e) {
            throw HotPath.unexpected(e);
        }
    }

    /**
     * Begins to load the first lines at each of some addresses into the caches. What is not mapped is left alone.
     *
     * @param addresses native memory
     */
    public static void prefetch(MemorySegment addresses, long count, long lines) {
        try {
            long done = (long) PREFETCH.invokeExact(addresses, count, lines);
            assert done == 0;
        } catch (Throwable e) {
            throw HotPath.unexpected(e);
        }
    }
}
