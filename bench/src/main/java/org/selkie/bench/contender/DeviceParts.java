// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.contender;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.selkie.PoolOptions;
import org.selkie.extent.Extent;
import org.selkie.extent.ExtentOptions;
import org.selkie.os.DaxDevice;
import org.selkie.os.FileHandle;

/**
 * The device-dax of a run, shared out: what loops in C write lies at its end, each part before the last one, and a pool has all
 * before that. What stood on it is lost.
 */
public final class DeviceParts {

    /** Of the one device, from its end. */
    private static final AtomicLong TAKEN_BYTES = new AtomicLong();
    /** What a pool needs at least: its header's slice and a few extents. */
    private static final long LEAST_POOL_BYTES = 40L << 20;

    private DeviceParts() {
    }

    private static DaxDevice device(Path path) {
        return DaxDevice.of(FileHandle.statusOf(path)).orElseThrow(() -> new IllegalArgumentException(path
                + " is no device-dax; name one with --device, or a directory with --path"));
    }

    private static long whole(DaxDevice device, long bytes) {
        long alignment = device.alignmentBytes();
        return (bytes + alignment - 1) / alignment * alignment;
    }

    /** Maps so many bytes at the end of what is free. To be given back. */
    static Extent take(Path path, long lengthBytes, ExtentOptions options) {
        DaxDevice device = device(path);
        long bytes = whole(device, lengthBytes);
        long taken = TAKEN_BYTES.get();
        long offset = offset(device.sizeBytes(), device.alignmentBytes(), taken, bytes, path);
        Extent extent = Extent.openDevice(path, offset, options.withLengthBytes(bytes));
        TAKEN_BYTES.addAndGet(bytes);
        return extent;
    }

    /** Where a part begins; a multiple of the alignment, and far enough from the front. */
    static long offset(long deviceBytes, long alignmentBytes, long takenBytes, long partBytes, Path path) {
        long offset = deviceBytes / alignmentBytes * alignmentBytes - takenBytes - partBytes;
        if (offset < LEAST_POOL_BYTES) {
            throw new IllegalArgumentException("device " + path + " of " + deviceBytes + " bytes has no room for " + partBytes
                    + " bytes that C writes beside " + takenBytes + " others and a pool of " + LEAST_POOL_BYTES
                    + "; take a larger device, or fewer keys (--keys)");
        }
        return offset;
    }

    /** Closes what {@link #take} gave, the last one first. */
    static void giveBack(Extent extent) {
        long bytes = extent.lengthBytes();
        extent.closePersisted();
        TAKEN_BYTES.addAndGet(-bytes);
    }

    /** Blanks the front, so that a pool can be made there, and has the pool keep off what C has. */
    public static PoolOptions forPool(Path path, PoolOptions options) {
        DaxDevice device = device(path);
        long alignment = device.alignmentBytes();
        try (Extent head = Extent.openDevice(path, 0, ExtentOptions.ofLength(alignment)
                .withRequiredDurability(options.durability()))) {
            head.segment().fill((byte) 0);
            head.persister().persist(head.address(), alignment);
        }
        long free = device.sizeBytes() / alignment * alignment - alignment - TAKEN_BYTES.get();
        return options.withMaxBytes(free / options.extentBytes() * options.extentBytes());
    }
}
