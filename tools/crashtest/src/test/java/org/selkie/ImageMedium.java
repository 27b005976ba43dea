// SPDX-License-Identifier: Apache-2.0
package org.selkie;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.selkie.extent.Extent;
import org.selkie.extent.ExtentOptions;
import org.selkie.extent.ImageExtents;
import org.selkie.format.ExtentHeader;
import org.selkie.persist.Granularity;

/**
 * A pool's extents as memory that is there before the pool is opened and after: while a workload is recorded, and as a crash
 * left it. Judges unfinished extents as a directory does.
 */
final class ImageMedium implements ExtentMedium {

    private static final int PAGE_BYTES = 4096;

    private final byte[] poolHeader;
    private final Granularity granularity;
    private final TreeMap<Integer, MemorySegment> extents;
    private final ExtentOptions options;
    private final BiConsumer<Integer, MemorySegment> made;
    private final BiConsumer<Integer, MemorySegment> removed;
    private final boolean closes;

    /**
     * A pool over memory.
     *
     * @param extents by number; changed as the pool makes and removes extents
     * @param made    told of an extent that is made, before anything is stored into it
     * @param removed told of an extent that is removed
     * @param closes  whether the pool is going to be closed; otherwise it is left to the collector
     */
    ImageMedium(byte[] poolHeader, Granularity granularity, TreeMap<Integer, MemorySegment> extents, ExtentOptions options,
            BiConsumer<Integer, MemorySegment> made, BiConsumer<Integer, MemorySegment> removed, boolean closes) {
        this.poolHeader = poolHeader;
        this.granularity = granularity;
        this.extents = extents;
        this.options = options;
        this.made = made;
        this.removed = removed;
        this.closes = closes;
    }

    @Override
    public Optional<byte[]> readPoolHeader() {
        return Optional.of(poolHeader.clone());
    }

    @Override
    public void writePoolHeader(byte[] header) {
        throw new IllegalStateException("the pool is there");
    }

    @Override
    public void unmake() {
        throw new IllegalStateException("the pool was there before");
    }

    @Override
    public List<Integer> numbers() {
        return List.copyOf(extents.keySet());
    }

    @Override
    public Extent open(int number, long extentBytes) {
        MemorySegment memory = memory(number);
        return closes ? ImageExtents.closed(nameOf(number), memory, granularity, options)
                : ImageExtents.forgotten(nameOf(number), memory, granularity, options);
    }

    private MemorySegment memory(int number) {
        MemorySegment memory = extents.get(number);
        if (memory == null) {
            throw new IllegalStateException(nameOf(number) + " is not there");
        }
        return memory;
    }

    /** The file is there, durably, before it is mapped. */
    @Override
    public Extent create(int number, long extentBytes) {
        MemorySegment memory = Arena.ofAuto().allocate(extentBytes, PAGE_BYTES);
        extents.put(number, memory);
        made.accept(number, memory);
        return open(number, extentBytes);
    }

    @Override
    public boolean isUnfinished(int number, long extentBytes) {
        byte[] bytes = memory(number).toArray(ValueLayout.JAVA_BYTE);
        byte[] header = Arrays.copyOf(bytes, ExtentHeader.BYTES);
        return ExtentHeader.blankTornSlots(header, nameOf(number)) && isBlank(header)
                && isBlank(Arrays.copyOfRange(bytes, ExtentHeader.BYTES, bytes.length));
    }

    private static boolean isBlank(byte[] bytes) {
        return Arrays.mismatch(bytes, new byte[bytes.length]) < 0;
    }

    @Override
    public boolean isFillable(int number, long extentBytes) {
        return false;
    }

    @Override
    public void fill(int number, long extentBytes) {
        throw new IllegalStateException(nameOf(number) + " is whole");
    }

    @Override
    public void setAside(int number, long extentBytes) {
        // Its number stays taken, and nobody looks at it any more.
        extents.remove(number);
    }

    @Override
    public boolean remove(int number) {
        MemorySegment memory = extents.remove(number);
        if (memory != null) {
            removed.accept(number, memory);
        }
        return true;
    }

    @Override
    public String nameOf(int number) {
        return ImagePool.nameOf(number);
    }

    @Override
    public void close() {
        // The memory stays.
    }
}
