// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The block map of a file as FS_IOC_FIEMAP reports it, paged until the last extent. */
public final class Fiemap {
    private static final int EXTENTS_PER_CALL = 256;

    private Fiemap() {}

    /**
     * One run of blocks.
     *
     * @param logicalBytes where it lies in the file
     * @param physicalBytes where it lies on the device
     * @param lengthBytes how long it is
     * @param flags the {@code FIEMAP_EXTENT_*} bits
     */
    public record Run(long logicalBytes, long physicalBytes, long lengthBytes, int flags) {}

    /**
     * Reads the map of the file's first bytes.
     *
     * @param handle the file
     * @param lengthBytes how far to look
     * @param writeBackFirst whether dirty pages are written first; without it, blocks that were only stored to still
     *     read as
     *     unwritten or not allocated
     * @return the runs in order, holes left out; empty where the file system has no FIEMAP (tmpfs, memfd, 9p)
     */
    public static Optional<List<Run>> read(FileHandle handle, long lengthBytes, boolean writeBackFirst) {
        List<Run> runs = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            long size = KernelStructs.FIEMAP_SIZE + (long) EXTENTS_PER_CALL * KernelStructs.FIEMAP_EXTENT_SIZE;
            MemorySegment request = arena.allocate(size, Long.BYTES);
            long next = 0;
            while (next < lengthBytes) {
                request.fill((byte) 0);
                request.set(ValueLayout.JAVA_LONG, KernelStructs.FIEMAP_FM_START_OFFSET, next);
                request.set(ValueLayout.JAVA_LONG, KernelStructs.FIEMAP_FM_LENGTH_OFFSET, lengthBytes - next);
                int flags = writeBackFirst && next == 0 ? KernelAbi.FIEMAP_FLAG_SYNC : 0;
                request.set(ValueLayout.JAVA_INT, KernelStructs.FIEMAP_FM_FLAGS_OFFSET, flags);
                request.set(ValueLayout.JAVA_INT, KernelStructs.FIEMAP_FM_EXTENT_COUNT_OFFSET, EXTENTS_PER_CALL);
                long result = LibC.ioctl(handle.fd(), KernelAbi.FS_IOC_FIEMAP, request);
                if (result == -Errno.EOPNOTSUPP || result == -Errno.ENOTTY) {
                    return Optional.empty();
                }
                handle.check(result, "ioctl", "FS_IOC_FIEMAP, start=" + next + ", length=" + (lengthBytes - next));
                if (!collect(request, runs)) {
                    break;
                }
                Run last = runs.getLast();
                next = last.logicalBytes() + last.lengthBytes();
            }
        }
        return Optional.of(List.copyOf(runs));
    }

    /** Adds what one call returned; says whether there may be more. */
    private static boolean collect(MemorySegment request, List<Run> runs) {
        int count = request.get(ValueLayout.JAVA_INT, KernelStructs.FIEMAP_FM_MAPPED_EXTENTS_OFFSET);
        for (int i = 0; i < count; i++) {
            long at = KernelStructs.FIEMAP_FM_EXTENTS_OFFSET + (long) i * KernelStructs.FIEMAP_EXTENT_SIZE;
            Run run = new Run(
                    request.get(ValueLayout.JAVA_LONG, at + KernelStructs.FIEMAP_EXTENT_FE_LOGICAL_OFFSET),
                    request.get(ValueLayout.JAVA_LONG, at + KernelStructs.FIEMAP_EXTENT_FE_PHYSICAL_OFFSET),
                    request.get(ValueLayout.JAVA_LONG, at + KernelStructs.FIEMAP_EXTENT_FE_LENGTH_OFFSET),
                    request.get(ValueLayout.JAVA_INT, at + KernelStructs.FIEMAP_EXTENT_FE_FLAGS_OFFSET));
            runs.add(run);
            if ((run.flags() & KernelAbi.FIEMAP_EXTENT_LAST) != 0) {
                return false;
            }
        }
        return count == EXTENTS_PER_CALL;
    }
}
