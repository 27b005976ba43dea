// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What statx(2) says about an inode.
 *
 * @param identity which inode it is
 * @param mode type and permissions, as in inode(7)
 * @param links how many names it has; 0 once the last was removed
 * @param sizeBytes the length of the file
 * @param allocatedBytes the space that the file system has given to it
 * @param attributes the {@code STATX_ATTR_*} bits that are set
 * @param deviceMajor major number of the device that a device file stands for, else 0
 * @param deviceMinor minor number of the device that a device file stands for, else 0
 */
public record FileStatus(
        FileIdentity identity,
        int mode,
        int links,
        long sizeBytes,
        long allocatedBytes,
        long attributes,
        int deviceMajor,
        int deviceMinor) {

    /** st_blocks counts in units of 512 bytes, whatever the block size of the file system; statx(2). */
    private static final long BLOCK_UNIT_BYTES = 512;

    static FileStatus read(MemorySegment statx) {
        FileIdentity identity = new FileIdentity(
                intAt(statx, KernelStructs.STATX_STX_DEV_MAJOR_OFFSET),
                intAt(statx, KernelStructs.STATX_STX_DEV_MINOR_OFFSET),
                longAt(statx, KernelStructs.STATX_STX_INO_OFFSET),
                birthNanos(statx));
        return new FileStatus(
                identity,
                Short.toUnsignedInt(
                        statx.get(ValueLayout.JAVA_SHORT_UNALIGNED, KernelStructs.STATX_STX_MODE_OFFSET)),
                intAt(statx, KernelStructs.STATX_STX_NLINK_OFFSET),
                longAt(statx, KernelStructs.STATX_STX_SIZE_OFFSET),
                longAt(statx, KernelStructs.STATX_STX_BLOCKS_OFFSET) * BLOCK_UNIT_BYTES,
                longAt(statx, KernelStructs.STATX_STX_ATTRIBUTES_OFFSET),
                intAt(statx, KernelStructs.STATX_STX_RDEV_MAJOR_OFFSET),
                intAt(statx, KernelStructs.STATX_STX_RDEV_MINOR_OFFSET));
    }

    private static long birthNanos(MemorySegment statx) {
        if ((intAt(statx, KernelStructs.STATX_STX_MASK_OFFSET) & KernelAbi.STATX_BTIME) == 0) {
            return 0;
        }
        long time = KernelStructs.STATX_STX_BTIME_OFFSET;
        long seconds = longAt(statx, time + KernelStructs.STATX_TIMESTAMP_TV_SEC_OFFSET);
        int nanos = intAt(statx, time + KernelStructs.STATX_TIMESTAMP_TV_NSEC_OFFSET);
        return seconds * 1_000_000_000L + nanos;
    }

    private static int intAt(MemorySegment statx, long offset) {
        return statx.get(ValueLayout.JAVA_INT_UNALIGNED, offset);
    }

    private static long longAt(MemorySegment statx, long offset) {
        return statx.get(ValueLayout.JAVA_LONG_UNALIGNED, offset);
    }

    /**
     * Whether it is an ordinary file.
     *
     * @return true for S_IFREG
     */
    public boolean isRegularFile() {
        return (mode & KernelAbi.S_IFMT) == KernelAbi.S_IFREG;
    }

    /**
     * Whether it is a directory.
     *
     * @return true for S_IFDIR
     */
    public boolean isDirectory() {
        return (mode & KernelAbi.S_IFMT) == KernelAbi.S_IFDIR;
    }

    /**
     * Whether it is a character device, as /dev/dax is.
     *
     * @return true for S_IFCHR
     */
    public boolean isCharacterDevice() {
        return (mode & KernelAbi.S_IFMT) == KernelAbi.S_IFCHR;
    }

    /**
     * Whether it is a symbolic link.
     *
     * @return true for S_IFLNK
     */
    public boolean isSymbolicLink() {
        return (mode & KernelAbi.S_IFMT) == KernelAbi.S_IFLNK;
    }

    /**
     * Whether the kernel reaches the file's blocks without the page cache. That alone does not promise MAP_SYNC: a
     * virtio-pmem device has the bit and refuses the flag.
     *
     * @return true where STATX_ATTR_DAX is set
     */
    public boolean isDax() {
        return (attributes & KernelAbi.STATX_ATTR_DAX) != 0;
    }

    /**
     * Whether the immutable flag is set.
     *
     * @return true where STATX_ATTR_IMMUTABLE is set
     */
    public boolean isImmutable() {
        return (attributes & KernelAbi.STATX_ATTR_IMMUTABLE) != 0;
    }
}
