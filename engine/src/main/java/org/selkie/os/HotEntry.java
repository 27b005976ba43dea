// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;

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

    // Addresses, not segments: nothing has to be held in place for a call, and nothing is allocated for it, whatever kinds of
    // segments this JVM has seen (docs/decisions/0005-the-call-around-the-fence.md).
    private static final MethodHandle GET = NativeLibrary.critical("selkie_get", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG,
            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle MATCH = NativeLibrary.critical("selkie_match", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG,
            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle PREFETCH = NativeLibrary.critical("selkie_prefetch",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));

    private HotEntry() {
    }

    private static long seedLines(int seed, long limitBytes) {
        return (seed & 0xffffffffL) | Math.min(limitBytes, HotPath.LONG_BYTES) >>> LINE_SHIFT << Integer.SIZE;
    }

    /**
     * Checks a record, compares its key, and copies its value: in one pass, so that what is copied is what was checked. Returns
     * the value's length, or a code; if the value does not fit, the record is checked all the same. What stands at {@code out}
     * is undefined where the answer is {@link HotPath#CORRUPT} or {@link HotPath#FAULT}.
     *
     * @param limitBytes what may be read of the record; of more than {@link HotPath#LONG_BYTES} nothing is made
     * @param key        the address of the key
     * @param out        the address of memory for the value
     * @param outBytes   how much there is, at most {@link HotPath#LONG_BYTES}
     */
    public static long get(long record, int seed, long limitBytes, long position, long key, int keyBytes, long out,
            int outBytes) {
        try {
            return HotFault.plain((long) GET.invokeExact(record, seedLines(seed, limitBytes), position, key, out,
                    (long) outBytes << Integer.SIZE | keyBytes));
        } catch (Throwable e) {
            throw HotPath.unexpected(e);
        }
    }

    /**
     * Compares the key of a record, unverified. Returns the record's bytes on media if it is a value of this key, else
     * {@link #NOT_PLAIN} or {@link HotPath#FAULT}: then only {@link HotPath#readRecord} can tell whose it is.
     *
     * @param forms the bits beside the key's length that its form may have (native-headers/include/selkie/format.h)
     */
    public static long match(long record, long limitBytes, long position, long key, int keyBytes, int forms) {
        try {
            return HotFault.plain((long) MATCH.invokeExact(record, limitBytes, position, key, (long) keyBytes, (long) forms));
        } catch (Throwable e) {
            throw HotPath.unexpected(e);
        }
    }

    /**
     * Begins to load the first lines at each of some addresses into the caches. What is not mapped is left alone.
     *
     * @param addresses the address of so many addresses
     */
    public static void prefetch(long addresses, long count, long lines) {
        try {
            long done = (long) PREFETCH.invokeExact(addresses, count, lines);
            assert done == 0;
        } catch (Throwable e) {
            throw HotPath.unexpected(e);
        }
    }
}
