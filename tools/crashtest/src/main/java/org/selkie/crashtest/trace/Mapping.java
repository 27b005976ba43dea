// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.trace;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What is mapped at an address.
 *
 * @param name   the file's, or that of the kind of memory
 * @param memory the whole mapping; valid as long as it is mapped
 */
record Mapping(String name, MemorySegment memory) {

    private static final Path MAPPINGS = Path.of("/proc/self/maps");

    /** Looks an address up. Lines read {@code from-to rights offset device inode path}; proc(5). */
    static Mapping at(long address) {
        List<String> lines;
        try {
            lines = Files.readAllLines(MAPPINGS);
        } catch (IOException e) {
            throw new TraceException("read(" + MAPPINGS + ") failed; attach the memory to the recorder instead", e);
        }
        for (String line : lines) {
            String[] parts = line.split("\\s+", 6);
            int dash = parts[0].indexOf('-');
            long start = Long.parseUnsignedLong(parts[0], 0, dash, 16);
            long end = Long.parseUnsignedLong(parts[0], dash + 1, parts[0].length(), 16);
            if (address >= start && address < end) {
                String path = parts.length < 6 ? "" : parts[5].replace(" (deleted)", "");
                String name = path.isEmpty() ? "memory at 0x" + Long.toHexString(start)
                        : path.substring(path.lastIndexOf('/') + 1);
                return new Mapping(name, segment(start, end - start));
            }
        }
        throw new TraceException("nothing is mapped at 0x" + Long.toHexString(address)
                + "; attach the memory to the recorder before storing into it");
    }

    @SuppressWarnings("restricted")
    private static MemorySegment segment(long address, long lengthBytes) {
        return MemorySegment.ofAddress(address).reinterpret(lengthBytes);
    }
}
