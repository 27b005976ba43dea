// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.contender;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

/**
 * Touches the pages of whatever files a peer has mapped, so that it does not pay for their first touch while it is measured, as
 * the
 * engine does not.
 */
public final class MappedPages {

    /** {@code <asm-generic/mman-common.h>}; madvise(2), Linux 5.14. */
    private static final int MADV_POPULATE_WRITE = 23;
    private static final int RADIX = 16;
    private static final MethodHandle MADVISE = madvise();

    private MappedPages() {
    }

    /**
     * Makes the pages of all writable mappings of files below a directory present; their bytes stay.
     *
     * @return how many bytes that were
     */
    public static long populate(Path directory) throws IOException {
        long bytes = 0;
        String below = directory.toAbsolutePath().toString();
        for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
            if (line.contains(below) && line.contains(" rw-s ")) {
                String[] range = line.substring(0, line.indexOf(' ')).split("-", 2);
                long from = Long.parseUnsignedLong(range[0], RADIX);
                long lengthBytes = Long.parseUnsignedLong(range[1], RADIX) - from;
                // A mapping that reaches beyond its file's end cannot be populated as a whole; nothing is lost by trying.
                if (advise(from, lengthBytes) == 0) {
                    bytes += lengthBytes;
                }
            }
        }
        return bytes;
    }

    private static int advise(long address, long lengthBytes) {
        try {
            return (int) MADVISE.invokeExact(MemorySegment.ofAddress(address), lengthBytes, MADV_POPULATE_WRITE);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle madvise() {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow("madvise"),
                FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    }
}
