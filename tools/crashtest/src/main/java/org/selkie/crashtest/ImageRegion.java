// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.selkie.crashtest.trace.PersistentRegion;
import org.selkie.crashtest.trace.RecordedRegion;
import org.selkie.crashtest.trace.Recorder;
import org.selkie.crashtest.trace.Region;

/** A region of an image: knows which lines were read, and takes back what was written. */
final class ImageRegion implements PersistentRegion {

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle ALIGNED_LONG = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

    private final Region region;
    private final MemorySegment memory;
    private final LineAccess access;
    /** While stores of a recovery are recorded. */
    private @Nullable RecordedRegion recorded;

    ImageRegion(Region region, MemorySegment flat, LineAccess access) {
        this.region = region;
        this.memory = flat.asSlice(region.startBytes(), region.lengthBytes());
        this.access = access;
    }

    /** Records from now on, or no longer. */
    void record(@Nullable Recorder recorder) {
        recorded = recorder == null ? null : recorder.attach(region.name(), memory);
    }

    /** The memory is about to be given away: stores into it are found by comparing. */
    void compare() {
        RecordedRegion to = recorded;
        if (to != null) {
            to.compare();
        }
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
        Objects.checkFromIndexSize(offsetBytes, lengthBytes, region.lengthBytes());
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
        RecordedRegion to = recorded;
        if (to != null) {
            to.putByte(offsetBytes, value);
        } else {
            memory.set(ValueLayout.JAVA_BYTE, offsetBytes, value);
        }
    }

    @Override
    public void putInt(long offsetBytes, int value) {
        write(offsetBytes, Integer.BYTES);
        RecordedRegion to = recorded;
        if (to != null) {
            to.putInt(offsetBytes, value);
        } else {
            memory.set(INT, offsetBytes, value);
        }
    }

    @Override
    public void putLong(long offsetBytes, long value) {
        write(offsetBytes, Long.BYTES);
        RecordedRegion to = recorded;
        if (to != null) {
            to.putLong(offsetBytes, value);
        } else {
            memory.set(LONG, offsetBytes, value);
        }
    }

    @Override
    public void put(long offsetBytes, byte[] from) {
        write(offsetBytes, from.length);
        RecordedRegion to = recorded;
        if (to != null) {
            to.put(offsetBytes, from);
        } else {
            MemorySegment.copy(from, 0, memory, ValueLayout.JAVA_BYTE, offsetBytes, from.length);
        }
    }

    @Override
    public void putNonTemporal(long offsetBytes, byte[] from) {
        RecordedRegion to = recorded;
        if (to != null) {
            write(offsetBytes, from.length);
            to.putNonTemporal(offsetBytes, from);
        } else {
            put(offsetBytes, from);
        }
    }

    @Override
    public boolean compareAndSetLong(long offsetBytes, long expected, long value) {
        read(offsetBytes, Long.BYTES);
        write(offsetBytes, Long.BYTES);
        RecordedRegion to = recorded;
        return to != null ? to.compareAndSetLong(offsetBytes, expected, value)
                : ALIGNED_LONG.compareAndSet(memory, offsetBytes, expected, value);
    }

    @Override
    public void flush(long offsetBytes, long lengthBytes) {
        RecordedRegion to = recorded;
        if (to != null) {
            to.flush(offsetBytes, lengthBytes);
        }
    }

    @Override
    public void fence() {
        RecordedRegion to = recorded;
        if (to != null) {
            to.fence();
        }
    }
}
