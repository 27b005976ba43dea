// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A range of a file in memory. The segment's scope is an arena of its own, which ends with the mapping.
 *
 * <p>The owner closes it when nobody accesses it any more: an access after munmap by native code ends the process.
 */
public final class Mapping implements AutoCloseable {
    private final FileHandle handle;
    private final Arena arena;
    private final MemorySegment segment;

    private Mapping(FileHandle handle, Arena arena, MemorySegment segment) {
        this.handle = handle;
        this.arena = arena;
        this.segment = segment;
    }

    /**
     * Maps a range, where it is large enough at an address that is congruent to the offset modulo 2 MiB: a huge page
     * needs address, offset and physical block to agree.
     *
     * @param handle the file; the mapping outlives it
     * @param offsetBytes where in the file the mapping begins, a multiple of the page size
     * @param lengthBytes how much is mapped
     * @param writable whether stores are allowed
     * @param flags the {@code MAP_*} bits
     * @return the mapping
     * @throws org.selkie.fault.SystemCallException with the kernel's errno; nothing stays mapped
     */
    // The arena is closed by close(), as every owner of a mapping calls it.
    @SuppressWarnings("MustBeClosedChecker")
    public static Mapping map(FileHandle handle, long offsetBytes, long lengthBytes, boolean writable, int flags) {
        int protection = protection(writable);
        long hint = lengthBytes >= Linux.HUGE_PAGE_BYTES ? congruentHint(offsetBytes, lengthBytes) : 0;
        long address = LibC.mmap(hint, lengthBytes, protection, flags, handle.fd(), offsetBytes);
        handle.check(address, "mmap", describe(offsetBytes, lengthBytes, protection, flags));
        Arena arena = Arena.ofShared();
        return new Mapping(handle, arena, segmentOf(address, lengthBytes, arena));
    }

    /**
     * Memory that somebody else has mapped and keeps: an image of what a crash left. Closing lets go of it and unmaps nothing.
     *
     * @param handle the file that it stands for
     * @param memory native memory that lives as long as the mapping
     * @return the mapping
     */
    // The arena is closed by close(), as every owner of a mapping calls it.
    @SuppressWarnings("MustBeClosedChecker")
    public static Mapping over(FileHandle handle, MemorySegment memory) {
        Arena arena = Arena.ofShared();
        return new Mapping(handle, arena, ForeignMemory.view(memory, arena));
    }

    /**
     * Tries whether a range could be mapped, and lets go of it at once. Says nothing about what the flags do: a kernel
     * may accept bits that it does not know.
     *
     * @param handle the file
     * @param lengthBytes how much is mapped, from the beginning
     * @param writable whether stores are allowed
     * @param flags the {@code MAP_*} bits
     * @return 0, or the errno
     */
    public static int tryMap(FileHandle handle, long lengthBytes, boolean writable, int flags) {
        long address = LibC.mmap(0, lengthBytes, protection(writable), flags, handle.fd(), 0);
        if (address < 0) {
            return (int) -address;
        }
        LibC.munmap(address, lengthBytes);
        return 0;
    }

    private static int protection(boolean writable) {
        return writable ? KernelAbi.PROT_READ | KernelAbi.PROT_WRITE : KernelAbi.PROT_READ;
    }

    private static String describe(long offsetBytes, long lengthBytes, int protection, int flags) {
        return "offset=" + offsetBytes + ", length=" + lengthBytes + ", protection="
                + FlagNames.protection(protection) + ", flags=" + FlagNames.map(flags);
    }

    /**
     * An address that was free a moment ago, congruent to the offset. A hint and not MAP_FIXED: should another thread
     * take the place meanwhile, the mapping lands elsewhere and only the huge pages are lost, not the other thread's
     * memory.
     */
    private static long congruentHint(long offsetBytes, long lengthBytes) {
        long roomBytes = lengthBytes + 2 * Linux.HUGE_PAGE_BYTES;
        int reserve = KernelAbi.MAP_PRIVATE | KernelAbi.MAP_ANONYMOUS | KernelAbi.MAP_NORESERVE;
        long base = LibC.mmap(0, roomBytes, KernelAbi.PROT_NONE, reserve, -1, 0);
        if (base < 0) {
            return 0;
        }
        LibC.munmap(base, roomBytes);
        return base + Math.floorMod(offsetBytes - base, Linux.HUGE_PAGE_BYTES);
    }

    @SuppressWarnings("restricted")
    private static MemorySegment segmentOf(long address, long lengthBytes, Arena arena) {
        return MemorySegment.ofAddress(address)
                .reinterpret(lengthBytes, arena, ignored -> LibC.munmap(address, lengthBytes));
    }

    /**
     * The mapped bytes.
     *
     * @return a segment that any thread may use until {@link #close()}
     */
    public MemorySegment segment() {
        return segment;
    }

    /**
     * Where the mapping begins in memory.
     *
     * @return an address
     */
    public long address() {
        return segment.address();
    }

    /**
     * How much is mapped.
     *
     * @return bytes
     */
    public long lengthBytes() {
        return segment.byteSize();
    }

    /**
     * Fills the page tables with writable entries, so that no later store faults. Does not change what the file holds, but
     * behind a page cache every page counts as dirty afterwards, and is written back as if it had been stored to.
     *
     * @return false on kernels before 5.14, which cannot; stores fault as they come
     * @throws org.selkie.fault.SystemCallException where a page cannot be had: a full huge page pool, a hardware error
     */
    public boolean populate() {
        return populate(KernelAbi.MADV_POPULATE_WRITE, "MADV_POPULATE_WRITE");
    }

    /**
     * Fills the page tables with entries for reading: behind a page cache the bytes are there, and nothing is dirty. A store
     * still faults, once for each page and each time that the page was written back.
     *
     * @return false on kernels before 5.14, which cannot; accesses fault as they come
     * @throws org.selkie.fault.SystemCallException where a page cannot be had: a hardware error, a file that ends before
     */
    public boolean populateForReading() {
        return populate(KernelAbi.MADV_POPULATE_READ, "MADV_POPULATE_READ");
    }

    private boolean populate(int advice, String name) {
        long result = LibC.madvise(address(), lengthBytes(), advice);
        if (result == -Errno.EINVAL) {
            return false;
        }
        handle.check(result, "madvise", "length=" + lengthBytes() + ", advice=" + name);
        return true;
    }

    /**
     * Gives the kernel a hint.
     *
     * @param advice one of {@code KernelAbi.MADV_*}
     * @return 0, or the errno of a hint that was not taken
     */
    public int advise(int advice) {
        return (int) -LibC.madvise(address(), lengthBytes(), advice);
    }

    /** Unmaps. Every later access through the segment is an IllegalStateException. Closing twice does nothing. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
