// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

/** The page as a unit: its size, and how its stores reach the medium behind a mapping. */
public final class Pages {
    /** What a huge page holds on x86-64, and on AArch64 with 4 KiB pages. */
    public static final long HUGE_PAGE_BYTES = 2L << 20;

    private Pages() {}

    /**
     * The size of a page of memory.
     *
     * @return bytes, a power of two
     */
    public static long sizeBytes() {
        return Size.BYTES;
    }

    /**
     * Writes the pages that a range touches back to the medium and waits: msync(MS_SYNC). After it returned, what was stored
     * before is on the medium, its caches flushed, and survives a power loss.
     *
     * @param address where the range begins; it is rounded down to its page, because msync refuses any other address
     * @param lengthBytes the length of the range
     * @throws org.selkie.fault.SystemCallException EIO where the medium failed: what was stored may be lost
     */
    public static void writeBack(long address, long lengthBytes) {
        long start = address & -Size.BYTES;
        long length = address + lengthBytes - start;
        Refusal.check(
                LibC.msync(start, length, KernelAbi.MS_SYNC),
                "msync",
                "address=0x" + Long.toHexString(start) + ", length=" + length + ", flags=MS_SYNC");
    }

    // A holder of its own: asking for the size is a call, and a denied call must be typed, not a failed class.
    private static final class Size {
        private static final long BYTES = LibC.sysconf(KernelAbi.SC_PAGESIZE);
    }
}
