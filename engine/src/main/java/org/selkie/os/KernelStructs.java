// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

/**
 * Where the fields lie in the structures that Selkie hands to the kernel, in bytes; the same on x86-64 and AArch64.
 *
 * <p>The C mirror is {@code native-headers/include/selkie/kernel_abi.h}, which asserts each one against the system's
 * headers.
 */
final class KernelStructs {
    // struct statx, <linux/stat.h>

    static final int STATX_SIZE = 256;
    static final int STATX_STX_MASK_OFFSET = 0;
    static final int STATX_STX_ATTRIBUTES_OFFSET = 8;
    static final int STATX_STX_NLINK_OFFSET = 16;
    static final int STATX_STX_MODE_OFFSET = 28;
    static final int STATX_STX_INO_OFFSET = 32;
    static final int STATX_STX_SIZE_OFFSET = 40;
    static final int STATX_STX_BLOCKS_OFFSET = 48;
    static final int STATX_STX_BTIME_OFFSET = 80;
    static final int STATX_STX_RDEV_MAJOR_OFFSET = 128;
    static final int STATX_STX_RDEV_MINOR_OFFSET = 132;
    static final int STATX_STX_DEV_MAJOR_OFFSET = 136;
    static final int STATX_STX_DEV_MINOR_OFFSET = 140;

    // struct statx_timestamp, <linux/stat.h>

    static final int STATX_TIMESTAMP_TV_SEC_OFFSET = 0;
    static final int STATX_TIMESTAMP_TV_NSEC_OFFSET = 8;

    // struct flock, <asm-generic/fcntl.h>

    static final int FLOCK_SIZE = 32;
    static final int FLOCK_L_TYPE_OFFSET = 0;
    static final int FLOCK_L_WHENCE_OFFSET = 2;
    static final int FLOCK_L_START_OFFSET = 8;
    static final int FLOCK_L_LEN_OFFSET = 16;

    // struct statfs, <asm-generic/statfs.h>

    static final int STATFS_SIZE = 120;
    static final int STATFS_F_TYPE_OFFSET = 0;
    static final int STATFS_F_BSIZE_OFFSET = 8;
    static final int STATFS_F_BAVAIL_OFFSET = 32;

    // struct fiemap, <linux/fiemap.h>

    static final int FIEMAP_SIZE = 32;
    static final int FIEMAP_FM_START_OFFSET = 0;
    static final int FIEMAP_FM_LENGTH_OFFSET = 8;
    static final int FIEMAP_FM_FLAGS_OFFSET = 16;
    static final int FIEMAP_FM_MAPPED_EXTENTS_OFFSET = 20;
    static final int FIEMAP_FM_EXTENT_COUNT_OFFSET = 24;
    static final int FIEMAP_FM_EXTENTS_OFFSET = 32;

    // struct fiemap_extent, <linux/fiemap.h>

    static final int FIEMAP_EXTENT_SIZE = 56;
    static final int FIEMAP_EXTENT_FE_LOGICAL_OFFSET = 0;
    static final int FIEMAP_EXTENT_FE_PHYSICAL_OFFSET = 8;
    static final int FIEMAP_EXTENT_FE_LENGTH_OFFSET = 16;
    static final int FIEMAP_EXTENT_FE_FLAGS_OFFSET = 40;

    // struct fsxattr, <linux/fs.h>

    static final int FSXATTR_SIZE = 28;
    static final int FSXATTR_FSX_XFLAGS_OFFSET = 0;

    private KernelStructs() {}
}
