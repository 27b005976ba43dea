// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.selkie.fault.NoSpaceException;
import org.selkie.fault.SelkieException;
import org.selkie.fault.SystemCallException;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

final class FileHandleTest {
    private static final int CREATE = KernelAbi.O_RDWR | KernelAbi.O_CREAT | KernelAbi.O_EXCL;

    @TempDir
    private Path temporary;

    @Test
    void aRefusedCallNamesItsArgumentsItsErrnoAndTheRemedy() {
        Path missing = temporary.resolve("missing");
        SystemCallException e =
                assertThrows(SystemCallException.class, () -> FileHandle.open(missing, KernelAbi.O_RDWR));
        assertEquals(
                "open(path=" + missing + ", flags=O_RDWR|O_NOFOLLOW|O_CLOEXEC) = ENOENT; no such file or directory: "
                        + "create the directory or correct the path",
                e.getMessage());
        assertEquals("open", e.call());
        assertEquals(Errno.ENOENT, e.errno());
        assertEquals("ENOENT", e.errnoName());
    }

    @Test
    void aSymbolicLinkIsNotFollowed() throws Exception {
        Path file = Files.createFile(temporary.resolve("file"));
        Path link = Files.createSymbolicLink(temporary.resolve("link"), file);
        SystemCallException e = assertThrows(SystemCallException.class, () -> FileHandle.open(link, KernelAbi.O_RDWR));
        assertEquals("ELOOP", e.errnoName());
        assertTrue(FileHandle.statusOf(link).isSymbolicLink());
    }

    @Test
    void whatIsWrittenIsReadBackAndZerosAreWrittenWhole() {
        try (FileHandle handle = FileHandle.open(temporary.resolve("new"), CREATE)) {
            byte[] bytes = {1, 2, 3};
            long length = (3L << 20) + 5;
            handle.writeZeros(0, length);
            handle.write(length - 1, bytes);
            handle.sync();
            handle.syncData();
            assertArrayEquals(bytes, handle.read(length - 1, 100));
            assertArrayEquals(new byte[10], handle.read(length - 11, 10));
            FileStatus status = handle.status();
            assertEquals(length + 2, status.sizeBytes());
            assertTrue(status.allocatedBytes() >= length, () -> status.toString());
            assertEquals(1, status.links());
            assertEquals(0600, status.mode() & 0777);
        }
    }

    @Test
    void aRemovedFileHasNoLinks() {
        Path file = temporary.resolve("gone");
        try (FileHandle handle = FileHandle.open(file, CREATE)) {
            FileHandle.unlink(file);
            assertEquals(0, handle.status().links());
            assertFalse(Files.exists(file));
        }
    }

    @Test
    void aClosedHandleSaysSoAndClosesTwice() {
        FileHandle handle = FileHandle.open(temporary, KernelAbi.O_DIRECTORY);
        handle.close();
        handle.close();
        SelkieException e = assertThrows(SelkieException.class, handle::status);
        assertTrue(e.getMessage().contains("is closed"), e.getMessage());
    }

    @Test
    void aDescriptorIsClosedWhenAnotherProgramTakesTheProcess() throws Exception {
        try (FileHandle handle = FileHandle.open(temporary.resolve("secret"), CREATE);
                FileHandle memfd = FileHandle.memfd("secret", 0)) {
            for (FileHandle each : List.of(handle, memfd)) {
                // The JVM closes what it knows before it starts a child; a native library that forks does not.
                String info = Files.readString(Path.of("/proc/self/fdinfo/" + each.fd()));
                int flags = Integer.parseInt(info.replaceAll("(?s).*flags:\\s*(\\d+).*", "$1"), 8);
                assertTrue((flags & KernelAbi.O_CLOEXEC) != 0, info);
            }
        }
    }

    @Test
    void aFullFileSystemIsANoSpaceException() {
        try (Mount mount = Mount.tmpfs(temporary, 1 << 20);
                FileHandle handle = FileHandle.open(mount.directory().resolve("big"), CREATE)) {
            NoSpaceException e = assertThrows(NoSpaceException.class, () -> handle.allocate(0, 2 << 20));
            assertTrue(e.getMessage().contains("= ENOSPC; the file system is full"), e.getMessage());
        }
    }

    @Test
    void theFileSystemHasItsName() {
        try (Mount mount = Mount.tmpfs(temporary, 1 << 20);
                FileHandle handle = FileHandle.open(mount.directory(), KernelAbi.O_DIRECTORY)) {
            assertEquals("tmpfs", handle.fileSystem().name());
            assertEquals(1 << 20, handle.fileSystem().availableBytes());
        }
    }

    @Test
    void deniedNativeAccessNamesTheExactFlag() {
        try (ChildJvm child = ChildJvm.start(
                List.of(), List.of("--illegal-native-access=deny"), OpensTwice.class)) {
            child.expect("NativeAccessDeniedException: native access is denied to the engine; start java with "
                    + "--enable-native-access=ALL-UNNAMED");
            // The second use must not be a NoClassDefFoundError that hides the reason.
            child.expect("NativeAccessDeniedException: native access is denied to the engine; start java with "
                    + "--enable-native-access=ALL-UNNAMED");
        }
    }

    /** Opens a directory twice and prints what happens. */
    static final class OpensTwice {
        private OpensTwice() {}

        public static void main(String[] arguments) {
            for (int i = 0; i < 2; i++) {
                try (FileHandle handle = FileHandle.open(Path.of("/"), KernelAbi.O_DIRECTORY)) {
                    System.out.println(handle);
                } catch (SelkieException e) {
                    System.out.println(e.getClass().getSimpleName() + ": " + e.getMessage());
                }
            }
        }
    }
}
