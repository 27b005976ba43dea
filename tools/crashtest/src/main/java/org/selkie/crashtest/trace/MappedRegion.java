// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.trace;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.selkie.persist.Persister;

/** A region over real memory, made durable by a persister: what a structure runs on when nobody records. */
final class MappedRegion implements PersistentRegion {

    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final VarHandle ALIGNED_LONG = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

    private final MemorySegment memory;
    private final Persister persister;

    MappedRegion(MemorySegment memory, Persister persister) {
        if (!memory.isNative()) {
            throw new TraceException("over(" + memory + ") = not native; give a mapped or allocated segment");
        }
        this.memory = memory;
        this.persister = persister;
    }

    @Override
    public long lengthBytes() {
        return memory.byteSize();
    }

    @Override
    public byte getByte(long offsetBytes) {
        return memory.get(ValueLayout.JAVA_BYTE, offsetBytes);
    }

    @Override
    public int getInt(long offsetBytes) {
        return memory.get(INT, offsetBytes);
    }

    @Override
    public long getLong(long offsetBytes) {
        return memory.get(LONG, offsetBytes);
    }

    @Override
    public void get(long offsetBytes, byte[] to) {
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, offsetBytes, to, 0, to.length);
    }

    @Override
    public void putByte(long offsetBytes, byte value) {
        memory.set(ValueLayout.JAVA_BYTE, offsetBytes, value);
    }

    @Override
    public void putInt(long offsetBytes, int value) {
        memory.set(INT, offsetBytes, value);
    }

    @Override
    public void putLong(long offsetBytes, long value) {
        memory.set(LONG, offsetBytes, value);
    }

    @Override
    public void put(long offsetBytes, byte[] from) {
        MemorySegment.copy(from, 0, memory, ValueLayout.JAVA_BYTE, offsetBytes, from.length);
    }

    @Override
    public void putNonTemporal(long offsetBytes, byte[] from) {
        put(offsetBytes, from);
        flush(offsetBytes, from.length);
    }

    @Override
    public boolean compareAndSetLong(long offsetBytes, long expected, long value) {
        return ALIGNED_LONG.compareAndSet(memory, offsetBytes, expected, value);
    }

    @Override
    public void flush(long offsetBytes, long lengthBytes) {
        persister.flush(memory.asSlice(offsetBytes, lengthBytes).address(), lengthBytes);
    }

    @Override
    public void fence() {
        persister.fence();
    }
}
