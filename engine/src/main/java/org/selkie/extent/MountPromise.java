// SPDX-License-Identifier: Apache-2.0
package org.selkie.extent;

import java.nio.file.Path;
import java.util.Optional;
import org.selkie.os.MountPoint;

/** What the options of a mount take back from what its file system promises. */
final class MountPromise {
    private MountPromise() {}

    /** Why nothing on the mount survives a loss of power, whatever is synced. */
    static Optional<String> broken(Path existing) {
        return MountPoint.of(existing).flatMap(MountPromise::broken);
    }

    static Optional<String> broken(MountPoint mount) {
        // "volatile" since Linux 5.10; newer kernels print it as a value of fsync=.
        boolean ignoresSync = mount.options().contains("volatile") || mount.options().contains("fsync=volatile");
        return "overlay".equals(mount.fileSystem()) && ignoresSync
                ? Optional.of("the overlay on " + mount.directory() + " is mounted volatile, which ignores every sync; "
                        + "mount it without, or use a volume")
                : Optional.empty();
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
