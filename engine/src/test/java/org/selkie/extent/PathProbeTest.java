// SPDX-License-Identifier: Apache-2.0
package org.selkie.extent;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.selkie.extent.ProbeReport.DirectOutcome;
import org.selkie.extent.ProbeReport.Kind;
import org.selkie.extent.ProbeReport.TierAnswer;
import org.selkie.fault.DurabilityUnavailableException;
import org.selkie.os.Command;
import org.selkie.os.FileHandle;
import org.selkie.os.KernelAbi;
import org.selkie.os.Lease;
import org.selkie.os.Linux;
import org.selkie.os.Mount;
import org.selkie.os.MountPoint;
import org.selkie.persist.Durability;
import org.selkie.persist.Granularity;
import org.selkie.seal.SealTier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

final class PathProbeTest {
    private static final int FREE_BIT = 0x200000;

    @TempDir(factory = MappableDirectory.class)
    private Path temporary;

    private static List<Path> below(Path directory) throws Exception {
        try (Stream<Path> paths = Files.walk(directory)) {
            return paths.sorted().toList();
        }
    }

    private static TierAnswer answer(ProbeReport report, SealTier tier) {
        return report.tiers().stream().filter(answer -> answer.tier() == tier).findFirst().orElseThrow();
    }

    @Test
    void aPathThatDoesNotExistIsProbedAtItsNearestParentAndNothingIsLeft() throws Exception {
        try (Mount mount = Mount.ext4(temporary)) {
            List<Path> before = below(mount.directory());
            ProbeReport report = PathProbe.probe(mount.directory().resolve("not/yet"), 0);
            assertEquals(before, below(mount.directory()));
            assertEquals(Kind.NOTHING, report.kind());
            assertEquals(mount.directory().toString(), report.probedAt());
            assertEquals("ext4", report.fileSystem());
            assertEquals(Optional.of(Medium.PAGE_CACHE), report.medium());
            assertEquals(Optional.empty(), report.refusal());
            assertEquals(Optional.of(Durability.POWER_FAILURE), report.durability());
            assertEquals(Optional.of(Granularity.PAGE), report.granularity());
            assertEquals("mmap(MAP_SHARED_VALIDATE|MAP_SYNC) = EOPNOTSUPP", report.mapSync().reason());
            assertEquals(DirectOutcome.NOT_CONFIGURED, report.mapDirect().outcome());
            assertEquals(Linux.pageSizeBytes(), report.pageSizeBytes());
            assertEquals(Optional.of(SealTier.ADVISORY), report.tier());
            assertTrue(answer(report, SealTier.LEASE).available());
            assertFalse(answer(report, SealTier.IMMUTABLE).available());
            assertEquals(6, report.tiers().size());
            assertFalse(report.remedies().isEmpty());
        }
    }

    @Test
    void whatTheProbePromisesIsWhatAnExtentGets() {
        try (Mount ext4 = Mount.ext4(temporary);
                Mount xfs = Mount.xfs(temporary);
                Mount tmpfs = Mount.tmpfs(temporary, 8 << 20)) {
            for (Mount mount : List.of(ext4, xfs, tmpfs)) {
                ProbeReport report = PathProbe.probe(mount.directory(), 0);
                ExtentOptions options = ExtentOptions.ofLength(1 << 20)
                        .withRequiredDurability(report.durability().orElseThrow());
                try (Extent extent = Extent.create(mount.directory().resolve("extent"), options)) {
                    assertEquals(report.medium(), Optional.of(extent.medium()));
                    assertEquals(report.durability(), Optional.of(extent.durability()));
                    assertEquals(report.granularity(), Optional.of(extent.persister().granularity()));
                    assertEquals(report.tier(), Optional.of(extent.seal().tier()));
                }
            }
        }
    }

    @Test
    void tmpfsSaysThatItIsGoneWithThePowerAndWhetherItHasHugePages() {
        try (Mount mount = Mount.tmpfs(temporary, 8 << 20, "huge=always")) {
            ProbeReport report = PathProbe.probe(mount.directory(), 0);
            assertEquals(Optional.of(Durability.PROCESS_CRASH), report.durability());
            assertEquals("the mount says huge=always", report.hugePages().reason());
            assertTrue(report.hugePages().yes());
            assertTrue(answer(report, SealTier.ADVISORY).reason().contains("no FIEMAP"), report::toString);
            assertTrue(report.remedies().getFirst().startsWith("for POWER_FAILURE"), report::toString);
        }
    }

    @Test
    void hugetlbfsHasHugePagesWhetherOrNotOneIsFree() {
        try (Mount mount = Mount.hugetlbfs(temporary)) {
            ProbeReport report = PathProbe.probe(mount.directory(), FREE_BIT);
            assertEquals(Optional.of(Medium.HUGETLBFS), report.medium());
            assertEquals(2 << 20, report.pageSizeBytes());
            assertTrue(report.hugePages().yes(), report::toString);
            assertEquals(DirectOutcome.NOT_AVAILABLE, report.mapDirect().outcome());
        }
    }

    @Test
    void btrfsIsRefusedAsTheExtentWouldBe() {
        try (Mount mount = Mount.btrfs(temporary)) {
            ProbeReport report = PathProbe.probe(mount.directory(), 0);
            assertEquals("btrfs", report.fileSystem());
            assertTrue(report.refusal().orElse("").contains("moves a block at every store"), report::toString);
            assertEquals(Optional.empty(), report.durability());
            assertEquals(Optional.empty(), report.tier());
        }
    }

    @Test
    void anExistingFileIsLookedAtWithoutStoringToIt() throws Exception {
        try (Mount mount = Mount.ext4(temporary)) {
            Path sparse = mount.directory().resolve("sparse");
            Command.check("truncate", "-s", "1M", sparse.toString());
            var changed = Files.getLastModifiedTime(sparse);
            ProbeReport report = PathProbe.probe(sparse, FREE_BIT);
            assertEquals(Kind.FILE, report.kind());
            assertEquals(DirectOutcome.NOT_AVAILABLE, report.mapDirect().outcome());
            assertTrue(report.remedies().stream().anyMatch(text -> text.contains("it is sparse")), report::toString);
            assertEquals(0, FileHandle.statusOf(sparse).allocatedBytes());
            assertEquals(changed, Files.getLastModifiedTime(sparse));
        }
    }

    @Test
    void aLeasedFileIsReportedAndItsLeaseIsNotBroken() throws Exception {
        Path file = Files.createFile(temporary.resolve("file"));
        try (FileHandle holder = FileHandle.open(file, KernelAbi.O_RDWR)) {
            assertEquals(0, Lease.tryTake(holder));
            ProbeReport report = PathProbe.probe(file, 0);
            assertTrue(report.refusal().orElse("").contains("holds a lease on"), report::toString);
            assertTrue(Lease.isHeld(holder));
            Lease.release(holder);
        }
    }

    @Test
    void anOpenExtentIsReportedAsLocked() {
        Path file = temporary.resolve("extent");
        ExtentOptions options = ExtentOptions.ofLength(1 << 20).withRequiredDurability(Durability.PROCESS_CRASH);
        try (Extent extent = Extent.create(file, options)) {
            ProbeReport report = PathProbe.probe(file, 0);
            assertTrue(report.remedies().stream().anyMatch(text -> text.contains("is locked")), report::toString);
            extent.verify();
        }
    }

    @Test
    void mapDirectIsTriedWithTheConfiguredBitAndDeadBitsAreNot() {
        ProbeReport free = PathProbe.probe(temporary, FREE_BIT);
        assertEquals(DirectOutcome.NOT_AVAILABLE, free.mapDirect().outcome());
        assertEquals("the kernel refuses the mapping: EOPNOTSUPP", free.mapDirect().reason());
        ProbeReport dead = PathProbe.probe(temporary, 0x80000);
        assertEquals(DirectOutcome.BIT_TAKEN, dead.mapDirect().outcome());
    }

    @Test
    void whatCannotBeProbedIsAReportAndNoException() throws Exception {
        Path link = Files.createSymbolicLink(temporary.resolve("link"), temporary);
        for (Path path : List.of(Path.of("/dev/zero"), Path.of("/proc"), Path.of("/sys"), link, Path.of("/dev/kmsg"))) {
            ProbeReport report = PathProbe.probe(path, 0);
            assertTrue(report.refusal().isPresent(), report::toString);
            assertEquals(Optional.empty(), report.durability());
        }
    }

    @Test
    void aReadOnlyDirectoryIsAReportWithTheRemedy() {
        try (Mount mount = Mount.ext4(temporary)) {
            mount.remount("ro");
            ProbeReport report = PathProbe.probe(mount.directory(), 0);
            assertTrue(report.refusal().orElse("").contains("the file system is read-only"), report::toString);
            assertEquals("ext4", report.fileSystem());
        }
    }

    @Test
    void aVolatileOverlayBreaksThePromiseAndMissingBarriersWeakenIt() {
        MountPoint overlay = new MountPoint(
                Path.of("/c"), "overlay", "overlay", Set.of("rw", "volatile", "upperdir=/u"));
        assertTrue(MountPromise.broken(overlay).orElse("").contains("ignores every sync"));
        MountPoint ext4 =
                new MountPoint(Path.of("/d"), "ext4", "/dev/sda1", Set.of("rw", "nobarrier"));
        assertEquals(Optional.empty(), MountPromise.broken(ext4));
        assertTrue(MountPromise.caveat(ext4).orElse("").contains("without barriers"));
    }

    @Test
    void aPromiseThatRestsOnAServerOrADaemonSaysSo() {
        for (String type : List.of("nfs4", "cifs", "9p")) {
            MountPoint served = new MountPoint(Path.of("/n"), type, "host:/data", Set.of("rw"));
            assertEquals(Optional.empty(), MountPromise.broken(served));
            String whose = MountPromise.restsOn(served).orElse("");
            assertTrue(whose.startsWith("the " + type + " server of host:/data"), whose);
        }
        MountPoint daemon = new MountPoint(Path.of("/f"), "fuse.sshfs", "host:", Set.of("rw"));
        assertTrue(MountPromise.restsOn(daemon).orElse("").contains("for one that cannot, every sync succeeds"));
        MountPoint disk = new MountPoint(Path.of("/d"), "ext4", "/dev/sda1", Set.of("rw"));
        assertEquals(Optional.empty(), MountPromise.restsOn(disk));
        DurabilityPlan plan = DurabilityPlan.choose("x", Medium.PAGE_CACHE, Durability.POWER_FAILURE)
                .restingOn(MountPromise.restsOn(daemon));
        assertTrue(plan.reason().contains("; it rests on the daemon of host: (fuse.sshfs)"), plan.reason());
        assertEquals(Optional.empty(), DurabilityPlan.choose("x", Medium.PAGE_CACHE, Durability.PROCESS_CRASH)
                .restingOn(MountPromise.restsOn(daemon)).restsOn());
    }

    @Test
    void anOverlayKeepsWhatItsUpperLayerKeeps() {
        MountPoint memory = new MountPoint(Path.of("/m"), "tmpfs", "tmpfs", Set.of("rw"));
        MountPoint served = new MountPoint(Path.of("/n"), "nfs", "host:/data", Set.of("rw"));
        MountPoint disk = new MountPoint(Path.of("/d"), "ext4", "/dev/sda1", Set.of("rw"));
        MountPoint inner = new MountPoint(Path.of("/i"), "overlay", "overlay", Set.of("rw", "upperdir=/m/u"));
        Function<Path, Optional<MountPoint>> mounts = path -> Stream.of(memory, served, disk, inner)
                .filter(mount -> path.startsWith(mount.directory())).findFirst();
        assertTrue(MountPromise.broken(overlayOn("/m/u"), mounts).orElse("").contains("upper layer on tmpfs (/m)"));
        assertTrue(MountPromise.broken(overlayOn("/i/u"), mounts).orElse("").contains("the overlay on /i has"));
        assertEquals(Optional.empty(), MountPromise.broken(overlayOn("/d/u"), mounts));
        assertEquals(Optional.empty(), MountPromise.restsOn(overlayOn("/d/u"), mounts));
        assertTrue(MountPromise.restsOn(overlayOn("/n/u"), mounts).orElse("").startsWith("the nfs server of"));
        for (String unseen : List.of("/elsewhere/u", "relative")) {
            assertEquals(Optional.empty(), MountPromise.broken(overlayOn(unseen), mounts));
            assertTrue(MountPromise.restsOn(overlayOn(unseen), mounts).orElse("").contains("cannot be seen from here"));
        }
    }

    private static MountPoint overlayOn(String upper) {
        return new MountPoint(Path.of("/c"), "overlay", "overlay", Set.of("rw", "lowerdir=/l", "upperdir=" + upper));
    }

    @Test
    void anExtentOnAnOverlayAboveTmpfsIsRefusedForPowerFailureAndOneAboveADiskIsNot() throws Exception {
        try (Mount tmpfs = Mount.tmpfs(temporary, 16 << 20); Mount ext4 = Mount.ext4(temporary)) {
            for (Mount below : List.of(tmpfs, ext4)) {
                Path base = below.directory();
                for (String name : List.of("lower", "upper", "work", "merged")) {
                    Files.createDirectory(base.resolve(name));
                }
                try (Mount overlay = Mount.overlay(base, "redirect_dir=off")) {
                    Path file = overlay.directory().resolve("extent");
                    ExtentOptions options = ExtentOptions.ofLength(1 << 20);
                    ProbeReport probe = PathProbe.probe(overlay.directory(), 0);
                    if (below == tmpfs) {
                        var e = assertThrows(DurabilityUnavailableException.class, () -> Extent.create(file, options).close());
                        assertTrue(e.getMessage().contains("has its upper layer on tmpfs"), e.getMessage());
                        assertFalse(Files.exists(file));
                        assertEquals(Optional.of(Durability.PROCESS_CRASH), probe.durability());
                        assertTrue(probe.remedies().stream().anyMatch(text -> text.contains("upper layer")), probe::toString);
                        Extent.create(file, options.withRequiredDurability(Durability.PROCESS_CRASH)).close();
                    } else {
                        Extent.create(file, options).close();
                        assertEquals(Optional.of(Durability.POWER_FAILURE), probe.durability());
                        assertFalse(probe.how().contains("rests on"), probe.how());
                    }
                }
            }
        }
    }

    @Test
    void anExtentOnAVolatileOverlayIsRefusedForPowerFailure() throws Exception {
        try (Mount ext4 = Mount.ext4(temporary)) {
            Path base = ext4.directory();
            for (String name : List.of("lower", "upper", "work", "merged")) {
                Files.createDirectory(base.resolve(name));
            }
            try (Mount overlay = Mount.overlay(base, "volatile")) {
                Path file = overlay.directory().resolve("extent");
                assertThrows(
                        DurabilityUnavailableException.class,
                        () -> Extent.create(file, ExtentOptions.ofLength(1 << 20)).close());
                assertFalse(Files.exists(file));
                assertEquals(
                        Optional.of(Durability.PROCESS_CRASH), PathProbe.probe(overlay.directory(), 0).durability());
            }
        }
    }
}
