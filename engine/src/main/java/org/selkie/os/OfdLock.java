// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A lock on a range of a file that belongs to the open handle: it ends with the handle's close or the process's death,
 * and conflicts between two handles of one process too. Cooperation only: it stops nobody who does not ask.
 */
public final class OfdLock {
    private OfdLock() {}

    /**
     * Takes a lock without waiting.
     *
     * @param handle the file; an exclusive lock needs it open for writing
     * @param exclusive whether the lock excludes shared locks too
     * @param offsetBytes where the range begins
     * @param lengthBytes its length; 0 means to the end, wherever that will be
     * @return false where another handle holds a lock on a part of the range
     */
    public static boolean tryLock(FileHandle handle, boolean exclusive, long offsetBytes, long lengthBytes) {
        short type = (short) (exclusive ? KernelAbi.F_WRLCK : KernelAbi.F_RDLCK);
        long result = set(handle, KernelAbi.F_OFD_SETLK, type, offsetBytes, lengthBytes);
        if (result == -Errno.EAGAIN || result == -Errno.EACCES) {
            return false;
        }
        handle.check(
                result,
                "fcntl",
                "F_OFD_SETLK, type=" + (exclusive ? "F_WRLCK" : "F_RDLCK") + ", start=" + offsetBytes + ", length="
                        + lengthBytes);
        return true;
    }

    private static long set(FileHandle handle, int command, short type, long offsetBytes, long lengthBytes) {
        try (Arena arena = Arena.ofConfined()) {
            // l_pid stays 0, as F_OFD_SETLK demands.
            MemorySegment flock = arena.allocate(KernelStructs.FLOCK_SIZE, Long.BYTES);
            flock.set(ValueLayout.JAVA_SHORT, KernelStructs.FLOCK_L_TYPE_OFFSET, type);
            flock.set(ValueLayout.JAVA_SHORT, KernelStructs.FLOCK_L_WHENCE_OFFSET, (short) KernelAbi.SEEK_SET);
            flock.set(ValueLayout.JAVA_LONG, KernelStructs.FLOCK_L_START_OFFSET, offsetBytes);
            flock.set(ValueLayout.JAVA_LONG, KernelStructs.FLOCK_L_LEN_OFFSET, lengthBytes);
            return LibC.fcntl(handle.fd(), command, flock);
        }
    }
}
