// SPDX-License-Identifier: Apache-2.0
package org.selkie.seal;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.selkie.fault.MediumRefusedException;
import org.selkie.os.Command;
import org.selkie.os.FileHandle;
import org.selkie.os.KernelAbi;
import org.selkie.os.Mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The seal that the 2017 thread ends on: set, clear and get on a handle, without a mapping. */
final class BlockMapSealTest {
    private static final int CREATE = KernelAbi.O_RDWR | KernelAbi.O_CREAT | KernelAbi.O_EXCL;
    private static final long LENGTH = 64 << 10;

    @TempDir
    private Path temporary;

    private FileHandle written(Path file) {
        FileHandle handle = FileHandle.open(file, CREATE);
        handle.writeZeros(0, LENGTH);
        handle.sync();
        return handle;
    }

    @Test
    void itBelongsToTheInodeAndIsIdempotent() {
        Path file = temporary.resolve("file");
        try (FileHandle one = written(file);
                FileHandle other = FileHandle.open(file, KernelAbi.O_RDONLY)) {
            assertEquals(Optional.empty(), BlockMapSeal.get(one));
            assertTrue(BlockMapSeal.set(one));
            assertFalse(BlockMapSeal.set(other), "it was set already");
            assertTrue(BlockMapSeal.get(other).orElseThrow().isIntact());
            assertFalse(BlockMapSeal.get(other).orElseThrow().enforced());
            assertTrue(BlockMapSeal.clear(other));
            assertFalse(BlockMapSeal.clear(one), "it was cleared already");
            assertEquals(Optional.empty(), BlockMapSeal.get(one));
        }
    }

    @Test
    void itOutlivesTheHandleThatSetItAndNotTheInode() {
        Path file = temporary.resolve("file");
        try (FileHandle handle = written(file)) {
            assertTrue(BlockMapSeal.set(handle));
        }
        try (FileHandle handle = FileHandle.open(file, KernelAbi.O_RDONLY)) {
            assertTrue(BlockMapSeal.get(handle).isPresent());
        }
        FileHandle.unlink(file);
        try (FileHandle handle = written(file)) {
            assertEquals(Optional.empty(), BlockMapSeal.get(handle), "a new file of the same name is another one");
        }
    }

    @Test
    void overwritingInPlaceIsNoDriftAndTruncatingIs() {
        try (FileHandle handle = written(temporary.resolve("file"))) {
            BlockMapSeal.set(handle);
            handle.write(100, new byte[5000]);
            assertTrue(BlockMapSeal.get(handle).orElseThrow().isIntact());
            handle.truncate(4096);
            assertEquals(
                    Optional.of("its size was 65536 and is 4096"),
                    BlockMapSeal.get(handle).orElseThrow().drift());
            BlockMapSeal.clear(handle);
        }
    }

    @Test
    void aReflinkedFileCanHaveItAndACopiedBlockIsReported() {
        try (Mount mount = Mount.xfs(temporary);
                FileHandle handle = written(mount.directory().resolve("original"))) {
            Command.check("cp", "--reflink=always", handle.name(), handle.name() + ".clone");
            assertTrue(BlockMapSeal.set(handle));
            assertTrue(BlockMapSeal.get(handle).orElseThrow().isIntact());
            handle.write(4096, new byte[4096]);
            handle.sync();
            BlockMapSeal.Status status = BlockMapSeal.get(handle).orElseThrow();
            assertFalse(status.isIntact());
            assertTrue(status.drift().orElse("").contains("shared with another file"), status::toString);
            BlockMapSeal.clear(handle);
        }
    }

    @Test
    void aSparseFileIsRefused() {
        try (FileHandle handle = FileHandle.open(temporary.resolve("sparse"), CREATE)) {
            handle.truncate(LENGTH);
            MediumRefusedException e = assertThrows(MediumRefusedException.class, () -> BlockMapSeal.set(handle));
            assertTrue(e.getMessage().contains("it is sparse"), e.getMessage());
            assertEquals(Optional.empty(), BlockMapSeal.get(handle));
        }
    }
}
