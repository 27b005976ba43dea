// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.junit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file that exists as a mapping alone: force() works on it, and nothing is left behind. */
final class MappedFile {

    /** Where msync costs little; elsewhere it works too. */
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    private MappedFile() {
    }

    static MemorySegment ofZeroes(long lengthBytes) {
        try {
            Path file = Files.isWritable(SHARED_MEMORY) ? Files.createTempFile(SHARED_MEMORY, "crashtest-", ".mapped")
                    : Files.createTempFile("crashtest-", ".mapped");
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE,
                    StandardOpenOption.DELETE_ON_CLOSE)) {
                return channel.map(FileChannel.MapMode.READ_WRITE, 0, lengthBytes, Arena.ofAuto());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("no file of " + lengthBytes + " bytes can be mapped", e);
        }
    }
}
