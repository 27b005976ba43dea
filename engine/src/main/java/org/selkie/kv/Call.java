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
    private static final int FIRST_KEY_BYTES = 64;
    private static final int SCRATCH_BYTES = 4096;

    final FoundRecord found = new FoundRecord();
    final Writer.Outcome outcome = new Writer.Outcome();
    private final Staging staging = new Staging();
    byte[] key = new byte[0];
    int keyOffset;
    int keyBytes;
    long hash;
    /** Of the record that this call replaces, on media; 0 if it holds no value. */
    long bytesBefore;
    /** What {@link Index#touch} returned: that it was loaded is all that it is for. */
    long touched;
    /** Whether that record holds a value, expired or not. */
    boolean heldValue;
    private MemorySegment keyMemory = Arena.ofAuto().allocate(FIRST_KEY_BYTES, Long.BYTES);
    private long keyAddress = keyMemory.address();
    private MemorySegment scratch = Arena.ofAuto().allocate(SCRATCH_BYTES, Long.BYTES);
    private ByteBuffer scratchBuffer = scratch.asByteBuffer();
    private long scratchAddress = scratch.address();
    private int scratchBytes = SCRATCH_BYTES;
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
        } else {
            reserveKeyMemory(lengthBytes);
            if (HotPath.copyIn(keyAddress, segment, lengthBytes) < 0) {
                throw PayloadFaultException.onLoad(segment.address(), lengthBytes);
            }
            MemorySegment.copy(keyMemory, ValueLayout.JAVA_BYTE, 0, copiedKey, 0, lengthBytes);
        }
        key = copiedKey;
        keyOffset = 0;
        keyBytes = lengthBytes;
    }

    /** Copies the key to where calls into native code find it. */
    void stageKey() {
        reserveKeyMemory(keyBytes);
        MemorySegment.copy(key, keyOffset, keyMemory, ValueLayout.JAVA_BYTE, 0, keyBytes);
    }

    private void reserveKeyMemory(int lengthBytes) {
        if (keyMemory.byteSize() < lengthBytes) {
            keyMemory = Arena.ofAuto().allocate(Integer.highestOneBit(lengthBytes) << 1, Long.BYTES);
            keyAddress = keyMemory.address();
        }
    }

    /** Of the key, once it was staged. */
    long keyAddress() {
        return keyAddress;
    }

    /** Of memory for values that are read. */
    long scratchAddress() {
        return scratchAddress;
    }

    int scratchBytes() {
        return scratchBytes;
    }

    /** Whether a value that was read is in the scratch memory; if not, the next one of its length will be. */
    boolean hasRead(int lengthBytes) {
        if (lengthBytes <= scratchBytes) {
            return true;
        }
        scratchBytes = Math.min(HotPath.LONG_BYTES, Integer.highestOneBit(lengthBytes) << 1);
        scratch = Arena.ofAuto().allocate(scratchBytes, Long.BYTES);
        scratchBuffer = scratch.asByteBuffer();
        scratchAddress = scratch.address();
        return false;
    }

    byte[] readValue(int lengthBytes) {
        byte[] value = new byte[lengthBytes];
        MemorySegment.copy(scratch, ValueLayout.JAVA_BYTE, 0, value, 0, lengthBytes);
        return value;
    }

    void readValue(byte[] to, int offset, int lengthBytes) {
        MemorySegment.copy(scratch, ValueLayout.JAVA_BYTE, 0, to, offset, lengthBytes);
    }

    void readValue(MemorySegment to, int lengthBytes) {
        MemorySegment.copy(scratch, 0, to, 0, lengthBytes);
    }

    /** To where a buffer stands, without a segment that is made for it. */
    void readValue(ByteBuffer to, int lengthBytes) {
        to.put(to.position(), scratchBuffer, 0, lengthBytes);
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
        int form = keyBytes | (expiryMillis == NEVER ? 0 : EntryLayout.EXPIRES);
        // A deletion is never moved.
        return valueArray == null && valueSegment == null ? form : EntryLayout.movable(form, valueBytes);
    }

    long payloadBytes() {
        return EntryLayout.payloadBytes(form(), valueBytes);
    }

    /** The entry in memory of this thread, but for the position of the record before. */
    MemorySegment stage() {
        MemorySegment staged = staging.memory(payloadBytes());
        stage(staged, 0, 0);
        return staged;
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
}
