// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

import java.nio.file.Path;
import java.time.Duration;

/**
 * A lease on a file: while it is held, an open or a truncate by anybody else waits, and the holder can see that it
 * does. The kernel takes the lease away when {@link #breakTime()} has passed. An own second open waits as well: never
 * open a leased file again without O_NONBLOCK.
 */
public final class Lease {
    private static final Path BREAK_TIME = Path.of("/proc/sys/fs/lease-break-time");
    private static final long DEFAULT_BREAK_SECONDS = 45L;

    private Lease() {}

    /**
     * Takes a write lease; the handle must be the file's only opener. The signal of a break is set to SIGURG first,
     * which everybody ignores: the default SIGIO would end the JVM.
     *
     * @param handle the file
     * @return 0, or the errno: EAGAIN where somebody else has the file open, EACCES without ownership or CAP_LEASE,
     *     EINVAL
     *     where the file system knows no leases
     */
    public static int tryTake(FileHandle handle) {
        divertSignal(handle);
        return (int) -Math.min(0, LibC.fcntl(handle.fd(), KernelAbi.F_SETLEASE, KernelAbi.F_WRLCK));
    }

    /**
     * Makes what the kernel has to say of a file (a lease that breaks) come as SIGURG, which everybody ignores: the
     * default SIGIO would end the JVM.
     *
     * @param handle the file
     */
    public static void divertSignal(FileHandle handle) {
        handle.check(LibC.fcntl(handle.fd(), KernelAbi.F_SETSIG, KernelAbi.SIGURG), "fcntl", "F_SETSIG, SIGURG");
    }

    /**
     * Whether the lease stands unbroken. While somebody waits for it, the kernel names the type that it is to become.
     *
     * @param handle the file
     * @return true where it is still a write lease
     */
    public static boolean isHeld(FileHandle handle) {
        return LibC.fcntl(handle.fd(), KernelAbi.F_GETLEASE, 0L) == KernelAbi.F_WRLCK;
    }

    /**
     * Gives the lease up; whoever waits goes on. Does nothing where none is held.
     *
     * @param handle the file
     */
    public static void release(FileHandle handle) {
        // EAGAIN says that there is no lease: the kernel took it already.
        LibC.fcntl(handle.fd(), KernelAbi.F_SETLEASE, KernelAbi.F_UNLCK);
    }

    /**
     * How long the kernel lets a breaker wait before it takes the lease.
     *
     * @return the time from the break on; zero where it waits for ever
     */
    public static Duration breakTime() {
        return Duration.ofSeconds(KernelText.readNumber(BREAK_TIME).orElse(DEFAULT_BREAK_SECONDS));
    }
}
