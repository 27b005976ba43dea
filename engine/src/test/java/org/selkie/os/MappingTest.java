// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.selkie.fault.SystemCallException;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

final class MappingTest {
    private static final int CREATE = KernelAbi.O_RDWR | KernelAbi.O_CREAT | KernelAbi.O_EXCL;
    private static final int RESERVED_BIT = 0x200000;
    private static final int LENGTH_BYTES = 6 << 20;

    @TempDir
    private Path temporary;

    private FileHandle newFile() {
        FileHandle handle = FileHandle.open(temporary.resolve("file"), CREATE);
        handle.writeZeros(0, LENGTH_BYTES);
        return handle;
    }

    @Test
    void aReservedBitIsRefusedWhereTheOldTypeOfMappingTakesItSilently() {
        try (FileHandle handle = newFile()) {
            long page = Linux.pageSizeBytes();
            assertEquals(
                    Errno.EOPNOTSUPP,
                    Mapping.tryMap(handle, page, true, KernelAbi.MAP_SHARED_VALIDATE | RESERVED_BIT));
            // The control: without validation the same bit is ignored, so its success would prove nothing.
            assertEquals(0, Mapping.tryMap(handle, page, true, KernelAbi.MAP_SHARED | RESERVED_BIT));
        }
    }

    @Test
    void aRefusedMappingNamesItsFlags() {
        try (FileHandle handle = newFile()) {
            int flags = KernelAbi.MAP_SHARED_VALIDATE | KernelAbi.MAP_SYNC;
            SystemCallException e = assertThrows(
                    SystemCallException.class, () -> Mapping.map(handle, 0, LENGTH_BYTES, true, flags));
            assertTrue(
                    e.getMessage().startsWith("mmap(fd=" + handle + ", offset=0, length=" + LENGTH_BYTES
                            + ", protection=PROT_READ|PROT_WRITE, flags=MAP_SHARED_VALIDATE|MAP_SYNC) = EOPNOTSUPP; "),
                    e.getMessage());
        }
    }

    @Test
    void aLargeMappingLiesSoThatHugePagesArePossible() {
        try (FileHandle handle = newFile();
                Mapping whole = Mapping.map(handle, 0, LENGTH_BYTES, true, KernelAbi.MAP_SHARED_VALIDATE);
                Mapping part = Mapping.map(handle, 4096, LENGTH_BYTES - 4096, true, KernelAbi.MAP_SHARED_VALIDATE)) {
            assertEquals(0, whole.address() % Linux.HUGE_PAGE_BYTES);
            assertEquals(4096, part.address() % Linux.HUGE_PAGE_BYTES);
        }
    }

    @Test
    void aStoreThatWasWrittenBackIsInTheFileAndTheAddressNeedsNoAlignment() throws Exception {
        try (FileHandle handle = newFile();
                Mapping mapping = Mapping.map(handle, 0, LENGTH_BYTES, true, KernelAbi.MAP_SHARED_VALIDATE)) {
            assertTrue(mapping.populate());
            mapping.segment().set(ValueLayout.JAVA_BYTE, 5000, (byte) 42);
            Linux.msync(mapping.address() + 5000, 1);
            assertEquals(42, handle.read(5000, 1)[0]);
        }
    }

    @Test
    void aReadOnlyMappingIsReadOnly() {
        try (FileHandle handle = newFile();
                Mapping mapping = Mapping.map(handle, 0, LENGTH_BYTES, false, KernelAbi.MAP_SHARED_VALIDATE)) {
            String maps = Command.check("grep", handle.name(), "/proc/" + ProcessHandle.current().pid() + "/maps");
            assertTrue(maps.contains("r--s"), maps);
            assertEquals(LENGTH_BYTES, mapping.lengthBytes());
        }
    }

    @Test
    void theSegmentEndsWithTheMapping() throws Exception {
        try (FileHandle handle = newFile()) {
            Mapping mapping = Mapping.map(handle, 0, LENGTH_BYTES, true, KernelAbi.MAP_SHARED_VALIDATE);
            MemorySegment segment = mapping.segment();
            mapping.close();
            mapping.close();
            assertThrows(IllegalStateException.class, () -> segment.get(ValueLayout.JAVA_BYTE, 0));
            String maps = Files.readString(Path.of("/proc/self/maps"));
            assertTrue(!maps.contains(handle.name()), maps);
        }
    }

    @Test
    void aRefusedMappingLeavesNothingMapped() throws Exception {
        try (FileHandle handle = newFile()) {
            int flags = KernelAbi.MAP_SHARED_VALIDATE | RESERVED_BIT;
            assertThrows(SystemCallException.class, () -> Mapping.map(handle, 0, LENGTH_BYTES, true, flags));
            String maps = Files.readString(Path.of("/proc/self/maps"));
            assertTrue(!maps.contains(handle.name()), maps);
        }
    }
}
