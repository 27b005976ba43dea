// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.function.BooleanSupplier;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Where a command's bytes come from and go to; lines for people go through picocli's writers.
 *
 * @param in         standard input
 * @param out        standard output, unbuffered
 * @param readerGone whether nobody reads standard output any more
 */
record Streams(ReadableByteChannel in, WritableByteChannel out, BooleanSupplier readerGone) {

    /** Those of this process. */
    static Streams standard() {
        return new Streams(new FileInputStream(FileDescriptor.in).getChannel(),
            new FileOutputStream(FileDescriptor.out).getChannel(), StandardOutput::readerIsGone);
    }

    /** Those that the command was made with. */
    static Streams of(CommandSpec spec) {
        return ((SelkieCommand) spec.root().userObject()).streams();
    }
}
