// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Directories in memory, where there are such; a pool there needs {@code --durability process-crash}. */
final class Places {
    private static final Path TMPFS = Path.of(System.getProperty("selkie.test.tmpfs", "/dev/shm"));

    private Places() {
    }

    /** A new directory on tmpfs, or beside the other temporary files where there is none. */
    static Path fast() throws IOException {
        return Files.isWritable(TMPFS) ? Files.createTempDirectory(TMPFS, "selkie-cli-test-")
            : Files.createTempDirectory("selkie-cli-test-");
    }

    /** The names of what is in a directory. */
    static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    static void remove(Path directory) throws IOException {
        List<Path> inside;
        try (Stream<Path> files = Files.walk(directory)) {
            inside = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : inside) {
            Files.deleteIfExists(file);
        }
    }
}
