// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Small files that the kernel writes when they are read. In one read: a number under /proc/sys answers only the first one, so
 * that Files.readString, which begins with a single byte, gets "4" of "45".
 */
final class KernelText {
    private static final int LONGEST_BYTES = 4096;

    private KernelText() {}

    /** The text without the white space around it; empty where the file cannot be read. */
    static Optional<String> read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return Optional.of(new String(in.readNBytes(LONGEST_BYTES), StandardCharsets.US_ASCII).trim());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The number in the text, decimal or with 0x; empty where there is none. */
    static Optional<Long> readNumber(Path file) {
        return read(file).flatMap(text -> {
            try {
                return Optional.of(Long.decode(text));
            } catch (NumberFormatException e) {
                return Optional.empty();
            }
        });
    }
}
