// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The kernel as a whole: its version, its pages, and how stores to a mapping reach the medium. */
public final class Linux {
    /** What a huge page holds on x86-64, and on AArch64 with 4 KiB pages. */
    public static final long HUGE_PAGE_BYTES = 2L << 20;

    private static final Path RELEASE = Path.of("/proc/sys/kernel/osrelease");
    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+).*", Pattern.DOTALL);

    private Linux() {}

    /**
     * The size of a page of memory.
     *
     * @return bytes, a power of two
     */
    public static long pageSizeBytes() {
        return PageSize.BYTES;
    }

    /**
     * Writes the pages that a range touches back to the medium and waits: msync(MS_SYNC). After it returned, what was
     * stored before is on the medium, its caches flushed, and survives a power loss.
     *
     * @param address where the range begins; rounded down to its page, because msync refuses any other address
     * @param lengthBytes the length of the range
     * @throws org.selkie.fault.SystemCallException EIO where the medium failed: what was stored may be lost
     */
    public static void msync(long address, long lengthBytes) {
        long start = address & -PageSize.BYTES;
        long length = address + lengthBytes - start;
        Refusal.check(
            LibC.msync(start, length, KernelAbi.MS_SYNC),
            "msync",
            "address=0x" + Long.toHexString(start) + ", length=" + length + ", flags=MS_SYNC");
    }

    /**
     * Whether the running kernel is of a version or a later one.
     *
     * @param major the first number
     * @param minor the second number
     * @return false too where the kernel does not say
     */
    public static boolean isAtLeast(int major, int minor) {
        return Running.MAJOR > major || (Running.MAJOR == major && Running.MINOR >= minor);
    }

    /**
     * The running kernel's release, as {@code uname -r} prints it.
     *
     * @return for example {@code 6.1.0-28-amd64}; empty where /proc does not say
     */
    public static String release() {
        return KernelText.read(RELEASE).orElse("");
    }

    /** Asked for once: every mapping needs it. */
    private static final class Running {
        private static final int MAJOR = number(1);
        private static final int MINOR = number(2);

        private static int number(int group) {
            Matcher version = VERSION.matcher(release());
            return version.matches() ? Integer.parseInt(version.group(group)) : 0;
        }
    }

    // A holder of its own: asking for the size is a call, and a denied call must be typed, not a failed class.
    private static final class PageSize {
        private static final long BYTES = LibC.sysconf(KernelAbi.SC_PAGESIZE);
    }
}
