// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Assumptions;

/** A file system of a test's own, mounted in its temporary directory; skips the test where that is not allowed. */
public final class Mount implements AutoCloseable {
    private static final long MEBI = 1L << 20;

    private final Path directory;

    private Mount(Path directory) {
        this.directory = directory;
    }

    /** An ext4 on a loop device. */
    public static Mount ext4(Path temporary) {
        Command.require("mkfs.ext4", "e2fsprogs");
        return onLoop(temporary, "ext4", 64 * MEBI, "mkfs.ext4", "-q", "-F");
    }

    /** An xfs with reflinks on a loop device. */
    public static Mount xfs(Path temporary) {
        Command.require("mkfs.xfs", "xfsprogs");
        return onLoop(temporary, "xfs", 320 * MEBI, "mkfs.xfs", "-q", "-m", "reflink=1");
    }

    /** A btrfs on a loop device. */
    public static Mount btrfs(Path temporary) {
        Command.require("mkfs.btrfs", "btrfs-progs");
        return onLoop(temporary, "btrfs", 256 * MEBI, "mkfs.btrfs", "-q");
    }

    /** A tmpfs of a size. */
    public static Mount tmpfs(Path temporary, long sizeBytes, String... moreOptions) {
        String options = "size=" + sizeBytes;
        for (String option : moreOptions) {
            options += "," + option;
        }
        return mount(temporary, "tmpfs", "mount", "-t", "tmpfs", "-o", options, "tmpfs");
    }

    /** A hugetlbfs with pages of 2 MiB, of which the machine may have none. */
    public static Mount hugetlbfs(Path temporary) {
        return mount(temporary, "hugetlbfs", "mount", "-t", "hugetlbfs", "-o", "pagesize=2M", "hugetlbfs");
    }

    /** An overlay of the directories lower, upper and work, on the directory merged beside them. */
    public static Mount overlay(Path base, String option) {
        String options = "lowerdir=" + base.resolve("lower") + ",upperdir=" + base.resolve("upper") + ",workdir="
                + base.resolve("work") + "," + option;
        return mountOn(base.resolve("merged"), "mount", "-t", "overlay", "-o", options, "overlay");
    }

    private static Mount onLoop(Path temporary, String type, long sizeBytes, String... make) {
        Path image = temporary.resolve(type + ".img");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(sizeBytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String[] command = Arrays.copyOf(make, make.length + 1);
        command[make.length] = image.toString();
        Command.check(command);
        return mount(temporary, type, "mount", "-t", type, "-o", "loop", image.toString());
    }

    private static Mount mount(Path temporary, String name, String... command) {
        try {
            return mountOn(Files.createDirectory(temporary.resolve(name)), command);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Mount mountOn(Path directory, String... command) {
        String[] whole = Arrays.copyOf(command, command.length + 1);
        whole[command.length] = directory.toString();
        Command.Outcome outcome = Command.run(whole);
        Assumptions.assumeTrue(
                outcome.status() == 0,
                () -> "skipped: mounting needs root and the file system in the kernel: " + outcome.output());
        return new Mount(directory);
    }

    /** Where it is mounted. */
    public Path directory() {
        return directory;
    }

    /** Mounts it again with other options. */
    public void remount(String options) {
        Command.check("mount", "-o", "remount," + options, directory.toString());
    }

    @Override
    public void close() {
        Command.Outcome outcome = Command.run("umount", directory.toString());
        if (outcome.status() != 0) {
            // Something still has a file open after a failure; the mount goes when that ends.
            Command.check("umount", "-l", directory.toString());
        }
    }
}
