// SPDX-License-Identifier: Apache-2.0
package org.selkie.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How much of this process's mappings of some files is dirty, as {@code /proc/self/smaps} says. */
public final class DirtyPages {

    private DirtyPages() {
    }

    /** The dirty bytes in mappings of files whose path begins with a directory's. */
    public static long bytesUnder(Path directory) {
        long kilobytes = 0;
        boolean inside = false;
        try {
            String prefix = directory.toRealPath().toString();
            for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
                String[] fields = line.split("\\s+", 6);
                if (fields[0].matches("[0-9a-f]+-[0-9a-f]+")) {
                    inside = fields.length > 5 && fields[5].startsWith(prefix);
                } else if (inside && (fields[0].equals("Shared_Dirty:") || fields[0].equals("Private_Dirty:"))) {
                    kilobytes += Long.parseLong(fields[1]);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return kilobytes << 10;
    }
}
