// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.fault.PoolFullException;
import org.selkie.os.Mount;
import org.selkie.persist.Durability;
import org.selkie.testing.Pools;
import org.selkie.testing.Pools.Entry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A file system without room refuses the write that needs it, loses nothing, and takes writes again when there is room. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class FullDiskTest {

    private static final long EXTENT_BYTES = 8 << 20;

    @TempDir
    private Path temporary;

    @ParameterizedTest
    @ValueSource(strings = {"tmpfs", "ext4"})
    void aFullFileSystemRefusesWritesUntilATrimMakesRoom(String type) {
        try (Mount mount = type.equals("tmpfs") ? Mount.tmpfs(temporary, 6 * EXTENT_BYTES) : Mount.ext4(temporary)) {
            Path directory = mount.directory().resolve("pool");
            PoolOptions options = PoolOptions.defaults().withExtentBytes(EXTENT_BYTES)
                    .withDurability(type.equals("tmpfs") ? Durability.PROCESS_CRASH : Durability.POWER_FAILURE);
            List<Entry> entries = new ArrayList<>();
            try (Pool pool = Pool.open(directory, options)) {
                Log log = pool.log("x");
                fill(log, entries);
                for (int round = 0; round < 3; round++) {
                    assertEquals(entries, Pools.entries(log));
                    log.trim(entries.get(entries.size() / 2).position());
                    entries.subList(0, entries.size() / 2).clear();
                    int before = entries.size();
                    fill(log, entries);
                    assertTrue(entries.size() > before, "the trim made no room");
                }
            }
            try (Pool pool = Pool.open(directory, options.withRecoveryMode(RecoveryMode.STRICT))) {
                assertEquals(entries, Pools.entries(pool.log("x")));
            }
        }
    }

    private static void fill(Log log, List<Entry> entries) {
        PoolFullException full = assertThrows(PoolFullException.class, () -> {
            while (true) {
                byte[] payload = Pools.payload(entries.size(), 1_000_000);
                entries.add(new Entry(log.append(payload), payload));
            }
        });
        assertTrue(full.getMessage().contains("full"), full::getMessage);
    }

    @Test
    void aPoolThatFindsNoRoomAtAllLeavesNothingBehind() {
        try (Mount mount = Mount.tmpfs(temporary, EXTENT_BYTES / 2)) {
            Path directory = mount.directory().resolve("pool");
            PoolOptions options = PoolOptions.defaults().withDurability(Durability.PROCESS_CRASH);
            assertThrows(PoolFullException.class, () -> Pool.open(directory, options.withExtentBytes(EXTENT_BYTES)));
            assertTrue(Files.notExists(directory));
            try (Pool pool = Pool.open(directory, options.withExtentBytes(1 << 16))) {
                pool.log("x").append(new byte[10]);
            }
        }
    }
}
