// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.contender;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.selkie.PoolOptions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class DevicePartsTest {

    private static final Path DEVICE = Path.of("/dev/dax0.0");
    private static final long MEBI = 1L << 20;

    @Test
    void partsLieBehindEachOtherFromTheEndAndOnTheAlignment() {
        long device = 1023 * MEBI;
        long first = DeviceParts.offset(device, 2 * MEBI, 0, 66 * MEBI, DEVICE);
        assertEquals((1022 - 66) * MEBI, first);
        long second = DeviceParts.offset(device, 2 * MEBI, 66 * MEBI, 66 * MEBI, DEVICE);
        assertEquals(first, second + 66 * MEBI);
        assertEquals(0, second % (2 * MEBI));
    }

    @Test
    void aDeviceThatIsTooSmallIsRefusedWithWhatItWouldTake() {
        var refused = assertThrows(IllegalArgumentException.class,
                () -> DeviceParts.offset(128 * MEBI, 2 * MEBI, 66 * MEBI, 66 * MEBI, DEVICE));
        assertTrue(refused.getMessage().contains("/dev/dax0.0") && refused.getMessage().contains("larger"),
                refused.getMessage());
    }

    @Test
    void aFileIsNoDevice(@TempDir Path directory) {
        var refused = assertThrows(IllegalArgumentException.class,
                () -> DeviceParts.forPool(directory, PoolOptions.defaults()));
        assertTrue(refused.getMessage().contains("no device-dax"), refused.getMessage());
    }
}
