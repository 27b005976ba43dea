// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Where a file system is mounted and how, from {@code /proc/self/mountinfo}; proc_pid_mountinfo(5).
 *
 * @param directory where it is mounted
 * @param fileSystem its type
 * @param source the device or its substitute
 * @param options the options of the mount and of the file system
 */
public record MountPoint(Path directory, String fileSystem, String source, Set<String> options) {
    private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
    private static final int DIRECTORY = 4;
    private static final int MOUNT_OPTIONS = 5;

    /**
     * The mount that holds a path.
     *
     * @param path an existing file or directory
     * @return empty where /proc does not say
     */
    public static Optional<MountPoint> of(Path path) {
        try {
            Path real = path.toRealPath();
            MountPoint found = null;
            // Later lines cover earlier ones, and a longer directory lies inside a shorter one.
            for (String line : Files.readAllLines(MOUNTS)) {
                MountPoint mount = parse(line);
                if (real.startsWith(mount.directory)
                        && (found == null || mount.directory.getNameCount() >= found.directory.getNameCount())) {
                    found = mount;
                }
            }
            return Optional.ofNullable(found);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * "36 35 98:0 /root /mnt rw,noatime master:1 - ext4 /dev/pmem0 rw,dax=always"; spaces in names are written \040.
     */
    static MountPoint parse(String line) {
        String[] halves = line.split(" - ", 2);
        String[] fields = halves[0].split(" ", -1);
        String[] after = halves[1].split(" ", -1);
        Set<String> options = new HashSet<>(Arrays.asList(fields[MOUNT_OPTIONS].split(",", -1)));
        if (after.length > 2) {
            options.addAll(Arrays.asList(after[2].split(",", -1)));
        }
        return new MountPoint(Path.of(unescape(fields[DIRECTORY])), after[0], unescape(after[1]), Set.copyOf(options));
    }

    private static String unescape(String field) {
        return field.replace("\\040", " ").replace("\\011", "\t").replace("\\012", "\n").replace("\\134", "\\");
    }
}
