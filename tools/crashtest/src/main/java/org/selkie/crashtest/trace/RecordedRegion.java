// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.trace;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A region whose every store, flush and fence is recorded. Loads go straight to memory. */
public final class RecordedRegion implements PersistentRegion {

    private final Recorder recorder;
    private final Region region;
    private final MemorySegment memory;
    /** Where stores that nobody records are found by comparing. */
    private @Nullable Shadow shadow;

    RecordedRegion(Recorder recorder, Region region, MemorySegment memory) {
        this.recorder = recorder;
        this.region = region;
        this.memory = memory;
    }

    /** The same region at another place in memory. */
    RecordedRegion over(MemorySegment other) {
        return new RecordedRegion(recorder, region, other);
    }

    /** What the trace calls it. */
    public Region region() {
        return region;
    }

    /**
     * The memory itself. A store into it that does not go through this region is recorded only when the region was attached
     * by {@link Recorder#attachByDifference}.
     */
    public MemorySegment memory() {
        return memory;
    }

    @Override
    public long lengthBytes() {
        return region.lengthBytes();
    }

    @Override
    public byte getByte(long offsetBytes) {
        return memory.get(ValueLayout.JAVA_BYTE, offsetBytes);
    }

    @Override
    public int getInt(long offsetBytes) {
        return memory.get(MappedRegion.INT, offsetBytes);
    }

    @Override
    public long getLong(long offsetBytes) {
        return memory.get(MappedRegion.LONG, offsetBytes);
    }

    @Override
    public void get(long offsetBytes, byte[] to) {
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, offsetBytes, to, 0, to.length);
    }

    @Override
    public void putByte(long offsetBytes, byte value) {
        recorder.order().lock();
        try {
            memory.set(ValueLayout.JAVA_BYTE, offsetBytes, value);
            stored(offsetBytes, Byte.BYTES, StoreKind.PLAIN);
        } finally {
            recorder.order().unlock();
        }
    }

    @Override
    public void putInt(long offsetBytes, int value) {
        recorder.order().lock();
        try {
            memory.set(MappedRegion.INT, offsetBytes, value);
            stored(offsetBytes, Integer.BYTES, StoreKind.PLAIN);
        } finally {
            recorder.order().unlock();
        }
    }

    @Override
    public void putLong(long offsetBytes, long value) {
        recorder.order().lock();
        try {
            memory.set(MappedRegion.LONG, offsetBytes, value);
            stored(offsetBytes, Long.BYTES, StoreKind.PLAIN);
        } finally {
            recorder.order().unlock();
        }
    }

    @Override
    public void put(long offsetBytes, byte[] from) {
        copy(offsetBytes, from, StoreKind.BULK);
    }

    @Override
    public void putNonTemporal(long offsetBytes, byte[] from) {
        copy(offsetBytes, from, StoreKind.NON_TEMPORAL);
    }

    private void copy(long offsetBytes, byte[] from, StoreKind kind) {
        recorder.order().lock();
        try {
            MemorySegment.copy(from, 0, memory, ValueLayout.JAVA_BYTE, offsetBytes, from.length);
            stored(offsetBytes, from.length, kind);
        } finally {
            recorder.order().unlock();
        }
    }

    @Override
    public boolean compareAndSetLong(long offsetBytes, long expected, long value) {
        recorder.order().lock();
        try {
            boolean set = MappedRegion.ALIGNED_LONG.compareAndSet(memory, offsetBytes, expected, value);
            if (set) {
                stored(offsetBytes, Long.BYTES, StoreKind.PLAIN);
            }
            return set;
        } finally {
            recorder.order().unlock();
        }
    }

    /** Records what a store has just left in memory. The caller holds {@link Recorder#order()}. */
    public void stored(long offsetBytes, long lengthBytes, StoreKind kind) {
        recorder.stored(region, offsetBytes, memory.asSlice(offsetBytes, lengthBytes).toArray(ValueLayout.JAVA_BYTE), kind);
        Shadow compared = shadow;
        if (compared != null) {
            compared.stored(offsetBytes, lengthBytes);
        }
    }

    /** Stores what a store that was recorded before has stored. */
    void repeat(Event.Store store) {
        MemorySegment.copy(store.bytes(), 0, memory, ValueLayout.JAVA_BYTE, store.offsetBytes(), store.bytes().length);
    }

    /** From now on stores into {@link #memory()} that do not go through this region are found by comparing. */
    public void compare() {
        recorder.order().lock();
        try {
            if (shadow == null) {
                shadow = new Shadow(memory);
            }
        } finally {
            recorder.order().unlock();
        }
    }

    /** Records what was stored past this region. The caller holds {@link Recorder#order()}. */
    void findDifferences() {
        Shadow compared = shadow;
        if (compared != null) {
            if (!memory.scope().isAlive()) {
                throw new TraceException("region " + region.name() + " was attached by difference, and its memory was closed "
                        + "before this event, so what was stored there last is not known; close the arena after run.check, or "
                        + "call recorder.detach(region) before");
            }
            compared.find((offsetBytes, bytes, kind) -> recorder.stored(region, offsetBytes, bytes, kind));
        }
    }

    /** Whether an address lies in its memory. */
    boolean holds(long address) {
        return memory.isNative() && address >= memory.address() && address - memory.address() < memory.byteSize();
    }

    @Override
    public void flush(long offsetBytes, long lengthBytes) {
        Objects.checkFromIndexSize(offsetBytes, lengthBytes, region.lengthBytes());
        recorder.flush(region, offsetBytes, lengthBytes);
    }

    @Override
    public void fence() {
        recorder.fence();
    }
}
