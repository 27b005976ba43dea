// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.selkie.fault.KeyLengthException;
import org.selkie.fault.PayloadFaultException;
import org.selkie.format.EntryLayout;
import org.selkie.os.HotPath;

/**
 * What a thread asks of a store and what it finds, used again for each call, so that calls allocate nothing. A key becomes
 * an array, wherever it lies; a value is copied from where it lies into the record that is made.
 */
final class Call {

    static final long NEVER = Long.MAX_VALUE;
    private static final int SCRATCH_BYTES = 4096;

    final FoundRecord found = new FoundRecord();
    final Writer.Outcome outcome = new Writer.Outcome();
    byte[] key = new byte[0];
    int keyOffset;
    int keyBytes;
    long hash;
    /** Where the value is wanted: here, or if this is null in the segment. */
    byte @Nullable [] outArray;
    int outOffset;
    int outBytes;
    MemorySegment outSegment = MemorySegment.NULL;
    private final MemorySegment scratch = Arena.ofAuto().allocate(SCRATCH_BYTES, Long.BYTES);
    private final ByteBuffer scratchBuffer = scratch.asByteBuffer();
    private byte[] copiedKey = new byte[64];
    private byte @Nullable [] valueArray;
    private @Nullable MemorySegment valueSegment;
    private int valueOffset;
    long valueBytes;
    long expiryMillis;

    void key(byte[] array, int offset, int lengthBytes) {
        Objects.checkFromIndexSize(offset, lengthBytes, array.length);
        requireLength(lengthBytes);
        key = array;
        keyOffset = offset;
        keyBytes = lengthBytes;
    }

    void key(byte[] array) {
        requireLength(array.length);
        key = array;
        keyOffset = 0;
        keyBytes = array.length;
    }

    void key(ByteBuffer buffer) {
        int lengthBytes = buffer.remaining();
        requireLength(lengthBytes);
        if (buffer.hasArray()) {
            key(buffer.array(), buffer.arrayOffset() + buffer.position(), lengthBytes);
            return;
        }
        key(MemorySegment.ofBuffer(buffer));
    }

    void key(MemorySegment segment) {
        requireLength(segment.byteSize());
        int lengthBytes = (int) segment.byteSize();
        if (copiedKey.length < lengthBytes) {
            copiedKey = new byte[Integer.highestOneBit(lengthBytes) << 1];
        }
        if (!segment.isNative()) {
            MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, 0, copiedKey, 0, lengthBytes);
        } else if (HotPath.copyIn(copiedKey, segment, lengthBytes) < 0) {
            throw PayloadFaultException.onLoad(segment.address(), lengthBytes);
        }
        key = copiedKey;
        keyOffset = 0;
        keyBytes = lengthBytes;
    }

    /** The value is wanted in an array, from an offset on. */
    void into(byte[] array, int offset) {
        Objects.checkIndex(offset, array.length + 1);
        outArray = array;
        outOffset = offset;
        outBytes = array.length - offset;
    }

    /** The value is wanted in a segment that can be written. */
    void into(MemorySegment segment) {
        outArray = null;
        outSegment = segment;
        outBytes = (int) Math.min(segment.byteSize(), Integer.MAX_VALUE);
    }

    /** The value is wanted in memory of this call. */
    void intoScratch() {
        outArray = null;
        outSegment = scratch;
        outBytes = SCRATCH_BYTES;
    }

    /** Only the value's length is wanted. */
    void intoNothing() {
        outArray = null;
        outSegment = scratch;
        outBytes = 0;
    }

    /** What was wanted in {@link #intoScratch}, if it fitted. */
    byte @Nullable [] fromScratch(int lengthBytes) {
        if (lengthBytes > SCRATCH_BYTES) {
            return null;
        }
        byte[] value = new byte[lengthBytes];
        MemorySegment.copy(scratch, ValueLayout.JAVA_BYTE, 0, value, 0, lengthBytes);
        return value;
    }

    /** The same, to where a buffer stands; to whichever memory it has, without a segment that is made for it. */
    boolean fromScratch(ByteBuffer to, int lengthBytes) {
        if (lengthBytes > SCRATCH_BYTES) {
            return false;
        }
        to.put(to.position(), scratchBuffer, 0, lengthBytes);
        return true;
    }

    static void requireLength(long lengthBytes) {
        if (lengthBytes < 1 || lengthBytes > EntryLayout.MAX_KEY_BYTES) {
            throw new KeyLengthException("a key of " + lengthBytes + " bytes; expected 1 to " + EntryLayout.MAX_KEY_BYTES);
        }
    }

    void value(byte[] array, int offset, int lengthBytes) {
        Objects.checkFromIndexSize(offset, lengthBytes, array.length);
        valueArray = array;
        valueSegment = null;
        valueOffset = offset;
        valueBytes = lengthBytes;
    }

    void value(MemorySegment segment) {
        valueArray = null;
        valueSegment = segment;
        valueBytes = segment.byteSize();
    }

    /** For a deletion. */
    void noValue() {
        valueArray = null;
        valueSegment = null;
        valueBytes = 0;
        expiryMillis = NEVER;
    }

    /** An expiry that milliseconds cannot say is as good as never, or as long past. */
    static long millis(Instant expiry) {
        try {
            return expiry.toEpochMilli();
        } catch (ArithmeticException e) {
            return expiry.isBefore(Instant.EPOCH) ? Long.MIN_VALUE : Call.NEVER;
        }
    }

    int form() {
        return keyBytes | (expiryMillis == NEVER ? 0 : EntryLayout.EXPIRES);
    }

    long payloadBytes() {
        return EntryLayout.payloadBytes(form(), valueBytes);
    }

    /** Writes the entry to memory, except for what only its place in the log decides. */
    void stage(MemorySegment to, long at, long previous) {
        int form = form();
        EntryLayout.write(to, at, previous, form, expiryMillis, 0);
        long keyAt = at + EntryLayout.keyOffset(form);
        MemorySegment.copy(key, keyOffset, to, ValueLayout.JAVA_BYTE, keyAt, keyBytes);
        byte[] array = valueArray;
        MemorySegment segment = valueSegment;
        if (array != null) {
            MemorySegment.copy(array, valueOffset, to, ValueLayout.JAVA_BYTE, keyAt + keyBytes, (int) valueBytes);
        } else if (segment != null) {
            copyIn(segment, to, keyAt + keyBytes, valueBytes);
        }
    }

    /** A copy on the heap. */
    static byte[] bytes(MemorySegment of) {
        byte[] copy = new byte[Math.toIntExact(of.byteSize())];
        copyIn(of, MemorySegment.ofArray(copy), 0, copy.length);
        return copy;
    }

    /** What is mapped may fault, which the JVM would tell late, and to whoever comes next. */
    private static void copyIn(MemorySegment from, MemorySegment to, long at, long lengthBytes) {
        if (!from.isNative()) {
            MemorySegment.copy(from, 0, to, at, lengthBytes);
            return;
        }
        for (long done = 0; done < lengthBytes;) {
            long chunk = Math.min(HotPath.LONG_BYTES, lengthBytes - done);
            if (HotPath.copyIn(to.asSlice(at + done, chunk), from.asSlice(done, chunk), chunk) < 0) {
                throw PayloadFaultException.onLoad(from.address(), lengthBytes);
            }
            done += chunk;
        }
    }

    /** Lets go of what the caller handed in. */
    void forget() {
        valueArray = null;
        valueSegment = null;
    }

    /** Lets go of where the value was wanted. */
    void forgetOut() {
        outArray = null;
        outSegment = MemorySegment.NULL;
    }
}
