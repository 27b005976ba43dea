// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

final class FiemapTest {
    private static final int CREATE = KernelAbi.O_RDWR | KernelAbi.O_CREAT | KernelAbi.O_EXCL;

    @TempDir
    private Path temporary;

    @Test
    void aMapOfMoreRunsThanOneCallReturnsIsReadWhole() {
        int runs = 600;
        long block = 4096;
        try (Mount mount = Mount.ext4(temporary);
                FileHandle handle = FileHandle.open(mount.directory().resolve("holes"), CREATE)) {
            for (int i = 0; i < runs; i++) {
                handle.writeZeros(2L * i * block, block);
            }
            handle.truncate(2L * runs * block);
            List<Fiemap.Run> map = Fiemap.read(handle, 2L * runs * block, true).orElseThrow();
            assertEquals(runs, map.size());
            for (int i = 0; i < runs; i++) {
                assertEquals(2L * i * block, map.get(i).logicalBytes());
                assertEquals(block, map.get(i).lengthBytes());
            }
            assertTrue((map.getLast().flags() & KernelAbi.FIEMAP_EXTENT_LAST) != 0);
        }
    }

    @Test
    void anEmptyFileHasAnEmptyMap() {
        try (Mount mount = Mount.ext4(temporary);
                FileHandle handle = FileHandle.open(mount.directory().resolve("empty"), CREATE)) {
            assertEquals(List.of(), Fiemap.read(handle, 1 << 20, true).orElseThrow());
        }
    }

    @Test
    void tmpfsAndMemfdHaveNoMap() {
        try (Mount mount = Mount.tmpfs(temporary, 1 << 20);
                FileHandle file = FileHandle.open(mount.directory().resolve("file"), CREATE);
                FileHandle memfd = FileHandle.memfd("none", 0)) {
            assertTrue(Fiemap.read(file, 4096, true).isEmpty());
            assertTrue(Fiemap.read(memfd, 4096, true).isEmpty());
        }
    }
}
