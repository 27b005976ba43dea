// SPDX-License-Identifier: Apache-2.0
package org.selkie.seal;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.selkie.extent.MappableDirectory;
import org.selkie.fault.ExtentBusyException;
import org.selkie.fault.MediumRefusedException;
import org.selkie.os.Command;
import org.selkie.os.FileHandle;
import org.selkie.os.KernelAbi;
import org.selkie.os.Lease;
import org.selkie.os.Mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The seal that the 2017 thread ends on: set, clear and get on a handle, without a mapping. */
final class BlockMapSealTest {
    private static final int CREATE = KernelAbi.O_RDWR | KernelAbi.O_CREAT | KernelAbi.O_EXCL;
    private static final long LENGTH = 64 << 10;

    @TempDir(factory = MappableDirectory.class)
    private Path temporary;

    private static FileHandle written(Path file) {
        FileHandle handle = FileHandle.open(file, CREATE);
        handle.writeZeros(0, LENGTH);
        handle.sync();
        return handle;
    }

    @Test
    void itBelongsToTheInodeAndIsIdempotent() {
        Path file = temporary.resolve("file");
        written(file).close();
        try (BlockMapSeal one = BlockMapSeal.on(file);
                BlockMapSeal other = BlockMapSeal.on(file)) {
            assertEquals(Optional.empty(), one.get());
            assertTrue(one.set());
            assertFalse(other.set(), "it was set already");
            assertTrue(other.get().orElseThrow().isIntact());
            assertFalse(other.get().orElseThrow().enforced());
            assertTrue(other.clear());
            assertFalse(one.clear(), "it was cleared already");
            assertEquals(Optional.empty(), one.get());
        }
    }

    @Test
    void itOutlivesTheHandleThatSetItAndNotTheInode() {
        Path file = temporary.resolve("file");
        written(file).close();
        try (BlockMapSeal seal = BlockMapSeal.on(file)) {
            assertTrue(seal.set());
        }
        try (BlockMapSeal seal = BlockMapSeal.on(file)) {
            assertTrue(seal.get().isPresent());
        }
        FileHandle.unlink(file);
        written(file).close();
        try (BlockMapSeal seal = BlockMapSeal.on(file)) {
            assertEquals(Optional.empty(), seal.get(), "a new file of the same name is another one");
        }
    }

    @Test
    void overwritingInPlaceIsNoDriftAndTruncatingIs() {
        Path file = temporary.resolve("file");
        try (FileHandle writer = written(file);
                BlockMapSeal seal = BlockMapSeal.on(file)) {
            seal.set();
            writer.write(100, new byte[5000]);
            assertTrue(seal.get().orElseThrow().isIntact());
            writer.truncate(4096);
            assertEquals(
                    Optional.of("its size was 65536 and is 4096"), seal.get().orElseThrow().drift());
            seal.clear();
        }
    }

    @Test
    void aReflinkedFileCanHaveItAndACopiedBlockIsReported() {
        try (Mount mount = Mount.xfs(temporary)) {
            Path file = mount.directory().resolve("original");
            try (FileHandle writer = written(file);
                    BlockMapSeal seal = BlockMapSeal.on(file)) {
                Command.check("cp", "--reflink=always", file.toString(), file + ".clone");
                assertTrue(seal.set());
                assertTrue(seal.get().orElseThrow().isIntact());
                writer.write(4096, new byte[4096]);
                writer.sync();
                BlockMapSeal.Status status = seal.get().orElseThrow();
                assertFalse(status.isIntact());
                assertTrue(status.drift().orElse("").contains("shared with another file"), status::toString);
                seal.clear();
            }
        }
    }

    @Test
    void aSparseFileAndWhatIsNoFileAreRefused() {
        Path file = temporary.resolve("sparse");
        try (FileHandle writer = FileHandle.open(file, CREATE);
                BlockMapSeal seal = BlockMapSeal.on(file)) {
            writer.truncate(LENGTH);
            MediumRefusedException e = assertThrows(MediumRefusedException.class, seal::set);
            assertTrue(e.getMessage().contains("it is sparse"), e.getMessage());
            assertEquals(Optional.empty(), seal.get());
        }
        assertThrows(MediumRefusedException.class, () -> BlockMapSeal.on(temporary).close());
    }

    @Test
    void aLeasedFileIsNotOpened() {
        Path file = temporary.resolve("file");
        try (FileHandle holder = written(file)) {
            assertEquals(0, Lease.tryTake(holder));
            assertThrows(ExtentBusyException.class, () -> BlockMapSeal.on(file).close());
            assertTrue(Lease.isHeld(holder));
            Lease.release(holder);
        }
    }
}
