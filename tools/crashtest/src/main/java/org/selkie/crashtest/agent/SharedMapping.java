// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A shared, writable mapping of a file in this process.
 *
 * @param from the address of its first byte
 * @param to   the address behind its last one
 * @param file the path, as the kernel tells it
 */
public record SharedMapping(long from, long to, String file) {

    private static final Path MAPS = Path.of("/proc/self/maps");

    /** Those of now, from lines such as {@code 7f0c-7f1c rw-s 00000000 08:01 123 /a/file}; none where there is no such list. */
    public static List<SharedMapping> all() {
        List<SharedMapping> found = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(MAPS)) {
                String[] words = line.split(" +", 6);
                if (words.length == 6 && words[1].equals("rw-s")) {
                    String[] range = words[0].split("-", 2);
                    found.add(new SharedMapping(Long.parseUnsignedLong(range[0], 16), Long.parseUnsignedLong(range[1], 16),
                            words[5]));
                }
            }
        } catch (IOException e) {
            return List.of();
        }
        return found;
    }

    /** Whether an address lies in it. */
    public boolean holds(long address) {
        return address >= from && address < to;
    }
}
