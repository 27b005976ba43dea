// SPDX-License-Identifier: Apache-2.0
package org.selkie.extent;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.selkie.os.FileHandle;
import org.selkie.os.MountPoint;

/** What a mount takes back from what its file system promises, and on whom else the promise rests. */
final class MountPromise {
    private static final String OVERLAY = "overlay";
    private static final String UPPER = "upperdir=";
    private static final Set<String> MEMORY = Set.of("tmpfs", "ramfs", "devtmpfs", "hugetlbfs");
    private static final Set<String> SERVED = Set.of("nfs", "nfs4", "cifs", "smb", "smb3", "smbfs", "9p", "ceph", "lustre",
            "beegfs", "orangefs", "gpfs", "afs", "vboxsf", "vmhgfs", "prl_fs");
    /** The kernel stacks overlays two deep. */
    private static final int DEEPEST = 4;

    private MountPromise() {}

    /** The mount of an open file; where /proc does not tell, what the file itself says about its file system. */
    static MountPoint mountOf(FileHandle handle, Path existing) {
        return MountPoint.of(existing).orElseGet(() -> new MountPoint(
                existing.toAbsolutePath(), handle.fileSystem().name(), "an unknown source", Set.of()));
    }

    /** Why nothing on the mount survives a loss of power, whatever is synced. */
    static Optional<String> broken(MountPoint mount) {
        return broken(mount, MountPoint::of, DEEPEST);
    }

    /** As {@link #broken(MountPoint)}, for mounts that are found in another way. */
    static Optional<String> broken(MountPoint mount, Function<Path, Optional<MountPoint>> mounts) {
        return broken(mount, mounts, DEEPEST);
    }

    private static Optional<String> broken(MountPoint mount, Function<Path, Optional<MountPoint>> mounts, int depth) {
        if (!isOverlay(mount) || depth == 0) {
            return Optional.empty();
        }
        // "volatile" since Linux 5.10; newer kernels print it as a value of fsync=.
        if (mount.options().contains("volatile") || mount.options().contains("fsync=volatile")) {
            return Optional.of("the overlay on " + mount.directory() + " is mounted volatile, which ignores every sync; "
                    + "mount it without, or use a volume");
        }
        Optional<MountPoint> upper = upper(mount, mounts);
        if (upper.isPresent() && MEMORY.contains(upper.get().fileSystem())) {
            return Optional.of("the overlay on " + mount.directory() + " has its upper layer on " + upper.get().fileSystem()
                    + " (" + upper.get().directory() + "), which is gone with the power; use a volume on a disk");
        }
        return upper.flatMap(below -> broken(below, mounts, depth - 1));
    }

    /** On whose word durability rests besides this kernel's and its devices'; empty where on nobody's. */
    static Optional<String> restsOn(MountPoint mount) {
        return restsOn(mount, MountPoint::of, DEEPEST);
    }

    /** As {@link #restsOn(MountPoint)}, for mounts that are found in another way. */
    static Optional<String> restsOn(MountPoint mount, Function<Path, Optional<MountPoint>> mounts) {
        return restsOn(mount, mounts, DEEPEST);
    }

    private static Optional<String> restsOn(MountPoint mount, Function<Path, Optional<MountPoint>> mounts, int depth) {
        String type = mount.fileSystem();
        if (SERVED.contains(type)) {
            return Optional.of("the " + type + " server of " + mount.source()
                    + ", which must have on its disk what it confirms");
        }
        if (type.startsWith("fuse") || type.equals("virtiofs")) {
            return Optional.of("the daemon of " + mount.source() + " (" + type
                    + "), which must sync when it is told to: for one that cannot, every sync succeeds");
        }
        if (!isOverlay(mount) || depth == 0) {
            return Optional.empty();
        }
        Optional<MountPoint> upper = upper(mount, mounts);
        return upper.isPresent() ? restsOn(upper.get(), mounts, depth - 1)
                : Optional.of("the upper layer of the overlay on " + mount.directory() + ", which cannot be seen from here");
    }

    private static boolean isOverlay(MountPoint mount) {
        return mount.fileSystem().startsWith(OVERLAY);
    }

    /** Where the upper layer lies. Empty where its path means nothing here: a container does not see it. */
    private static Optional<MountPoint> upper(MountPoint overlay, Function<Path, Optional<MountPoint>> mounts) {
        return overlay.options().stream()
                .filter(option -> option.startsWith(UPPER + "/"))
                .findFirst()
                .flatMap(option -> mounts.apply(Path.of(option.substring(UPPER.length()))));
    }

    /** What weakens the promise, unless the hardware makes up for it. */
    static Optional<String> caveat(MountPoint mount) {
        boolean noBarrier = mount.options().contains("nobarrier") || mount.options().contains("barrier=0");
        return noBarrier
                ? Optional.of(mount.directory() + " is mounted without barriers: a loss of power loses what the drive "
                        + "has in its cache, unless a battery keeps it; mount it with barriers")
                : Optional.empty();
    }
}
