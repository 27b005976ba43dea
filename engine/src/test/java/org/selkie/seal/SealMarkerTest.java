// SPDX-License-Identifier: Apache-2.0
package org.selkie.seal;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.selkie.extent.MappableDirectory;
import org.selkie.fault.ExtentBusyException;
import org.selkie.fault.SealUnavailableException;
import org.selkie.os.Capabilities;
import org.selkie.os.ChildJvm;
import org.selkie.os.Command;
import org.selkie.os.FileHandle;
import org.selkie.os.FileIdentity;
import org.selkie.os.InodeFlags;
import org.selkie.os.KernelAbi;
import org.selkie.os.Mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * A crash at any instant between the marker and its removal leaves something that recovery clears, and nothing else.
 */
final class SealMarkerTest {
    private static final int CREATE = KernelAbi.O_RDWR | KernelAbi.O_CREAT | KernelAbi.O_EXCL;

    @TempDir(factory = MappableDirectory.class)
    private Path temporary;

    @BeforeEach
    void theFlagCanBeSet() {
        assumeTrue(
                Capabilities.has(KernelAbi.CAP_LINUX_IMMUTABLE),
                "skipped: CAP_LINUX_IMMUTABLE is missing, run as root");
    }

    private static FileHandle newFile(Path file) {
        FileHandle handle = FileHandle.open(file, CREATE);
        handle.writeZeros(0, 4096);
        return handle;
    }

    private static void setFlag(FileHandle handle) {
        assertEquals(0, InodeFlags.tryChange(handle, KernelAbi.FS_IMMUTABLE_FL, 0));
    }

    private static boolean isImmutable(Path file) {
        return FileHandle.statusOf(file).isImmutable();
    }

    @Test
    void theFlagOfACrashedHolderIsClearedAndTheMarkerGoes() {
        try (Mount mount = Mount.ext4(temporary)) {
            Path file = mount.directory().resolve("extent");
            try (FileHandle handle = newFile(file)) {
                SealMarker.write(new SealedFile(handle, file));
                setFlag(handle);
            }
            assertEquals(SealMarker.Recovery.FLAG_CLEARED, SealMarker.recover(file));
            assertFalse(isImmutable(file));
            assertFalse(Files.exists(SealMarker.of(file)));
            assertEquals(SealMarker.Recovery.NOTHING_LEFT, SealMarker.recover(file));
        }
    }

    @Test
    void aMarkerWithoutTheFlagIsRemoved() {
        try (Mount mount = Mount.ext4(temporary)) {
            Path file = mount.directory().resolve("extent");
            try (FileHandle handle = newFile(file)) {
                SealMarker.write(new SealedFile(handle, file));
            }
            assertEquals(SealMarker.Recovery.MARKER_REMOVED, SealMarker.recover(file));
            assertFalse(Files.exists(SealMarker.of(file)));
        }
    }

    @Test
    void aMarkerWithoutAFileIsRemoved() throws Exception {
        Path file = temporary.resolve("extent");
        Files.createFile(SealMarker.of(file));
        assertEquals(SealMarker.Recovery.MARKER_REMOVED, SealMarker.recover(file));
        assertFalse(Files.exists(SealMarker.of(file)));
    }

    @Test
    void aFlagThatAnAdministratorSetStays() throws Exception {
        try (Mount mount = Mount.ext4(temporary)) {
            Path file = mount.directory().resolve("extent");
            try (FileHandle handle = newFile(file)) {
                setFlag(handle);
                assertEquals(SealMarker.Recovery.NOTHING_LEFT, SealMarker.recover(file));
                assertTrue(isImmutable(file), "there was no marker");
                // A marker of another inode, and one that a crash tore before it was durable.
                for (String content : List.of("selkie seal 1\ninode 1\nborn 0\n", "selkie se")) {
                    Files.writeString(SealMarker.of(file), content);
                    assertEquals(SealMarker.Recovery.MARKER_REMOVED, SealMarker.recover(file));
                    assertTrue(isImmutable(file), content);
                }
                assertEquals(0, InodeFlags.tryChange(handle, 0, KernelAbi.FS_IMMUTABLE_FL));
            }
        }
    }

    @Test
    void theFlagIsClearedThoughTheMachineNumbersItsDevicesOtherwiseNow() throws Exception {
        try (Mount mount = Mount.ext4(temporary)) {
            Path file = mount.directory().resolve("extent");
            try (FileHandle handle = newFile(file)) {
                FileIdentity now = handle.status().identity();
                Files.write(SealMarker.of(file), SealMarker.content(
                        new FileIdentity(now.deviceMajor() + 1, 7, now.inode(), now.birthNanos())));
                setFlag(handle);
            }
            assertEquals(SealMarker.Recovery.FLAG_CLEARED, SealMarker.recover(file));
            assertFalse(isImmutable(file));
        }
    }

    @Test
    void aLivingHolderIsLeftAlone() {
        try (Mount mount = Mount.ext4(temporary)) {
            Path file = mount.directory().resolve("extent");
            try (FileHandle handle = newFile(file)) {
                Ownership.take(handle, 0, 0);
                SealMarker.write(new SealedFile(handle, file));
                setFlag(handle);
                ExtentBusyException e = assertThrows(ExtentBusyException.class, () -> SealMarker.recover(file));
                assertTrue(e.getMessage().contains("is alive"), e.getMessage());
                assertTrue(isImmutable(file));
                SealMarker.clear(handle, file);
            }
            assertFalse(isImmutable(file));
        }
    }

    @Test
    void aDirectoryIsRecoveredWhole() {
        try (Mount mount = Mount.ext4(temporary)) {
            Path first = mount.directory().resolve("first");
            Path second = mount.directory().resolve("second");
            for (Path file : List.of(first, second)) {
                try (FileHandle handle = newFile(file)) {
                    SealMarker.write(new SealedFile(handle, file));
                    setFlag(handle);
                }
            }
            List<Path> cleared = SealMarker.recoverAll(mount.directory());
            assertEquals(List.of(first, second), cleared.stream().sorted().toList());
            assertFalse(isImmutable(first) || isImmutable(second));
        }
    }

    @Test
    void withoutTheCapabilityRecoveryNamesTheCommandThatClearsTheFlag() {
        Command.require("setpriv", "util-linux");
        try (Mount mount = Mount.ext4(temporary)) {
            Path file = mount.directory().resolve("extent");
            try (FileHandle handle = newFile(file)) {
                SealMarker.write(new SealedFile(handle, file));
                setFlag(handle);
            }
            try (ChildJvm child = ChildJvm.start(
                    List.of("setpriv", "--bounding-set=-linux_immutable", "--inh-caps=-linux_immutable"),
                    List.of("--enable-native-access=ALL-UNNAMED"),
                    Recovers.class,
                    file.toString())) {
                child.expect("the immutable flag of " + file + " cannot be cleared: ioctl(FS_IOC_SETFLAGS) = EPERM; "
                        + "run chattr -i on it with CAP_LINUX_IMMUTABLE, then remove " + SealMarker.of(file));
            }
            assertEquals(SealMarker.Recovery.FLAG_CLEARED, SealMarker.recover(file));
        }
    }

    /** Recovers a file and prints why it cannot. */
    static final class Recovers {
        private Recovers() {}

        public static void main(String[] arguments) {
            try {
                System.out.println(SealMarker.recover(Path.of(arguments[0])));
            } catch (SealUnavailableException e) {
                System.out.println(e.getMessage());
            }
        }
    }
}
