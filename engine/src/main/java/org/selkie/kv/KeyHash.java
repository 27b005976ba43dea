// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A hash of 64 bits over a key: words, each multiplied into 128 bits and folded, as wyhash does. It is never stored, so it
 * takes a seed that is drawn anew for every opening, and whoever chooses the keys cannot choose where they fall.
 */
final class KeyHash {

    private static final long FIRST = 0xa0761d6478bd642fL;
    private static final long SECOND = 0xe7037ed1a0b428dbL;
    private static final ValueLayout.OfLong IN_MEMORY = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private KeyHash() {
    }

    static long of(byte[] key, int offset, int lengthBytes, long seed) {
        long hash = seed ^ FIRST;
        int at = offset;
        int end = offset + lengthBytes;
        for (; at + Long.BYTES <= end; at += Long.BYTES) {
            hash = fold((long) WORD.get(key, at) ^ SECOND, hash);
        }
        long rest = 0;
        for (int shift = 0; at < end; at++, shift += Byte.SIZE) {
            rest |= (key[at] & 0xffL) << shift;
        }
        hash = fold(rest ^ SECOND, hash ^ lengthBytes);
        return fold(hash ^ FIRST, hash ^ seed ^ SECOND);
    }

    /** The same from memory. */
    static long of(MemorySegment key, long offset, int lengthBytes, long seed) {
        long hash = seed ^ FIRST;
        long at = offset;
        long end = offset + lengthBytes;
        for (; at + Long.BYTES <= end; at += Long.BYTES) {
            hash = fold(key.get(IN_MEMORY, at) ^ SECOND, hash);
        }
        long rest = 0;
        for (int shift = 0; at < end; at++, shift += Byte.SIZE) {
            rest |= (key.get(ValueLayout.JAVA_BYTE, at) & 0xffL) << shift;
        }
        hash = fold(rest ^ SECOND, hash ^ lengthBytes);
        return fold(hash ^ FIRST, hash ^ seed ^ SECOND);
    }

    static long word(byte[] key, int at) {
        return (long) WORD.get(key, at);
    }

    private static long fold(long a, long b) {
        return a * b ^ Math.unsignedMultiplyHigh(a, b);
    }
}
