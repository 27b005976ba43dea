// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.selkie.extent.MappableDirectory;
import org.selkie.fault.SystemCallException;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

@Timeout(60)
final class LocksAndLeasesTest {
    private static final int CREATE = KernelAbi.O_RDWR | KernelAbi.O_CREAT;

    // The lock table names a btrfs file by another device than statx does.
    @TempDir(factory = MappableDirectory.class)
    private Path temporary;

    private FileHandle open() {
        return FileHandle.open(temporary.resolve("file"), CREATE);
    }

    @Test
    void twoHandlesOfOneProcessExcludeEachOtherAndTheCloseEndsTheLock() {
        FileHandle first = open();
        try (FileHandle second = open()) {
            assertTrue(OfdLock.tryLock(first, true, 0, 0));
            assertTrue(OfdLock.tryLock(first, true, 0, 0), "the same handle may take it again");
            assertFalse(OfdLock.tryLock(second, true, 0, 0));
            assertFalse(OfdLock.tryLock(second, false, 0, 0));
            first.close();
            assertTrue(OfdLock.tryLock(second, true, 0, 0));
        }
    }

    @Test
    void locksOnDifferentSlicesDoNotMeet() {
        try (FileHandle first = open();
                FileHandle second = open()) {
            assertTrue(OfdLock.tryLock(first, true, 0, 4096));
            assertTrue(OfdLock.tryLock(second, true, 4096, 4096));
            assertFalse(OfdLock.tryLock(second, true, 4095, 1));
        }
    }

    @Test
    void theLockTableTellsALeaseAndItsHolderWithoutBreakingIt() {
        try (FileHandle handle = open()) {
            assertEquals(0, Lease.tryTake(handle));
            FileStatus status = FileHandle.statusOf(temporary.resolve("file"));
            List<LockTable.Entry> locks = LockTable.of(status.identity());
            assertEquals(1, locks.size(), locks::toString);
            assertTrue(locks.getFirst().isLease() && locks.getFirst().exclusive(), locks::toString);
            assertEquals(ProcessHandle.current().pid(), locks.getFirst().processId());
            assertTrue(Lease.isHeld(handle));
            Lease.release(handle);
            assertFalse(Lease.isHeld(handle));
        }
    }

    @Test
    void aLeaseNeedsTheOnlyHandle() {
        FileHandle second = open();
        try (FileHandle first = open()) {
            assertEquals(Errno.EAGAIN, Lease.tryTake(first));
            second.close();
            assertEquals(0, Lease.tryTake(first));
        }
    }

    @Test
    void anOpenThatDoesNotWaitIsRefusedByALeaseAndBreaksIt() {
        try (FileHandle handle = open()) {
            assertEquals(0, Lease.tryTake(handle));
            SystemCallException e = assertThrows(
                    SystemCallException.class,
                    () -> FileHandle.open(temporary.resolve("file"), KernelAbi.O_RDWR | KernelAbi.O_NONBLOCK));
            assertEquals("EAGAIN", e.errnoName());
            assertFalse(Lease.isHeld(handle));
            Lease.release(handle);
        }
    }

    @Test
    void theKernelTellsHowLongABreakMayTake() {
        // Two digits: a reader that stops after the first byte gets the first one only.
        long seconds = Long.parseLong(Command.check("cat", "/proc/sys/fs/lease-break-time"));
        assertEquals(Duration.ofSeconds(seconds), Lease.breakTime());
    }

    @Test
    void memfdSealsAreReadBackAndRegularFilesHaveNone() {
        try (FileHandle memfd = FileHandle.memfd("sealed", KernelAbi.MFD_ALLOW_SEALING);
                FileHandle file = open()) {
            assertEquals(0, MemfdSeals.tryAdd(memfd, KernelAbi.F_SEAL_SHRINK));
            assertTrue((MemfdSeals.get(memfd) & KernelAbi.F_SEAL_SHRINK) != 0);
            // EINVAL on a disk; on tmpfs, whose files begin with F_SEAL_SEAL, EPERM.
            assertNotEquals(0, MemfdSeals.tryAdd(file, KernelAbi.F_SEAL_SHRINK));
        }
    }
}
