// SPDX-License-Identifier: Apache-2.0
package org.selkie;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.testing.Pools;
import org.selkie.testing.Scratch;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Whose a slice is. The headers are those of files, which are the same; a device is at hand on few machines. */
final class DeviceMediumTest {

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    @Test
    void aSliceIsThePoolsIfEitherCopyOfItsHeaderSaysSoDamagedOrNot() throws IOException {
        Path one = pool();
        Path other = pool();
        byte[] header = Files.readAllBytes(one.resolve("pool.selkie"));
        byte[] own = slots(one);
        assertTrue(DeviceMedium.carries(own, header));
        assertFalse(DeviceMedium.carries(slots(other), header));
        assertFalse(DeviceMedium.carries(new byte[own.length], header));
        byte[] garbage = new byte[own.length];
        Arrays.fill(garbage, (byte) 0x5a);
        assertFalse(DeviceMedium.carries(garbage, header));
        byte[] damaged = own.clone();
        Arrays.fill(damaged, 40, 512, (byte) 1);
        Arrays.fill(damaged, 512 + 40, 1024, (byte) 1);
        assertTrue(DeviceMedium.carries(damaged, header));
        Arrays.fill(damaged, 0, 512, (byte) 1);
        assertTrue(DeviceMedium.carries(damaged, header));
    }

    private Path pool() {
        Path directory = scratch.path("pool");
        try (Pool pool = Pools.open(directory)) {
            pool.log("x").append(new byte[1]);
        }
        return directory;
    }

    private static byte[] slots(Path directory) throws IOException {
        return Arrays.copyOf(Files.readAllBytes(directory.resolve("extent-00000001.selkie")), 4096);
    }
}
