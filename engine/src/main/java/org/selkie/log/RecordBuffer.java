// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.selkie.format.RecordLayout;
import org.selkie.os.HotPath;
import org.selkie.persist.Persister;

/** Memory for one record at a time, which is checked as it is copied in: what stands here does not change any more. */
final class RecordBuffer {

    private static final long FIRST_BYTES = 4096;

    private final boolean once;
    private MemorySegment memory;

    private RecordBuffer(boolean once, MemorySegment memory) {
        this.once = once;
        this.memory = memory;
    }

    /** For many records, one after the other. */
    static RecordBuffer reused() {
        return new RecordBuffer(false, Arena.ofAuto().allocate(FIRST_BYTES, RecordLayout.LINE_BYTES));
    }

    /** For one record: an array of its length, which costs less than native memory that somebody has to clean up. */
    static RecordBuffer once() {
        return new RecordBuffer(true, MemorySegment.NULL);
    }

    /** Reads what stands at a position. Returns the payload's length, or a code of {@link HotPath}; a span has no payload. */
    long read(LogExtent extent, long at) {
        long limitBytes = extent.end - at;
        if (once) {
            long hint = HotPath.loadInt(extent.addressOf(at) + RecordLayout.LENGTH_OFFSET);
            memory = MemorySegment.ofArray(new byte[RecordLayout.HEADER_BYTES
                    + (int) Math.clamp(hint, 0, Math.min(limitBytes, Persister.LONG_BYTES))]);
        }
        long length = HotPath.readRecord(extent.addressOf(at), Math.min(limitBytes, Persister.LONG_BYTES), at, extent.seed,
                memory, memory.byteSize());
        if (length == HotPath.CORRUPT && limitBytes > Persister.LONG_BYTES) {
            // Perhaps only longer than a safepoint should wait for.
            grow(FIRST_BYTES, limitBytes);
            length = readLong(extent, at, limitBytes);
        }
        while (length > capacity() && !isSpan()) {
            // Again and again: another process may change the bytes under it, and what they say now counts.
            grow(RecordLayout.HEADER_BYTES + length, limitBytes);
            length = readLong(extent, at, limitBytes);
        }
        return length;
    }

    /**
     * Checks what stands at a position as {@link #read} does, and copies no more of it than so many bytes, its header first.
     */
    long readHead(LogExtent extent, long at, int headBytes) {
        grow(headBytes, headBytes);
        long length = HotPath.readLongRecord(extent.addressOf(at), extent.end - at, at, extent.seed, memory,
                RecordLayout.HEADER_BYTES);
        if (length < 0) {
            return length;
        }
        long bytes = Math.min(headBytes, RecordLayout.recordBytes(length));
        return HotPath.copyOut(memory, extent.addressOf(at), bytes) < 0 ? HotPath.FAULT : length;
    }

    private long readLong(LogExtent extent, long at, long limitBytes) {
        return HotPath.readLongRecord(extent.addressOf(at), limitBytes, at, extent.seed, memory, memory.byteSize());
    }

    private long capacity() {
        return memory.byteSize() - RecordLayout.HEADER_BYTES;
    }

    /** To native memory of at least so many bytes, which the calls that read long records want. */
    private void grow(long bytes, long limitBytes) {
        if (!memory.isNative() || memory.byteSize() < bytes) {
            long wanted = Math.min(2 * memory.byteSize(), RecordLayout.HEADER_BYTES + limitBytes);
            memory = Arena.ofAuto().allocate(Math.max(bytes, wanted), RecordLayout.LINE_BYTES);
        }
    }

    /** Whether what was read last only fills space. */
    boolean isSpan() {
        return RecordLayout.isSpan(RecordLayout.type(memory));
    }

    /** Of what was read last. */
    int type() {
        return RecordLayout.type(memory);
    }

    /** Of what was read last. */
    int flags() {
        return RecordLayout.flags(memory);
    }

    /** What was read last, its header first; replaced by the next read. */
    MemorySegment memory() {
        return memory;
    }

    MemorySegment payload(int lengthBytes) {
        return memory.asSlice(RecordLayout.HEADER_BYTES, lengthBytes).asReadOnly();
    }

    byte[] bytes(int lengthBytes) {
        byte[] copy = new byte[lengthBytes];
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, RecordLayout.HEADER_BYTES, copy, 0, lengthBytes);
        return copy;
    }
}
