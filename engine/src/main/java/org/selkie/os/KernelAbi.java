// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

/**
 * The numbers of the Linux kernel that Selkie issues or reads, each with its source; layouts are in {@link
 * KernelStructs}, error numbers in {@link Errno}.
 *
 * <p>The C mirror is {@code native-headers/include/selkie/kernel_abi.h}; a test prints each of them from C and
 * compares. Where x86-64 and AArch64 differ (four flags of open) the value is chosen at class initialization.
 */
public final class KernelAbi {
    /** The flags of open that differ between the architectures; the others use the generic values of x86-64. */
    record OpenFlags(int direct, int directory, int noFollow, int tmpfile) {
        /** From {@code <asm-generic/fcntl.h>}, which x86-64 uses. */
        static final OpenFlags GENERIC = new OpenFlags(0x4000, 0x10000, 0x20000, 0x410000);

        /** From {@code <asm/fcntl.h>} of arm64. */
        static final OpenFlags AARCH64 = new OpenFlags(0x10000, 0x4000, 0x8000, 0x404000);

        static OpenFlags of(String architecture) {
            return "aarch64".equals(architecture) ? AARCH64 : GENERIC;
        }
    }

    private static final OpenFlags OPEN_FLAGS = OpenFlags.of(System.getProperty("os.arch"));

    // open(2)

    /** Value 0, {@code <asm-generic/fcntl.h>}; open(2). */
    public static final int O_RDONLY = 0;

    /** Value 2, {@code <asm-generic/fcntl.h>}; open(2). */
    public static final int O_RDWR = 2;

    /** Value 0x40, {@code <asm-generic/fcntl.h>}; open(2). */
    public static final int O_CREAT = 0x40;

    /** Value 0x80, {@code <asm-generic/fcntl.h>}; open(2). */
    public static final int O_EXCL = 0x80;

    /** Value 0x800, {@code <asm-generic/fcntl.h>}; open(2). */
    public static final int O_NONBLOCK = 0x800;

    /** Value 0x80000, {@code <asm-generic/fcntl.h>}; open(2); Linux 2.6.23. */
    public static final int O_CLOEXEC = 0x80000;

    /** Value 0x200000, {@code <asm-generic/fcntl.h>}; open(2); Linux 2.6.39. */
    public static final int O_PATH = 0x200000;

    /** Value 0x4000, on AArch64 0x10000, {@code <asm/fcntl.h>}; open(2); Linux 2.4.10. */
    public static final int O_DIRECT = OPEN_FLAGS.direct();

    /** Value 0x10000, on AArch64 0x4000, {@code <asm/fcntl.h>}; open(2); Linux 2.1.126. */
    public static final int O_DIRECTORY = OPEN_FLAGS.directory();

    /** Value 0x20000, on AArch64 0x8000, {@code <asm/fcntl.h>}; open(2); Linux 2.1.126. */
    public static final int O_NOFOLLOW = OPEN_FLAGS.noFollow();

    /** Value 0x410000, on AArch64 0x404000, {@code <asm/fcntl.h>}; open(2); Linux 3.11. */
    public static final int O_TMPFILE = OPEN_FLAGS.tmpfile();

    // files and directories

    /** Value 0x1000, {@code <linux/fcntl.h>}; openat(2); Linux 2.6.39. */
    public static final int AT_EMPTY_PATH = 0x1000;

    // file types

    /** Value 0xf000, {@code <linux/stat.h>}; inode(7). */
    public static final int S_IFMT = 0xf000;

    /** Value 0x2000, {@code <linux/stat.h>}; inode(7). */
    public static final int S_IFCHR = 0x2000;

    /** Value 0x4000, {@code <linux/stat.h>}; inode(7). */
    public static final int S_IFDIR = 0x4000;

    /** Value 0x8000, {@code <linux/stat.h>}; inode(7). */
    public static final int S_IFREG = 0x8000;

    /** Value 0xa000, {@code <linux/stat.h>}; inode(7). */
    public static final int S_IFLNK = 0xa000;

    // statx(2)

    /** Value 0x7ff, {@code <linux/stat.h>}; statx(2); Linux 4.11. */
    public static final int STATX_BASIC_STATS = 0x7ff;

    /** Value 0x800, {@code <linux/stat.h>}; statx(2); Linux 4.11. */
    public static final int STATX_BTIME = 0x800;

    /** Value 0x10, {@code <linux/stat.h>}; statx(2); Linux 4.11. */
    public static final int STATX_ATTR_IMMUTABLE = 0x10;

    /** Value 0x200000, {@code <linux/stat.h>}; statx(2); Linux 5.8. */
    public static final int STATX_ATTR_DAX = 0x200000;

    // mmap(2)

    /** Value 0, {@code <asm-generic/mman-common.h>, <linux/mman.h>}; mmap(2). */
    public static final int PROT_NONE = 0;

    /** Value 1, {@code <asm-generic/mman-common.h>, <linux/mman.h>}; mmap(2). */
    public static final int PROT_READ = 1;

    /** Value 2, {@code <asm-generic/mman-common.h>, <linux/mman.h>}; mmap(2). */
    public static final int PROT_WRITE = 2;

    /** Value 1, {@code <asm-generic/mman-common.h>, <linux/mman.h>}; mmap(2). */
    public static final int MAP_SHARED = 1;

    /** Value 2, {@code <asm-generic/mman-common.h>, <linux/mman.h>}; mmap(2). */
    public static final int MAP_PRIVATE = 2;

    /** Value 3, {@code <asm-generic/mman-common.h>, <linux/mman.h>}; mmap(2); Linux 4.15. */
    public static final int MAP_SHARED_VALIDATE = 3;

    /** Value 0x10, {@code <asm-generic/mman-common.h>, <linux/mman.h>}; mmap(2). */
    public static final int MAP_FIXED = 0x10;

    /** Value 0x20, {@code <asm-generic/mman-common.h>, <linux/mman.h>}; mmap(2). */
    public static final int MAP_ANONYMOUS = 0x20;

    /** Value 0x40, {@code <asm-generic/mman-common.h>, <linux/mman.h>}; mmap(2); Linux 2.4.20; x86-64 only. */
    public static final int MAP_32BIT = 0x40;

    /** Value 0x4000, {@code <asm-generic/mman-common.h>, <linux/mman.h>}; mmap(2). */
    public static final int MAP_NORESERVE = 0x4000;

    /** Value 0x8000, {@code <asm-generic/mman-common.h>, <linux/mman.h>}; mmap(2); Linux 2.5.46. */
    public static final int MAP_POPULATE = 0x8000;

    /** Value 0x40000, {@code <asm-generic/mman-common.h>, <linux/mman.h>}; mmap(2); Linux 2.6.32. */
    public static final int MAP_HUGETLB = 0x40000;

    /** Value 0x80000, {@code <asm-generic/mman-common.h>, <linux/mman.h>}; mmap(2); Linux 4.15. */
    public static final int MAP_SYNC = 0x80000;

    /** Value 0x100000, {@code <asm-generic/mman-common.h>, <linux/mman.h>}; mmap(2); Linux 4.17. */
    public static final int MAP_FIXED_NOREPLACE = 0x100000;

    /** Value 4, {@code <asm-generic/mman-common.h>, <linux/mman.h>}; mmap(2); Linux 1.3.21. */
    public static final int MS_SYNC = 4;

    /** Value 14, {@code <asm-generic/mman-common.h>, <linux/mman.h>}; mmap(2); Linux 2.6.38. */
    public static final int MADV_HUGEPAGE = 14;

    /** Value 22, {@code <asm-generic/mman-common.h>, <linux/mman.h>}; mmap(2); Linux 5.14. */
    public static final int MADV_POPULATE_READ = 22;

    /** Value 23, {@code <asm-generic/mman-common.h>, <linux/mman.h>}; mmap(2); Linux 5.14. */
    public static final int MADV_POPULATE_WRITE = 23;

    // fallocate(2)

    /** Value 1, {@code <linux/falloc.h>}; fallocate(2); Linux 2.6.23. */
    public static final int FALLOC_FL_KEEP_SIZE = 1;

    /** Value 2, {@code <linux/falloc.h>}; fallocate(2); Linux 2.6.38. */
    public static final int FALLOC_FL_PUNCH_HOLE = 2;

    /** Value 0x10, {@code <linux/falloc.h>}; fallocate(2); Linux 3.15. */
    public static final int FALLOC_FL_ZERO_RANGE = 0x10;

    // locks and leases: fcntl(2)

    /** Value 0, {@code <asm-generic/fcntl.h>, <linux/fcntl.h>}; fcntl(2). */
    public static final int F_RDLCK = 0;

    /** Value 1, {@code <asm-generic/fcntl.h>, <linux/fcntl.h>}; fcntl(2). */
    public static final int F_WRLCK = 1;

    /** Value 2, {@code <asm-generic/fcntl.h>, <linux/fcntl.h>}; fcntl(2). */
    public static final int F_UNLCK = 2;

    /** Value 10, {@code <asm-generic/fcntl.h>, <linux/fcntl.h>}; fcntl(2); Linux 2.4. */
    public static final int F_SETSIG = 10;

    /** Value 37, {@code <asm-generic/fcntl.h>, <linux/fcntl.h>}; fcntl(2); Linux 3.15. */
    public static final int F_OFD_SETLK = 37;

    /** Value 1024, {@code <asm-generic/fcntl.h>, <linux/fcntl.h>}; fcntl(2); Linux 2.4. */
    public static final int F_SETLEASE = 1024;

    /** Value 1025, {@code <asm-generic/fcntl.h>, <linux/fcntl.h>}; fcntl(2); Linux 2.4. */
    public static final int F_GETLEASE = 1025;

    /** Value 23, {@code <asm-generic/fcntl.h>, <linux/fcntl.h>}; fcntl(2); from {@code <asm/signal.h>}; signal(7). */
    public static final int SIGURG = 23;

    /** Value 0, {@code <asm-generic/fcntl.h>, <linux/fcntl.h>}; fcntl(2). */
    public static final int SEEK_SET = 0;

    // memfd seals

    /** Value 1033, {@code <linux/fcntl.h>, <linux/memfd.h>}; fcntl(2), memfd_create(2); Linux 3.17. */
    public static final int F_ADD_SEALS = 1033;

    /** Value 1034, {@code <linux/fcntl.h>, <linux/memfd.h>}; fcntl(2), memfd_create(2); Linux 3.17. */
    public static final int F_GET_SEALS = 1034;

    /** Value 1, {@code <linux/fcntl.h>, <linux/memfd.h>}; fcntl(2), memfd_create(2); Linux 3.17. */
    public static final int F_SEAL_SEAL = 1;

    /** Value 2, {@code <linux/fcntl.h>, <linux/memfd.h>}; fcntl(2), memfd_create(2); Linux 3.17. */
    public static final int F_SEAL_SHRINK = 2;

    /** Value 4, {@code <linux/fcntl.h>, <linux/memfd.h>}; fcntl(2), memfd_create(2); Linux 3.17. */
    public static final int F_SEAL_GROW = 4;

    /** Value 0x10, {@code <linux/fcntl.h>, <linux/memfd.h>}; fcntl(2), memfd_create(2); Linux 5.1. */
    public static final int F_SEAL_FUTURE_WRITE = 0x10;

    /** Value 1, {@code <linux/fcntl.h>, <linux/memfd.h>}; fcntl(2), memfd_create(2); Linux 3.17. */
    public static final int MFD_CLOEXEC = 1;

    /** Value 2, {@code <linux/fcntl.h>, <linux/memfd.h>}; fcntl(2), memfd_create(2); Linux 3.17. */
    public static final int MFD_ALLOW_SEALING = 2;

    /** Value 4, {@code <linux/fcntl.h>, <linux/memfd.h>}; fcntl(2), memfd_create(2); Linux 4.14. */
    public static final int MFD_HUGETLB = 4;

    /** Value 8, {@code <linux/fcntl.h>, <linux/memfd.h>}; fcntl(2), memfd_create(2); Linux 6.3. */
    public static final int MFD_NOEXEC_SEAL = 8;

    /** Value 0x54000000, {@code <linux/fcntl.h>, <linux/memfd.h>}; fcntl(2), memfd_create(2); Linux 4.14. */
    public static final int MFD_HUGE_2MB = 0x54000000;

    // inode flags

    /**
     * Value 0x80086601, {@code <linux/fs.h>}; ioctl_iflags(2), ioctl_xfs_fsgetxattr(2);
     * takes an int although it is declared with a long.
     */
    public static final int FS_IOC_GETFLAGS = 0x80086601;

    /**
     * Value 0x40086602, {@code <linux/fs.h>}; ioctl_iflags(2), ioctl_xfs_fsgetxattr(2);
     * takes an int although it is declared with a long.
     */
    public static final int FS_IOC_SETFLAGS = 0x40086602;

    /** Value 0x801c581f, {@code <linux/fs.h>}; ioctl_iflags(2), ioctl_xfs_fsgetxattr(2); Linux 4.5. */
    public static final int FS_IOC_FSGETXATTR = 0x801c581f;

    /** Value 0x401c5820, {@code <linux/fs.h>}; ioctl_iflags(2), ioctl_xfs_fsgetxattr(2); Linux 4.5. */
    public static final int FS_IOC_FSSETXATTR = 0x401c5820;

    /** Value 0x10, {@code <linux/fs.h>}; ioctl_iflags(2), ioctl_xfs_fsgetxattr(2). */
    public static final int FS_IMMUTABLE_FL = 0x10;

    /** Value 0x2000, {@code <linux/fs.h>}; ioctl_iflags(2), ioctl_xfs_fsgetxattr(2); Linux 4.5. */
    public static final int FS_XFLAG_NODEFRAG = 0x2000;

    // FIEMAP

    /** Value 0xc020660b, {@code <linux/fiemap.h>, <linux/fs.h>}; Documentation/filesystems/fiemap.rst; Linux 2.6.28. */
    public static final int FS_IOC_FIEMAP = 0xc020660b;

    /** Value 1, {@code <linux/fiemap.h>, <linux/fs.h>}; Documentation/filesystems/fiemap.rst; Linux 2.6.28. */
    public static final int FIEMAP_FLAG_SYNC = 1;

    /** Value 1, {@code <linux/fiemap.h>, <linux/fs.h>}; Documentation/filesystems/fiemap.rst; Linux 2.6.28. */
    public static final int FIEMAP_EXTENT_LAST = 1;

    /** Value 2, {@code <linux/fiemap.h>, <linux/fs.h>}; Documentation/filesystems/fiemap.rst; Linux 2.6.28. */
    public static final int FIEMAP_EXTENT_UNKNOWN = 2;

    /** Value 4, {@code <linux/fiemap.h>, <linux/fs.h>}; Documentation/filesystems/fiemap.rst; Linux 2.6.28. */
    public static final int FIEMAP_EXTENT_DELALLOC = 4;

    /** Value 8, {@code <linux/fiemap.h>, <linux/fs.h>}; Documentation/filesystems/fiemap.rst; Linux 2.6.28. */
    public static final int FIEMAP_EXTENT_ENCODED = 8;

    /** Value 0x80, {@code <linux/fiemap.h>, <linux/fs.h>}; Documentation/filesystems/fiemap.rst; Linux 2.6.28. */
    public static final int FIEMAP_EXTENT_DATA_ENCRYPTED = 0x80;

    /** Value 0x100, {@code <linux/fiemap.h>, <linux/fs.h>}; Documentation/filesystems/fiemap.rst; Linux 2.6.28. */
    public static final int FIEMAP_EXTENT_NOT_ALIGNED = 0x100;

    /** Value 0x200, {@code <linux/fiemap.h>, <linux/fs.h>}; Documentation/filesystems/fiemap.rst; Linux 2.6.28. */
    public static final int FIEMAP_EXTENT_DATA_INLINE = 0x200;

    /** Value 0x400, {@code <linux/fiemap.h>, <linux/fs.h>}; Documentation/filesystems/fiemap.rst; Linux 2.6.28. */
    public static final int FIEMAP_EXTENT_DATA_TAIL = 0x400;

    /** Value 0x800, {@code <linux/fiemap.h>, <linux/fs.h>}; Documentation/filesystems/fiemap.rst; Linux 2.6.28. */
    public static final int FIEMAP_EXTENT_UNWRITTEN = 0x800;

    /** Value 0x1000, {@code <linux/fiemap.h>, <linux/fs.h>}; Documentation/filesystems/fiemap.rst; Linux 2.6.28. */
    public static final int FIEMAP_EXTENT_MERGED = 0x1000;

    /** Value 0x2000, {@code <linux/fiemap.h>, <linux/fs.h>}; Documentation/filesystems/fiemap.rst. */
    public static final int FIEMAP_EXTENT_SHARED = 0x2000;

    // file systems

    /** Value 0xef53, {@code <linux/magic.h>}; statfs(2); Linux 2.6.28; ext2 and ext3 share it. */
    public static final long EXT4_SUPER_MAGIC = 0xef53L;

    /** Value 0x58465342, {@code <linux/magic.h>}; statfs(2); Linux 2.4. */
    public static final long XFS_SUPER_MAGIC = 0x58465342L;

    /** Value 0x9123683e, {@code <linux/magic.h>}; statfs(2); Linux 2.6.29. */
    public static final long BTRFS_SUPER_MAGIC = 0x9123683eL;

    /** Value 0xf2f52010, {@code <linux/magic.h>}; statfs(2); Linux 3.8. */
    public static final long F2FS_SUPER_MAGIC = 0xf2f52010L;

    /** Value 0x3434, {@code <linux/magic.h>}; statfs(2); Linux 2.6.30. */
    public static final long NILFS_SUPER_MAGIC = 0x3434L;

    /** Value 0xca451a4e, no header; statfs(2); Linux 6.7; in no header of older libcs. */
    public static final long BCACHEFS_SUPER_MAGIC = 0xca451a4eL;

    /** Value 0x2fc12fc1, no header; statfs(2); none: out of tree, from OpenZFS. */
    public static final long ZFS_SUPER_MAGIC = 0x2fc12fc1L;

    /** Value 0x1021994, {@code <linux/magic.h>}; statfs(2); Linux 2.4. */
    public static final long TMPFS_MAGIC = 0x1021994L;

    /** Value 0x858458f6, {@code <linux/magic.h>}; statfs(2); Linux 2.4. */
    public static final long RAMFS_MAGIC = 0x858458f6L;

    /** Value 0x958458f6, {@code <linux/magic.h>}; statfs(2); Linux 2.6. */
    public static final long HUGETLBFS_MAGIC = 0x958458f6L;

    /** Value 0x794c7630, {@code <linux/magic.h>}; statfs(2); Linux 3.18. */
    public static final long OVERLAYFS_SUPER_MAGIC = 0x794c7630L;

    /** Value 0x6969, {@code <linux/magic.h>}; statfs(2). */
    public static final long NFS_SUPER_MAGIC = 0x6969L;

    /** Value 0x65735546, {@code <linux/magic.h>}; statfs(2); Linux 2.6.14. */
    public static final long FUSE_SUPER_MAGIC = 0x65735546L;

    /** Value 0x1021997, {@code <linux/magic.h>}; statfs(2); Linux 2.6.14. */
    public static final long V9FS_MAGIC = 0x1021997L;

    /** Value 0xfe534d42, {@code <linux/magic.h>}; statfs(2). */
    public static final long SMB2_SUPER_MAGIC = 0xfe534d42L;

    // capabilities

    /** Value 9, {@code <linux/capability.h>}; capabilities(7); Linux 2.2. */
    public static final int CAP_LINUX_IMMUTABLE = 9;

    /** Value 28, {@code <linux/capability.h>}; capabilities(7); Linux 2.4. */
    public static final int CAP_LEASE = 28;

    // sysconf(3)

    /** Value 30, {@code <unistd.h>}; sysconf(3); glibc and musl agree; glibc 2.1. */
    public static final int SC_PAGESIZE = 30;

    private KernelAbi() {}
}
