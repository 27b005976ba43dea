// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import picocli.CommandLine.Model.CommandSpec;

/** A file that is named on the command line and read from, or standard input. */
final class InputFile {
    /** The name of standard input, and of standard output. */
    static final String STANDARD_INPUT = "-";

    private InputFile() {
    }

    static ReadableByteChannel open(CommandSpec spec, String file) throws IOException {
        if (file.equals(STANDARD_INPUT)) {
            return Streams.of(spec).in();
        }
        Path path = Path.of(file);
        if (Files.isDirectory(path)) {
            throw new UnknownNameException(spec, file + " is a directory; name a file");
        }
        return FileChannel.open(path, StandardOpenOption.READ);
    }
}
