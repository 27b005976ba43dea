// SPDX-License-Identifier: Apache-2.0
package org.selkie.seal;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.selkie.extent.MappableDirectory;
import org.selkie.fault.SealBrokenException;
import org.selkie.fault.SealUnavailableException;
import org.selkie.fault.SystemCallException;
import org.selkie.os.Capabilities;
import org.selkie.os.ChildJvm;
import org.selkie.os.Command;
import org.selkie.os.Errno;
import org.selkie.os.FileHandle;
import org.selkie.os.FileStatus;
import org.selkie.os.KernelAbi;
import org.selkie.os.Mapping;
import org.selkie.os.Mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** The seals that the kernel enforces on any machine, and what every seal has in common. */
final class KernelSealTest {
    private static final int CREATE = KernelAbi.O_RDWR | KernelAbi.O_CREAT | KernelAbi.O_EXCL;
    private static final int LENGTH = 64 << 10;
    private static final int PUNCH = KernelAbi.FALLOC_FL_KEEP_SIZE | KernelAbi.FALLOC_FL_PUNCH_HOLE;

    @TempDir(factory = MappableDirectory.class)
    private Path temporary;

    private final List<SealEvent> events = new ArrayList<>();

    private SealTarget target(FileHandle handle) {
        return new SealTarget(handle.name(), handle, LENGTH, events::add);
    }

    @Test
    void aSealedMemfdRefusesEveryChangeOfItsSizeAndEveryHoleWhileTheMappingStaysWritable() {
        try (FileHandle memfd = FileHandle.memfd("sealed", KernelAbi.MFD_ALLOW_SEALING)) {
            memfd.allocate(0, LENGTH);
            try (Mapping mapping = Mapping.map(memfd, 0, LENGTH, true, KernelAbi.MAP_SHARED_VALIDATE)) {
                MemfdSeal seal = MemfdSeal.take(target(memfd), BlockMap.read(memfd, LENGTH, true));
                assertEquals("EPERM", errnoName(() -> memfd.truncate(0)));
                assertEquals("EPERM", errnoName(() -> memfd.truncate(2 * LENGTH)));
                assertEquals(Errno.EPERM, memfd.tryAllocate(0, LENGTH, LENGTH));
                assertEquals(Errno.EPERM, memfd.tryAllocate(PUNCH, 0, 4096));
                assertEquals("EPERM", errnoName(() -> memfd.write(0, new byte[1])));
                assertEquals(Errno.EPERM, Mapping.tryMap(memfd, LENGTH, true, KernelAbi.MAP_SHARED_VALIDATE));
                mapping.segment().fill((byte) 7);
                assertEquals(7, memfd.read(100, 1)[0]);
                assertTrue(seal.audit().isIntact());
            }
        }
    }

    private static String errnoName(Runnable call) {
        return assertThrows(SystemCallException.class, call::run).errnoName();
    }

    @Test
    void anOrdinaryFileTakesNoMemfdSeal() {
        try (FileHandle file = FileHandle.open(temporary.resolve("file"), CREATE)) {
            SealUnavailableException e = assertThrows(
                    SealUnavailableException.class,
                    () -> MemfdSeal.take(target(file), BlockMap.read(file, LENGTH, true)));
            // EINVAL on a disk; on tmpfs, whose files begin with F_SEAL_SEAL, EPERM.
            assertTrue(e.getMessage().contains("; only a memfd takes these seals"), e.getMessage());
        }
    }

    @Test
    void anImmutableSealIsRefusedWhereItWouldMakeStoresFaultAndLeavesNothing() throws Exception {
        try (Mount mount = Mount.ext4(temporary)) {
            Path path = mount.directory().resolve("file");
            try (FileHandle file = FileHandle.open(path, CREATE)) {
                SealUnavailableException e = assertThrows(
                        SealUnavailableException.class,
                        () -> ImmutableSeal.take(target(file), path, BlockMap.read(file, 0, true)));
                assertTrue(e.getMessage().contains("only ext4 with DAX"), e.getMessage());
                assertFalse(file.status().isImmutable());
                assertFalse(Files.exists(SealMarker.of(path)));
            }
        }
    }

    @Test
    void anAuditThatFindsAChangeRevokesTheSealForEver() {
        try (FileHandle file = FileHandle.open(temporary.resolve("file"), CREATE)) {
            file.writeZeros(0, LENGTH);
            AdvisorySeal seal = AdvisorySeal.take(target(file), BlockMap.read(file, LENGTH, true));
            assertTrue(seal.audit().isIntact());
            file.truncate(LENGTH / 2);
            SealAudit audit = seal.audit();
            assertEquals(Optional.of("its size was 65536 and is 32768"), audit.finding());
            assertInstanceOf(SealState.Revoked.class, audit.state());

            file.truncate(LENGTH);
            assertFalse(seal.audit().isIntact(), "what was lost does not come back");
            SealBrokenException e = assertThrows(SealBrokenException.class, seal::requireAccess);
            assertTrue(e.getMessage().contains("is REVOKED: its size was"), e.getMessage());
            seal.release();
            assertInstanceOf(SealState.Revoked.class, seal.state());
            assertEquals(1, events.size(), events::toString);
        }
    }

    @Test
    void aFileWhoseNameWasRemovedIsReported() {
        Path path = temporary.resolve("file");
        try (FileHandle file = FileHandle.open(path, CREATE)) {
            file.writeZeros(0, LENGTH);
            AdvisorySeal seal = AdvisorySeal.take(target(file), BlockMap.read(file, LENGTH, true));
            FileHandle.unlink(path);
            assertTrue(seal.audit().finding().orElse("").startsWith("its name was removed"));
        }
    }

    @Test
    void aReleasedSealAdmitsNothingAndTellsItsListenerOnce() {
        try (FileHandle file = FileHandle.open(temporary.resolve("file"), CREATE)) {
            file.writeZeros(0, LENGTH);
            AdvisorySeal seal = AdvisorySeal.take(target(file), BlockMap.read(file, LENGTH, true));
            seal.requireWritable();
            seal.release();
            seal.release();
            assertThrows(SealBrokenException.class, seal::requireWritable);
            assertThrows(SealBrokenException.class, seal::requireAccess);
            assertFalse(seal.audit().isIntact());
            assertEquals(
                    List.of(new SealEvent(
                            file.name(), SealTier.ADVISORY, new SealState.Held(), new SealState.Released())),
                    events);
        }
    }

    @Test
    void aReaderNoticesThatTheFileShrankAndNothingElse() {
        try (FileHandle file = FileHandle.open(temporary.resolve("file"), CREATE)) {
            file.writeZeros(0, LENGTH);
            ObservedSeal seal = ObservedSeal.take(target(file));
            assertEquals(0, file.tryAllocate(PUNCH, 0, 4096));
            file.truncate(2 * LENGTH);
            assertTrue(seal.audit().isIntact());
            file.truncate(LENGTH - 1);
            assertFalse(seal.audit().isIntact());
        }
    }

    @Test
    void onlyTheTiersThatTheKernelEnforcesSaySo() {
        List<SealTier> enforced =
                List.of(SealTier.MAP_DIRECT, SealTier.DEVICE, SealTier.IMMUTABLE, SealTier.MEMFD);
        for (SealTier tier : SealTier.values()) {
            assertEquals(enforced.contains(tier), tier.kernelEnforced(), tier::toString);
        }
    }

    @Test
    void aMissingCapabilityIsNamedWithTheWayToHaveIt() throws Exception {
        Command.require("setpriv", "util-linux");
        assumeTrue(
                Capabilities.has(KernelAbi.CAP_LEASE) && Capabilities.has(KernelAbi.CAP_LINUX_IMMUTABLE),
                "skipped: there is no capability to take away, run as root");
        Path file = Files.createFile(temporary.resolve("somebody's"));
        Command.check("chown", "65534", file.toString());
        try (ChildJvm child = ChildJvm.start(
                List.of("setpriv", "--bounding-set=-linux_immutable,-lease", "--inh-caps=-linux_immutable,-lease"),
                List.of("--enable-native-access=ALL-UNNAMED"),
                WantsSeals.class,
                file.toString())) {
            child.expect("CAP_LINUX_IMMUTABLE is missing: run with it (setpriv --ambient-caps +linux_immutable), "
                    + "or use LEASE");
            child.expect("a LEASE seal on " + file + " failed: fcntl(F_SETLEASE, F_WRLCK) = EACCES; only the file's "
                    + "owner or CAP_LEASE may: run as its owner");
        }
    }

    /** Prints why it gets neither of the seals that need a capability. */
    static final class WantsSeals {
        private WantsSeals() {}

        public static void main(String[] arguments) {
            try (FileHandle file = FileHandle.open(Path.of(arguments[0]), KernelAbi.O_RDWR)) {
                FileStatus found = file.status();
                FileStatus onDax = new FileStatus(
                        found.identity(), found.mode(), found.links(), found.sizeBytes(), found.allocatedBytes(),
                        KernelAbi.STATX_ATTR_DAX, 0, 0);
                System.out.println(ImmutableSeal.obstacle(onDax, KernelAbi.EXT4_SUPER_MAGIC).orElse("none"));
                SealTarget target = new SealTarget(file.name(), file, 0, event -> {});
                LeaseSeal.take(target, BlockMap.read(file, 0, true), Duration.ofSeconds(1));
            } catch (SealUnavailableException e) {
                System.out.println(e.getMessage());
            }
        }
    }
}
