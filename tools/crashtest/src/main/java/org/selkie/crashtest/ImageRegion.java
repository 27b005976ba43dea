// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.selkie.crashtest.trace.PersistentRegion;
import org.selkie.crashtest.trace.Region;

/** A region of an image: knows which lines were read, and takes back what was written. */
final class ImageRegion implements PersistentRegion {

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle ALIGNED_LONG = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

    private final Region region;
    private final MemorySegment memory;
    private final LineAccess access;

    ImageRegion(Region region, MemorySegment flat, LineAccess access) {
        this.region = region;
        this.memory = flat.asSlice(region.startBytes(), region.lengthBytes());
        this.access = access;
    }

    Region region() {
        return region;
    }

    MemorySegment memory() {
        return memory;
    }

    @Override
    public long lengthBytes() {
        return region.lengthBytes();
    }

    private void read(long offsetBytes, long lengthBytes) {
        access.read(region.startBytes() + offsetBytes, lengthBytes);
    }

    private void write(long offsetBytes, long lengthBytes) {
        java.util.Objects.checkFromIndexSize(offsetBytes, lengthBytes, region.lengthBytes());
        access.write(region.startBytes() + offsetBytes, lengthBytes);
    }

    @Override
    public byte getByte(long offsetBytes) {
        byte value = memory.get(ValueLayout.JAVA_BYTE, offsetBytes);
        read(offsetBytes, Byte.BYTES);
        return value;
    }

    @Override
    public int getInt(long offsetBytes) {
        int value = memory.get(INT, offsetBytes);
        read(offsetBytes, Integer.BYTES);
        return value;
    }

    @Override
    public long getLong(long offsetBytes) {
        long value = memory.get(LONG, offsetBytes);
        read(offsetBytes, Long.BYTES);
        return value;
    }

    @Override
    public void get(long offsetBytes, byte[] to) {
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, offsetBytes, to, 0, to.length);
        read(offsetBytes, to.length);
    }

    @Override
    public void putByte(long offsetBytes, byte value) {
        write(offsetBytes, Byte.BYTES);
        memory.set(ValueLayout.JAVA_BYTE, offsetBytes, value);
    }

    @Override
    public void putInt(long offsetBytes, int value) {
        write(offsetBytes, Integer.BYTES);
        memory.set(INT, offsetBytes, value);
    }

    @Override
    public void putLong(long offsetBytes, long value) {
        write(offsetBytes, Long.BYTES);
        memory.set(LONG, offsetBytes, value);
    }

    @Override
    public void put(long offsetBytes, byte[] from) {
        write(offsetBytes, from.length);
        MemorySegment.copy(from, 0, memory, ValueLayout.JAVA_BYTE, offsetBytes, from.length);
    }

    @Override
    public void putNonTemporal(long offsetBytes, byte[] from) {
        put(offsetBytes, from);
    }

    @Override
    public boolean compareAndSetLong(long offsetBytes, long expected, long value) {
        read(offsetBytes, Long.BYTES);
        write(offsetBytes, Long.BYTES);
        return ALIGNED_LONG.compareAndSet(memory, offsetBytes, expected, value);
    }

    @Override
    public void flush(long offsetBytes, long lengthBytes) {
        // Nothing crashes here.
    }

    @Override
    public void fence() {
        // Nothing crashes here.
    }
}
