// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The flags that a file system keeps with an inode (chattr, lsattr). They outlive a crash. */
public final class InodeFlags {
    private InodeFlags() {}

    /**
     * Reads the flags.
     *
     * @param handle the file
     * @return the {@code FS_*_FL} bits
     */
    public static int get(FileHandle handle) {
        try (Arena arena = Arena.ofConfined()) {
            // Declared with a long, the kernel reads and writes an int; room for both.
            MemorySegment flags = arena.allocate(ValueLayout.JAVA_LONG);
            handle.check(LibC.ioctl(handle.fd(), KernelAbi.FS_IOC_GETFLAGS, flags), "ioctl", "FS_IOC_GETFLAGS");
            return flags.get(ValueLayout.JAVA_INT, 0);
        }
    }

    /**
     * Sets and clears flags, leaving the others as they are. Durable after {@link FileHandle#sync()}.
     *
     * @param handle the file; need not be open for writing
     * @param set the {@code FS_*_FL} bits to set
     * @param clear the bits to clear
     * @return 0, or the errno: EPERM without CAP_LINUX_IMMUTABLE, ENOTTY or EOPNOTSUPP where the file system has no
     *     flags
     */
    public static int tryChange(FileHandle handle, int set, int clear) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment flags = arena.allocate(ValueLayout.JAVA_LONG);
            long result = LibC.ioctl(handle.fd(), KernelAbi.FS_IOC_GETFLAGS, flags);
            if (result >= 0) {
                flags.set(ValueLayout.JAVA_INT, 0, (flags.get(ValueLayout.JAVA_INT, 0) & ~clear) | set);
                result = LibC.ioctl(handle.fd(), KernelAbi.FS_IOC_SETFLAGS, flags);
            }
            return (int) -Math.min(0, result);
        }
    }

    /**
     * Sets extended flags and reads them back, because ext4 accepts some of them and drops them silently.
     *
     * @param handle the file
     * @param set the {@code FS_XFLAG_*} bits to set
     * @return whether they are set afterwards
     */
    public static boolean trySetExtended(FileHandle handle, int set) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(KernelStructs.FSXATTR_SIZE, Long.BYTES);
            if (LibC.ioctl(handle.fd(), KernelAbi.FS_IOC_FSGETXATTR, attributes) < 0) {
                return false;
            }
            int before = attributes.get(ValueLayout.JAVA_INT, KernelStructs.FSXATTR_FSX_XFLAGS_OFFSET);
            attributes.set(ValueLayout.JAVA_INT, KernelStructs.FSXATTR_FSX_XFLAGS_OFFSET, before | set);
            if (LibC.ioctl(handle.fd(), KernelAbi.FS_IOC_FSSETXATTR, attributes) < 0
                    || LibC.ioctl(handle.fd(), KernelAbi.FS_IOC_FSGETXATTR, attributes) < 0) {
                return false;
            }
            int after = attributes.get(ValueLayout.JAVA_INT, KernelStructs.FSXATTR_FSX_XFLAGS_OFFSET);
            return (after & set) == set;
        }
    }
}
