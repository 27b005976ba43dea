// SPDX-License-Identifier: Apache-2.0
package org.selkie.extent;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.selkie.fault.DurabilityUnavailableException;
import org.selkie.fault.ExtentBusyException;
import org.selkie.fault.ExtentLengthException;
import org.selkie.fault.MapDirectRefusedException;
import org.selkie.fault.MediumRefusedException;
import org.selkie.fault.NoSpaceException;
import org.selkie.fault.ReadOnlyException;
import org.selkie.fault.SealUnavailableException;
import org.selkie.fault.SelkieException;
import org.selkie.fault.SystemCallException;
import org.selkie.os.ChildJvm;
import org.selkie.os.Command;
import org.selkie.os.FileHandle;
import org.selkie.os.Mount;
import org.selkie.persist.Durability;
import org.selkie.seal.SealTier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What is refused is refused with a type of its own, one line that names the remedy, and nothing left behind. */
final class RefusalTest {
    private static final long LENGTH = 1 << 20;
    private static final int FREE_BIT = 0x200000;
    private static final ExtentOptions DURABLE = ExtentOptions.ofLength(LENGTH);
    private static final ExtentOptions EMULATED = DURABLE.withRequiredDurability(Durability.PROCESS_CRASH);
    private static final ExtentOptions AS_FOUND = ExtentOptions.asFound();
    private static final ExtentOptions FOUND = EMULATED.withLengthBytes(0);

    @TempDir(factory = MappableDirectory.class)
    private Path temporary;

    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = temporary.resolve("extent");
    }

    private static <E extends SelkieException> void refused(Class<E> type, String part, Executable call) {
        E e = assertThrows(type, call);
        assertTrue(e.getMessage().contains(part), e.getMessage());
        assertFalse(e.getMessage().contains("\n"), e.getMessage());
    }

    private static void create(Path file, ExtentOptions options) {
        Extent.create(file, options).close();
    }

    private static void open(Path file, ExtentOptions options) {
        Extent.open(file, options).close();
    }

    private static void assertEmpty(Path directory) throws Exception {
        try (var entries = Files.list(directory)) {
            assertEquals(List.of(), entries.filter(path -> !path.endsWith("lost+found")).toList());
        }
    }

    @Test
    void aReadOnlyRequestForMapDirectIsRefusedBeforeAnySystemCall() {
        // There is no such file: a system call would say so.
        refused(
                MapDirectRefusedException.class,
                "is read-only, and MAP_DIRECT needs PROT_WRITE",
                () -> open(file, FOUND.withReadOnly(true).withMapDirectBit(FREE_BIT)));
        refused(
                MapDirectRefusedException.class,
                "no bit is configured",
                () -> open(file, FOUND.withReadOnly(true).withSealTier(SealTier.MAP_DIRECT)));
    }

    @Test
    void theDeadNumbersOfMapDirectAreRefusedWithTheReason() {
        for (int bit : new int[] {0x80000, 0x100000, 0x40}) {
            refused(
                    MapDirectRefusedException.class,
                    "in Linux today; name the bit",
                    () -> create(file, EMULATED.withMapDirectBit(bit)));
        }
        assertFalse(Files.exists(file));
    }

    @Test
    void aBitThatTheKernelDoesNotKnowFallsBackAndTheReportSaysWhy() {
        try (Extent extent = Extent.create(file, EMULATED.withMapDirectBit(FREE_BIT))) {
            assertEquals(SealTier.ADVISORY, extent.seal().tier());
            assertTrue(
                    extent.report().tierReason().startsWith("no MAP_DIRECT: the kernel refuses the mapping: EOPNO"),
                    extent.report().tierReason());
        }
    }

    @Test
    void mapDirectByNameIsRefusedWhereItIsNotProvenAndNothingIsLeft() throws Exception {
        refused(
                MapDirectRefusedException.class,
                "the kernel refuses the mapping: EOPNOTSUPP",
                () -> create(file, EMULATED.withMapDirectBit(FREE_BIT).withSealTier(SealTier.MAP_DIRECT)));
        assertEmpty(temporary);
    }

    @Test
    void aFileOnBtrfsIsRefused() throws Exception {
        try (Mount mount = Mount.btrfs(temporary)) {
            Path on = mount.directory().resolve("extent");
            refused(MediumRefusedException.class, "btrfs moves a block at every store", () -> create(on, DURABLE));
            assertEmpty(mount.directory());
            Files.write(on, new byte[1 << 20]);
            refused(MediumRefusedException.class, "btrfs moves a block at every store", () -> open(on, AS_FOUND));
        }
    }

    @Test
    void aSparseFileIsRefusedOnDiskAndInMemory() throws Exception {
        try (Mount ext4 = Mount.ext4(temporary);
                Mount tmpfs = Mount.tmpfs(temporary, 4 * LENGTH)) {
            for (Mount mount : List.of(ext4, tmpfs)) {
                Path on = mount.directory().resolve("sparse");
                Command.check("truncate", "-s", "1M", on.toString());
                refused(
                        MediumRefusedException.class,
                        "it is sparse",
                        () -> open(on, AS_FOUND.withRequiredDurability(Durability.PROCESS_CRASH)));
                assertEquals(LENGTH, Files.size(on));
                assertEquals(0, FileHandle.statusOf(on).allocatedBytes(), "the refusal filled the holes");
            }
        }
    }

    @Test
    void aReflinkedFileIsRefusedForStores() {
        try (Mount mount = Mount.xfs(temporary)) {
            Path on = mount.directory().resolve("extent");
            create(on, DURABLE);
            Command.check("cp", "--reflink=always", on.toString(), on + ".clone");
            refused(MediumRefusedException.class, "shared with another file", () -> open(on, AS_FOUND));
        }
    }

    @Test
    void aSecondOpenerIsRefusedInThisProcessAndInAnother() {
        try (Extent extent = Extent.create(file, EMULATED)) {
            refused(ExtentBusyException.class, "is open for writing already", () -> open(file, FOUND));
            try (ChildJvm child = ChildJvm.start(OpensAnExtent.class, file.toString())) {
                child.expect("ExtentBusyException");
            }
            extent.verify();
        }
        open(file, FOUND);
    }

    @Test
    void theDeathOfAnOwnerFreesTheFile() {
        create(file, EMULATED);
        try (ChildJvm child = ChildJvm.start(OpensAnExtent.class, file.toString()).expect("open")) {
            refused(ExtentBusyException.class, "is open for writing already", () -> open(file, FOUND));
            child.kill();
            open(file, FOUND);
        }
    }

    @Test
    void aSymbolicLinkADirectoryAndADeviceAreRefusedByWhatTheyAre() throws Exception {
        create(file, EMULATED);
        Path link = Files.createSymbolicLink(temporary.resolve("link"), file);
        refused(MediumRefusedException.class, "a symbolic link, which is not followed", () -> open(link, FOUND));
        refused(MediumRefusedException.class, "it is a directory", () -> open(temporary, AS_FOUND));
        refused(MediumRefusedException.class, "it is a device", () -> open(Path.of("/dev/zero"), AS_FOUND));
        refused(
                MediumRefusedException.class,
                "it is no device-dax",
                () -> Extent.openDevice(Path.of("/dev/zero"), 0, DURABLE).close());
        refused(
                MediumRefusedException.class, "a symbolic link", () -> Extent.openDevice(link, 0, DURABLE).close());
        // A link that points nowhere must not become the file that it points to.
        Path dangling = Files.createSymbolicLink(temporary.resolve("dangling"), temporary.resolve("target"));
        refused(SystemCallException.class, "EEXIST", () -> create(dangling, EMULATED));
        assertFalse(Files.exists(temporary.resolve("target")));
    }

    @Test
    void powerFailureOnMemoryIsRefusedWithTheRemedyBeforeAnythingIsMade() throws Exception {
        try (Mount mount = Mount.tmpfs(temporary, 4 * LENGTH)) {
            Path on = mount.directory().resolve("extent");
            refused(
                    DurabilityUnavailableException.class,
                    "is gone with the power; put it on a disk or persistent memory, or ask for PROCESS_CRASH",
                    () -> create(on, DURABLE));
            assertEmpty(mount.directory());
            refused(
                    DurabilityUnavailableException.class,
                    "cannot keep POWER_FAILURE",
                    () -> Extent.anonymous("pool", DURABLE).close());
        }
    }

    @Test
    void aFullFileSystemIsTypedAndLeavesNothing() throws Exception {
        try (Mount ext4 = Mount.ext4(temporary);
                Mount tmpfs = Mount.tmpfs(temporary, 4 * LENGTH)) {
            for (Mount mount : List.of(ext4, tmpfs)) {
                Path on = mount.directory().resolve("extent");
                refused(
                        NoSpaceException.class,
                        "ENOSPC; the file system is full",
                        () -> create(on, EMULATED.withLengthBytes(128 << 20)));
                assertEmpty(mount.directory());
            }
        }
    }

    @Test
    void aReadOnlyFileSystemAndAnImmutableDirectoryAreTyped() throws Exception {
        try (Mount mount = Mount.ext4(temporary)) {
            Path directory = Files.createDirectory(mount.directory().resolve("fixed"));
            Command.check("chattr", "+i", directory.toString());
            refused(SystemCallException.class, "= EPERM; ", () -> create(directory.resolve("extent"), DURABLE));
            Command.check("chattr", "-i", directory.toString());
            mount.remount("ro");
            refused(
                    SystemCallException.class,
                    "= EROFS; the file system is read-only: mount it read-write",
                    () -> create(directory.resolve("extent"), DURABLE));
        }
    }

    @Test
    void aFileThatIsImmutableWithoutAMarkerIsLeftToItsAdministrator() {
        try (Mount mount = Mount.ext4(temporary)) {
            Path on = mount.directory().resolve("extent");
            create(on, DURABLE);
            Command.check("chattr", "+i", on.toString());
            refused(SystemCallException.class, "the file is immutable (lsattr)", () -> open(on, AS_FOUND));
            assertTrue(FileHandle.statusOf(on).isImmutable());
            Command.check("chattr", "-i", on.toString());
        }
    }

    @Test
    void anImmutableSealByNameIsRefusedOnAFileBehindThePageCache() throws Exception {
        try (Mount mount = Mount.ext4(temporary)) {
            refused(
                    SealUnavailableException.class,
                    "only ext4 with DAX keeps the mapping of an immutable file writable",
                    () -> create(mount.directory().resolve("extent"), DURABLE.withSealTier(SealTier.IMMUTABLE)));
            assertEmpty(mount.directory());
        }
    }

    @Test
    void aTierOfAnotherMediumIsRefused() throws Exception {
        for (SealTier tier : List.of(SealTier.DEVICE, SealTier.MEMFD, SealTier.OBSERVED)) {
            refused(
                    SealUnavailableException.class,
                    tier + " seal",
                    () -> create(file, EMULATED.withSealTier(tier)));
        }
        assertEmpty(temporary);
        for (SealTier tier : List.of(SealTier.IMMUTABLE, SealTier.LEASE)) {
            refused(
                    SealUnavailableException.class,
                    "its tier is MEMFD",
                    () -> Extent.anonymous("pool", EMULATED.withSealTier(tier)).close());
        }
    }

    @Test
    void aLengthThatCannotBeIsRefused() throws Exception {
        refused(ExtentLengthException.class, "give a multiple", () -> create(file, EMULATED.withLengthBytes(5000)));
        refused(ExtentLengthException.class, "and not 0", () -> create(file, FOUND));
        assertEmpty(temporary);
        refused(ExtentLengthException.class, "give 1 or more", () -> ExtentOptions.ofLength(-1));
        create(file, EMULATED);
        refused(
                ExtentLengthException.class,
                "has 1048576 bytes, expected 2097152; it was truncated",
                () -> open(file, EMULATED.withLengthBytes(2 * LENGTH)));
        Command.check("truncate", "-s", "0", file.toString());
        refused(ExtentLengthException.class, "has 0 bytes, expected at least one", () -> open(file, FOUND));
    }

    @Test
    void whatExistsIsNotOverwrittenAndWhatIsMissingIsNotMade() throws Exception {
        Files.writeString(file, "somebody's");
        refused(SystemCallException.class, "= EEXIST; the file exists already", () -> create(file, EMULATED));
        assertEquals("somebody's", Files.readString(file));
        refused(SystemCallException.class, "= ENOENT; ", () -> open(temporary.resolve("missing"), AS_FOUND));
        assertFalse(Files.exists(temporary.resolve("missing")));
        refused(ReadOnlyException.class, "make it writable", () -> create(file, EMULATED.withReadOnly(true)));
    }

    @Test
    void hugePagesThatThePoolDoesNotHaveNameTheSetting() throws Exception {
        // More than any pool has: a tebibyte, which is reserved and never touched where it exists after all.
        ExtentOptions huge = EMULATED.withLengthBytes(1L << 40);
        refused(
                NoSpaceException.class,
                "ENOSPC; the pool of huge pages is empty: raise vm.nr_hugepages",
                () -> Extent.anonymous("pool", huge.withHugePages(true)).close());
        try (Mount mount = Mount.hugetlbfs(temporary)) {
            refused(
                    NoSpaceException.class,
                    "ENOSPC; the pool of huge pages is empty: raise vm.nr_hugepages",
                    () -> create(mount.directory().resolve("extent"), huge));
            assertEmpty(mount.directory());
            refused(
                    ExtentLengthException.class,
                    "its pages have 2097152 bytes",
                    () -> create(mount.directory().resolve("extent"), EMULATED.withLengthBytes(4096)));
        }
    }

    @Test
    void aReaderIsServedFromAReadOnlyFileSystemAndAWriterIsNot() {
        try (Mount mount = Mount.ext4(temporary)) {
            Path on = mount.directory().resolve("extent");
            create(on, DURABLE);
            mount.remount("ro");
            open(on, AS_FOUND.withReadOnly(true));
            refused(SystemCallException.class, "= EROFS; the file system is read-only", () -> open(on, AS_FOUND));
        }
    }

    /** Opens an extent and says so, or says why not. */
    static final class OpensAnExtent {
        private OpensAnExtent() {}

        public static void main(String[] arguments) throws InterruptedException {
            try (Extent extent = Extent.open(Path.of(arguments[0]), FOUND)) {
                extent.verify();
                System.out.println("open");
                Thread.sleep(60_000);
            } catch (SelkieException e) {
                System.out.println(e.getClass().getSimpleName());
            }
        }
    }
}
