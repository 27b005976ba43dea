// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** A file that gets its name when it is whole and on its medium; readable by its owner alone, as a pool is. */
final class OutputFile implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 18;

    private final Path file;
    private final Path unfinished;
    private final FileChannel channel;
    private final OutputStream stream;

    private OutputFile(Path file, Path unfinished, FileChannel channel) {
        this.file = file;
        this.unfinished = unfinished;
        this.channel = channel;
        this.stream = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES);
    }

    /** Begins a file beside the one that it will replace. */
    static OutputFile create(Path file) throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            // A device or a pipe stays what it is.
            return new OutputFile(file, file, FileChannel.open(file, StandardOpenOption.WRITE));
        }
        Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished-" + ProcessHandle.current().pid());
        FileChannel channel = FileChannel.open(unfinished, Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return new OutputFile(file, unfinished, channel);
    }

    OutputStream stream() {
        return stream;
    }

    /** Gives the file its name. */
    void commit() throws IOException {
        stream.flush();
        if (unfinished.equals(file)) {
            return;
        }
        channel.force(true);
        channel.close();
        try {
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Removes it if it was not committed. */
    @Override
    public void close() throws IOException {
        channel.close();
        if (!unfinished.equals(file)) {
            Files.deleteIfExists(unfinished);
        }
    }
}
