// SPDX-License-Identifier: Apache-2.0
package org.selkie.extent;

import java.util.Optional;
import java.util.Set;
import org.selkie.fault.MediumRefusedException;
import org.selkie.fault.SystemCallException;
import org.selkie.os.DaxDevice;
import org.selkie.os.Errno;
import org.selkie.os.FileHandle;
import org.selkie.os.FileStatus;
import org.selkie.os.FileSystem;
import org.selkie.os.KernelAbi;
import org.selkie.os.Linux;
import org.selkie.os.Mapping;

/** Finds out what lies under an open handle. Asks the kernel for MAP_SYNC rather than guessing from the mount. */
final class MediumProbe {
    /** These write a block to another place each time: a fingerprint of theirs drifts with every store. */
    private static final Set<Long> MOVES_BLOCKS = Set.of(
            KernelAbi.BTRFS_SUPER_MAGIC,
            KernelAbi.BCACHEFS_SUPER_MAGIC,
            KernelAbi.ZFS_SUPER_MAGIC,
            KernelAbi.F2FS_SUPER_MAGIC,
            KernelAbi.NILFS_SUPER_MAGIC);

    /** The first kernel with MAP_SHARED_VALIDATE; earlier ones answer EINVAL to it. */
    private static final int VALIDATE_MAJOR = 4;

    private static final int VALIDATE_MINOR = 15;

    private MediumProbe() {}

    /**
     * What a try of MAP_SYNC gave.
     *
     * @param medium what the file is
     * @param mapSyncErrno 0 where MAP_SYNC was taken, else why not
     */
    record Result(Medium medium, int mapSyncErrno) {}

    /** The flags of a mapping without extensions: validated where the kernel can. */
    static int plainFlags() {
        return Linux.isAtLeast(VALIDATE_MAJOR, VALIDATE_MINOR) ? KernelAbi.MAP_SHARED_VALIDATE : KernelAbi.MAP_SHARED;
    }

    /** Classifies an open file; refuses what cannot carry an extent. */
    static Result classify(FileHandle handle, boolean writable) {
        FileStatus status = handle.status();
        requireFile(handle.name(), status);
        FileSystem fileSystem = handle.fileSystem();
        refusal(fileSystem).ifPresent(reason -> {
            throw new MediumRefusedException(handle.name() + " is refused: " + reason);
        });
        if (fileSystem.type() == KernelAbi.HUGETLBFS_MAGIC) {
            return new Result(Medium.HUGETLBFS, Errno.EOPNOTSUPP);
        }
        int flags = KernelAbi.MAP_SHARED_VALIDATE | KernelAbi.MAP_SYNC;
        int errno = Mapping.tryMap(handle, Linux.pageSizeBytes(), writable, flags);
        if (errno == 0) {
            return new Result(Medium.FS_DAX, 0);
        }
        // Any other error is a fault of the configuration, and a silent fallback would hide it.
        boolean unknownToOldKernel = errno == Errno.EINVAL && !Linux.isAtLeast(VALIDATE_MAJOR, VALIDATE_MINOR);
        if (errno != Errno.EOPNOTSUPP && !unknownToOldKernel) {
            throw mapSyncFailed(handle, errno);
        }
        if (fileSystem.type() == KernelAbi.TMPFS_MAGIC || fileSystem.type() == KernelAbi.RAMFS_MAGIC) {
            return new Result(Medium.TMPFS, errno);
        }
        return new Result(status.isDax() ? Medium.FS_DAX_ASYNC : Medium.PAGE_CACHE, errno);
    }

    private static SystemCallException mapSyncFailed(FileHandle handle, int errno) {
        return new SystemCallException(
                "mmap",
                "fd=" + handle.name() + ", flags=MAP_SHARED_VALIDATE|MAP_SYNC",
                errno,
                Errno.name(errno),
                "a mapping of the file is refused altogether: see its permissions, its seals and its mount");
    }

    /** Refuses what is no ordinary file, and says what it is. */
    static void requireFile(String name, FileStatus status) {
        if (status.isRegularFile()) {
            return;
        }
        String what = "neither a file nor a device";
        if (status.isSymbolicLink()) {
            what = "a symbolic link, which is not followed; name the file itself";
        } else if (status.isDirectory()) {
            what = "a directory; name a file in it";
        } else if (status.isCharacterDevice()) {
            what = "a device; only device-dax is mapped, by its own call";
        }
        throw new MediumRefusedException(name + " is refused: it is " + what);
    }

    /** Why extents cannot live on a file system. */
    static Optional<String> refusal(FileSystem fileSystem) {
        return MOVES_BLOCKS.contains(fileSystem.type())
                ? Optional.of(fileSystem.name() + " moves a block at every store, so its block map cannot be sealed; "
                        + "use ext4, xfs or tmpfs")
                : Optional.empty();
    }

    /** The device-dax behind a device file. */
    static DaxDevice requireDevice(String name, FileStatus status) {
        return requireDevice(name, status, DeviceAccess.KERNEL);
    }

    static DaxDevice requireDevice(String name, FileStatus status, DeviceAccess access) {
        if (status.isSymbolicLink()) {
            requireFile(name, status);
        }
        return access.find(status)
                .orElseThrow(() -> new MediumRefusedException(name
                        + " is refused: it is no device-dax; make one with ndctl create-namespace -m devdax"));
    }

    static Medium mediumOf(DaxDevice device) {
        return device.persistent() ? Medium.DEVICE_DAX : Medium.DEVICE_DAX_VOLATILE;
    }
}
