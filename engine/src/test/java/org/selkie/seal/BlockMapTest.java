// SPDX-License-Identifier: Apache-2.0
package org.selkie.seal;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.selkie.extent.MappableDirectory;
import org.selkie.os.Command;
import org.selkie.os.FileHandle;
import org.selkie.os.KernelAbi;
import org.selkie.os.Mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

final class BlockMapTest {
    private static final int CREATE = KernelAbi.O_RDWR | KernelAbi.O_CREAT | KernelAbi.O_EXCL;
    private static final long LENGTH = 1 << 20;
    private static final int PUNCH = KernelAbi.FALLOC_FL_KEEP_SIZE | KernelAbi.FALLOC_FL_PUNCH_HOLE;

    @TempDir(factory = MappableDirectory.class)
    private Path temporary;

    private static FileHandle written(Mount mount, String name) {
        FileHandle handle = FileHandle.open(mount.directory().resolve(name), CREATE);
        handle.writeZeros(0, LENGTH);
        handle.sync();
        return handle;
    }

    private static String fault(FileHandle handle, BlockMap.Use use) {
        return BlockMap.read(handle, LENGTH, true).fault(use).orElse("");
    }

    @Test
    void aFileThatIsWrittenWholeHasNoFaultAndDoesNotDriftWhenItIsOverwritten() {
        try (Mount mount = Mount.ext4(temporary);
                FileHandle handle = written(mount, "whole")) {
            BlockMap before = BlockMap.read(handle, LENGTH, true);
            assertTrue(before.isExact());
            assertEquals(Optional.empty(), before.fault(BlockMap.Use.DIRECT));
            handle.write(5000, new byte[100_000]);
            assertEquals(Optional.empty(), before.driftTo(BlockMap.read(handle, LENGTH, false)));
        }
    }

    @Test
    void aSparseFileHasAHoleAtTheFirstMissingBlock() {
        try (Mount mount = Mount.ext4(temporary);
                FileHandle handle = FileHandle.open(mount.directory().resolve("sparse"), CREATE)) {
            handle.writeZeros(0, 8192);
            handle.truncate(LENGTH);
            assertEquals("it is sparse: there is a hole at 8192", fault(handle, BlockMap.Use.DIRECT));
        }
    }

    @Test
    void blocksThatWereOnlyAllocatedAreUnwritten() {
        try (Mount mount = Mount.ext4(temporary);
                FileHandle handle = FileHandle.open(mount.directory().resolve("unwritten"), CREATE)) {
            handle.allocate(0, LENGTH);
            assertEquals("the blocks at 0 are unwritten", fault(handle, BlockMap.Use.STABLE));
        }
    }

    @Test
    void aHoleIsReportedAsDrift() {
        try (Mount mount = Mount.ext4(temporary);
                FileHandle handle = written(mount, "punched")) {
            BlockMap before = BlockMap.read(handle, LENGTH, true);
            assertEquals(0, handle.tryAllocate(PUNCH, 4096, 4096));
            String drift = before.driftTo(BlockMap.read(handle, LENGTH, false)).orElse("");
            assertTrue(drift.startsWith("the run of " + LENGTH + " bytes at 0 on 0x"), drift);
        }
    }

    @Test
    void aHoleThatWasFilledAgainIsStillReported() {
        try (Mount mount = Mount.ext4(temporary);
                FileHandle handle = written(mount, "refilled")) {
            BlockMap before = BlockMap.read(handle, LENGTH, true);
            assertEquals(0, handle.tryAllocate(PUNCH, 0, LENGTH));
            handle.writeZeros(0, LENGTH);
            assertTrue(before.driftTo(BlockMap.read(handle, LENGTH, false)).isPresent());
        }
    }

    @Test
    void aZeroedRangeKeepsItsPlaceAndIsReportedByItsFlag() {
        try (Mount mount = Mount.ext4(temporary);
                FileHandle handle = written(mount, "zeroed")) {
            BlockMap before = BlockMap.read(handle, LENGTH, true);
            assertEquals(0, handle.tryAllocate(KernelAbi.FALLOC_FL_ZERO_RANGE, 0, LENGTH));
            String drift = before.driftTo(BlockMap.read(handle, LENGTH, false)).orElse("");
            assertTrue(drift.endsWith("(unwritten)"), drift);
        }
    }

    @Test
    void aTruncatedFileIsReportedByItsSize() {
        try (Mount mount = Mount.ext4(temporary);
                FileHandle handle = written(mount, "short")) {
            BlockMap before = BlockMap.read(handle, LENGTH, true);
            handle.truncate(4096);
            assertEquals(
                    Optional.of("its size was " + LENGTH + " and is 4096"),
                    before.driftTo(BlockMap.read(handle, LENGTH, false)));
        }
    }

    @Test
    void aReflinkedFileIsStableButNotDirectAndDriftsWhenABlockIsCopied() {
        try (Mount mount = Mount.xfs(temporary);
                FileHandle handle = written(mount, "original")) {
            assertEquals("", fault(handle, BlockMap.Use.DIRECT));
            Command.check("cp", "--reflink=always", handle.name(), handle.name() + ".clone");
            assertEquals("the blocks at 0 are shared with another file", fault(handle, BlockMap.Use.DIRECT));
            assertEquals("", fault(handle, BlockMap.Use.STABLE));

            BlockMap before = BlockMap.read(handle, LENGTH, true);
            handle.write(8192, new byte[4096]);
            handle.sync();
            assertTrue(before.driftTo(BlockMap.read(handle, LENGTH, false)).isPresent());
        }
    }

    @Test
    void onTmpfsAHoleIsReportedByTheAllocatedSpace() {
        try (Mount mount = Mount.tmpfs(temporary, 4 << 20);
                FileHandle handle = FileHandle.open(mount.directory().resolve("file"), CREATE)) {
            handle.allocate(0, LENGTH);
            BlockMap before = BlockMap.read(handle, LENGTH, true);
            assertFalse(before.isExact());
            assertEquals(Optional.empty(), before.fault(BlockMap.Use.DIRECT));
            handle.write(0, new byte[10_000]);
            assertEquals(Optional.empty(), before.driftTo(BlockMap.read(handle, LENGTH, false)));
            assertEquals(0, handle.tryAllocate(PUNCH, 0, 4096));
            assertEquals(
                    Optional.of("it had 1048576 bytes allocated and has 1044480"),
                    before.driftTo(BlockMap.read(handle, LENGTH, false)));
            assertTrue(fault(handle, BlockMap.Use.DIRECT).startsWith("it is sparse"));
        }
    }
}
