// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/** Copies the files of a pool that nobody writes. */
final class PoolCopy {
    private static final String LOCK_FILE = "pool.lock";

    private PoolCopy() {
    }

    /**
     * Copies a pool to a directory that is not there yet, durably. Where the file system can share blocks between files, it does.
     *
     * @throws CommandFailedException if the pool is being written, or something is at the other path
     */
    static void copy(Path pool, Path to) throws IOException {
        if (Files.exists(to)) {
            throw new CommandFailedException(to + " is there already: perhaps the pool as it was before an earlier repair; move "
                + "it away, or name another directory with --save");
        }
        try (FileChannel lockFile = FileChannel.open(pool.resolve(LOCK_FILE), StandardOpenOption.WRITE,
                StandardOpenOption.CREATE)) {
            FileLock lock = lockFile.tryLock();
            if (lock == null) {
                throw new CommandFailedException("pool " + pool + " is open for writing; close it there, then repair it");
            }
            Files.createDirectory(to, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            for (Path file : files(pool)) {
                Path copy = to.resolve(file.getFileName());
                Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
                force(copy);
            }
            force(to);
        }
    }

    private static List<Path> files(Path pool) throws IOException {
        try (Stream<Path> files = Files.list(pool)) {
            return files.filter(Files::isRegularFile).filter(file -> !file.endsWith(LOCK_FILE)).sorted().toList();
        }
    }

    private static void force(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
