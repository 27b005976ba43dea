// SPDX-License-Identifier: Apache-2.0
package org.selkie;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.log.Log;
import org.selkie.testing.Pools;
import org.selkie.testing.Scratch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What an extent costs at an opening does not grow with their number. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ManyExtentsTest {

    private static final int EXTENTS = 1500;
    /** A reading of the kernel's list of locks before every open would be 100 MB. */
    private static final long MOST_READ_BYTES = 20 << 20;

    @RegisterExtension
    private final Scratch scratch = Scratch.tmpfs();

    @Test
    void theListOfAllLocksIsNotReadForEveryExtent() throws IOException {
        Path directory = scratch.path("pool");
        try (Pool pool = Pools.open(directory)) {
            Log log = pool.log("x");
            while (log.statistics().extents() < EXTENTS) {
                log.append(new byte[Pools.MAX_PAYLOAD_BYTES]);
            }
        }
        for (PoolOptions options : new PoolOptions[] {Pools.small(), Pools.small().forReading()}) {
            long before = readBytes();
            try (Pool writer = Pools.open(directory); Pool pool = options.readOnly() ? Pool.open(directory, options) : writer) {
                long read = readBytes() - before;
                assertEquals(EXTENTS - 1, pool.recovery().records(), 1);
                assertTrue(read < MOST_READ_BYTES, () -> "the opening read " + read + " bytes, read-only: " + options.readOnly());
            }
        }
    }

    /** What this process has read by system calls. */
    private static long readBytes() throws IOException {
        String counted = Files.readAllLines(Path.of("/proc/self/io")).getFirst();
        assertTrue(counted.startsWith("rchar: "), counted);
        return Long.parseLong(counted.substring("rchar: ".length()));
    }
}
