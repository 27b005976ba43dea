// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

/**
 * What fstatfs(2) says about the file system under a handle.
 *
 * @param type the magic number, one of {@code KernelAbi.*_MAGIC} or unknown
 * @param blockBytes the block size; on hugetlbfs the size of its pages
 * @param availableBytes what an unprivileged user may still write
 */
public record FileSystem(long type, long blockBytes, long availableBytes) {

    /**
     * The usual name of the file system.
     *
     * @return for example {@code ext4}; the magic number in hexadecimal where it is unknown
     */
    public String name() {
        return nameOf(type);
    }

    private static String nameOf(long type) {
        if (type == KernelAbi.EXT4_SUPER_MAGIC) {
            return "ext4";
        } else if (type == KernelAbi.XFS_SUPER_MAGIC) {
            return "xfs";
        } else if (type == KernelAbi.BTRFS_SUPER_MAGIC) {
            return "btrfs";
        } else if (type == KernelAbi.F2FS_SUPER_MAGIC) {
            return "f2fs";
        } else if (type == KernelAbi.NILFS_SUPER_MAGIC) {
            return "nilfs2";
        } else if (type == KernelAbi.BCACHEFS_SUPER_MAGIC) {
            return "bcachefs";
        } else if (type == KernelAbi.ZFS_SUPER_MAGIC) {
            return "zfs";
        } else if (type == KernelAbi.TMPFS_MAGIC) {
            return "tmpfs";
        } else if (type == KernelAbi.RAMFS_MAGIC) {
            return "ramfs";
        } else if (type == KernelAbi.HUGETLBFS_MAGIC) {
            return "hugetlbfs";
        } else if (type == KernelAbi.OVERLAYFS_SUPER_MAGIC) {
            return "overlayfs";
        } else if (type == KernelAbi.NFS_SUPER_MAGIC) {
            return "nfs";
        } else if (type == KernelAbi.FUSE_SUPER_MAGIC) {
            return "fuse";
        } else if (type == KernelAbi.V9FS_MAGIC) {
            return "9p";
        } else if (type == KernelAbi.SMB2_SUPER_MAGIC) {
            return "smb";
        }
        return "0x" + Long.toHexString(type);
    }
}
