// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

final class InodeFlagsTest {
    private static final int CREATE = KernelAbi.O_RDWR | KernelAbi.O_CREAT | KernelAbi.O_EXCL;

    @TempDir
    private Path temporary;

    @Test
    void aFlagIsSetAndClearedAndTheOthersStay() {
        assumeTrue(
                Capabilities.has(KernelAbi.CAP_LINUX_IMMUTABLE),
                "skipped: CAP_LINUX_IMMUTABLE is missing, run as root");
        try (Mount mount = Mount.ext4(temporary);
                FileHandle handle = FileHandle.open(mount.directory().resolve("file"), CREATE)) {
            int before = InodeFlags.get(handle);
            assertEquals(0, InodeFlags.tryChange(handle, KernelAbi.FS_IMMUTABLE_FL, 0));
            try {
                assertEquals(before | KernelAbi.FS_IMMUTABLE_FL, InodeFlags.get(handle));
                assertTrue(handle.status().isImmutable());
                assertEquals(Errno.EPERM, handle.tryAllocate(0, 0, 4096));
            } finally {
                assertEquals(0, InodeFlags.tryChange(handle, 0, KernelAbi.FS_IMMUTABLE_FL));
            }
            assertEquals(before, InodeFlags.get(handle));
        }
    }

    @Test
    void xfsKeepsTheFlagAgainstDefragmentationAndExt4DropsItSilently() {
        try (Mount xfs = Mount.xfs(temporary);
                Mount ext4 = Mount.ext4(temporary);
                FileHandle onXfs = FileHandle.open(xfs.directory().resolve("file"), CREATE);
                FileHandle onExt4 = FileHandle.open(ext4.directory().resolve("file"), CREATE)) {
            assertTrue(InodeFlags.trySetExtended(onXfs, KernelAbi.FS_XFLAG_NODEFRAG));
            assertFalse(InodeFlags.trySetExtended(onExt4, KernelAbi.FS_XFLAG_NODEFRAG));
        }
    }
}
