// SPDX-License-Identifier: Apache-2.0
package org.selkie.extent;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.selkie.extent.ProbeReport.Answer;
import org.selkie.extent.ProbeReport.DirectAnswer;
import org.selkie.extent.ProbeReport.DirectOutcome;
import org.selkie.extent.ProbeReport.Kind;
import org.selkie.extent.ProbeReport.TierAnswer;
import org.selkie.os.BlockDevice;
import org.selkie.os.DaxDevice;
import org.selkie.os.Errno;
import org.selkie.os.FileHandle;
import org.selkie.os.FileStatus;
import org.selkie.os.FileSystem;
import org.selkie.os.HugePages;
import org.selkie.os.KernelAbi;
import org.selkie.os.Lease;
import org.selkie.os.Linux;
import org.selkie.os.LockTable;
import org.selkie.os.MountPoint;
import org.selkie.persist.Durability;
import org.selkie.persist.PersistenceDomain;
import org.selkie.seal.BlockMap;
import org.selkie.seal.ImmutableSeal;
import org.selkie.seal.MapDirect;
import org.selkie.seal.SealTier;

/** Gathers the answers of one probe into a report. */
final class ProbeBuilder {
    private static final Answer NOT_TRIED = new Answer(false, "not tried");
    private static final long HUGE_TRIAL_BYTES = 2 * Linux.HUGE_PAGE_BYTES;

    private final Path path;
    private final Kind kind;
    private final Path probedAt;
    private final int mapDirectBit;
    private final PersistenceDomain domain = PersistenceDomain.ofThisMachine();
    private final Optional<MountPoint> mount;
    private final List<TierAnswer> tiers = new ArrayList<>();
    private final List<String> remedies = new ArrayList<>();
    private String fileSystem = "none";
    private @Nullable Medium medium;
    private boolean daxAttribute;
    private Answer mapSync = NOT_TRIED;
    private Answer hugePages = NOT_TRIED;
    private DirectAnswer mapDirect;
    private long pageSizeBytes = Linux.pageSizeBytes();

    ProbeBuilder(Path path, Kind kind, Path probedAt, int mapDirectBit) {
        this.path = path;
        this.kind = kind;
        this.probedAt = probedAt;
        this.mapDirectBit = mapDirectBit;
        this.mount = MountPoint.of(probedAt);
        this.mapDirect = mapDirectBit == 0
                ? new DirectAnswer(DirectOutcome.NOT_CONFIGURED, "no bit is configured, and no released kernel has one")
                : new DirectAnswer(DirectOutcome.NOT_AVAILABLE, "not tried");
    }

    void fileSystem(FileSystem found) {
        fileSystem = found.name();
    }

    /** No extent can be here. */
    ProbeReport refused(String reason) {
        return report(Optional.of(reason), Optional.empty());
    }

    /** Tries everything on an empty file without a name. */
    ProbeReport scratch(FileHandle scratch) {
        MediumProbe.Result found = MediumProbe.classify(scratch, true);
        note(found, scratch.status());
        tryMapDirect(scratch, found.medium());
        tiers.add(new TierAnswer(SealTier.DEVICE, false, "not a device"));
        tierImmutable(scratch.status(), scratch.fileSystem().type());
        tiers.add(new TierAnswer(SealTier.MEMFD, false, "for anonymous extents only"));
        tierLease(scratch);
        tierAdvisory(BlockMap.read(scratch, Linux.pageSizeBytes(), true).isExact());
        pageSizeBytes = Allocation.pageBytes(scratch);
        hugePages = hugePages(found.medium(), scratch);
        return finish();
    }

    /** Looks at an existing file without storing to it. */
    ProbeReport file(FileHandle handle, FileStatus status) {
        MediumProbe.Result found = MediumProbe.classify(handle, false);
        note(found, status);
        if (mapDirectBit != 0) {
            mapDirect = new DirectAnswer(
                    DirectOutcome.NOT_AVAILABLE, "an existing file is only looked at: probe its directory");
        }
        tiers.add(new TierAnswer(SealTier.MAP_DIRECT, false, mapDirect.reason()));
        tiers.add(new TierAnswer(SealTier.DEVICE, false, "not a device"));
        tierImmutable(status, handle.fileSystem().type());
        tiers.add(new TierAnswer(SealTier.MEMFD, false, "for anonymous extents only"));
        tiers.add(new TierAnswer(SealTier.LEASE, true, "as long as nobody else has the file open"));
        BlockMap map = BlockMap.read(handle, status.sizeBytes(), false);
        tierAdvisory(map.isExact());
        pageSizeBytes = Allocation.pageBytes(handle);
        hugePages = found.medium() == Medium.HUGETLBFS
                ? hugePages(found.medium(), handle)
                : new Answer(found.medium().isDirect() && congruent(map), "as the blocks of the file lie");
        if (!LockTable.of(status.identity()).isEmpty()) {
            remedies.add("the file is locked by somebody (lslocks): close it there to open it for writing");
        }
        map.fault(BlockMap.Use.DIRECT).ifPresent(fault ->
                remedies.add(fault + ": let the engine create the file, or copy it without sparse blocks or reflinks"));
        return finish();
    }

    ProbeReport device(DaxDevice device) {
        medium = MediumProbe.mediumOf(device);
        daxAttribute = true;
        mapSync = new Answer(true, "a device needs no metadata");
        boolean huge = device.alignmentBytes() >= Linux.HUGE_PAGE_BYTES;
        hugePages = new Answer(huge, "the device's alignment is " + device.alignmentBytes());
        tiers.add(new TierAnswer(SealTier.MAP_DIRECT, false, "a device has no block map"));
        tiers.add(new TierAnswer(SealTier.DEVICE, true, "a device has no block map that could change"));
        for (SealTier tier : List.of(SealTier.IMMUTABLE, SealTier.MEMFD, SealTier.LEASE, SealTier.ADVISORY)) {
            tiers.add(new TierAnswer(tier, false, "a device needs no other tier than DEVICE"));
        }
        return finish();
    }

    private void note(MediumProbe.Result found, FileStatus status) {
        medium = found.medium();
        daxAttribute = status.isDax();
        mapSync = found.mapSyncErrno() == 0
                ? new Answer(true, "mmap took MAP_SYNC")
                : new Answer(false, "mmap(MAP_SHARED_VALIDATE|MAP_SYNC) = " + Errno.name(found.mapSyncErrno()));
        if (found.medium() == Medium.PAGE_CACHE && BlockDevice.canDax(status.identity())) {
            remedies.add("the device can do DAX: mount it with -o dax=always for stores without system calls");
        }
    }

    private void tryMapDirect(FileHandle scratch, Medium on) {
        if (mapDirectBit != 0) {
            Optional<String> objection = MapDirect.objection(mapDirectBit);
            mapDirect = objection.isPresent()
                    ? new DirectAnswer(DirectOutcome.BIT_TAKEN, objection.get())
                    : proven(scratch, on);
        }
        tiers.add(new TierAnswer(
                SealTier.MAP_DIRECT, mapDirect.outcome() == DirectOutcome.PROVEN, mapDirect.reason()));
    }

    private DirectAnswer proven(FileHandle scratch, Medium on) {
        if (on == Medium.HUGETLBFS) {
            return new DirectAnswer(DirectOutcome.NOT_AVAILABLE, DirectMapping.NO_BLOCKS);
        }
        int base = on.isDirect() ? KernelAbi.MAP_SHARED_VALIDATE | KernelAbi.MAP_SYNC : MediumProbe.plainFlags();
        MapDirect.Proof proof = MapDirect.prove(scratch, base | mapDirectBit);
        DirectOutcome outcome = proof.errno() == 0 ? DirectOutcome.NOT_PROVEN : DirectOutcome.NOT_AVAILABLE;
        return new DirectAnswer(proof.proven() ? DirectOutcome.PROVEN : outcome, proof.reason());
    }

    private void tierImmutable(FileStatus status, long fileSystemType) {
        Optional<String> obstacle = ImmutableSeal.obstacle(status, fileSystemType);
        tiers.add(new TierAnswer(
                SealTier.IMMUTABLE, obstacle.isEmpty(), obstacle.orElse("ext4 with DAX, and the capability is there")));
    }

    private void tierLease(FileHandle scratch) {
        int errno = Lease.tryTake(scratch);
        if (errno == 0) {
            Lease.release(scratch);
        }
        Duration limit = Lease.breakTime();
        tiers.add(new TierAnswer(
                SealTier.LEASE,
                errno == 0,
                errno == 0
                        ? "others wait up to " + limit.toSeconds() + " s for the holder"
                        : "fcntl(F_SETLEASE) = " + Errno.name(errno)));
    }

    private void tierAdvisory(boolean exact) {
        tiers.add(new TierAnswer(
                SealTier.ADVISORY,
                true,
                "a lock and a fingerprint of " + (exact ? "every block" : "the sizes, for there is no FIEMAP here")));
    }

    private static boolean congruent(BlockMap map) {
        return map.runs().orElse(List.of()).stream()
                .anyMatch(run -> run.lengthBytes() >= HUGE_TRIAL_BYTES
                        && Math.floorMod(run.physicalBytes() - run.logicalBytes(), Linux.HUGE_PAGE_BYTES) == 0);
    }

    private Answer hugePages(Medium on, FileHandle scratch) {
        if (on == Medium.FS_DAX || on == Medium.FS_DAX_ASYNC) {
            // What was tried before may have put its first block off the alignment.
            scratch.truncate(0);
            int errno = scratch.tryAllocate(0, 0, HUGE_TRIAL_BYTES);
            boolean aligned = errno == 0 && congruent(BlockMap.read(scratch, HUGE_TRIAL_BYTES, true));
            return new Answer(aligned, "4 MiB of blocks lay " + (aligned ? "on" : "off") + " a multiple of 2 MiB");
        }
        if (on == Medium.TMPFS) {
            String option = mount.stream()
                    .flatMap(point -> point.options().stream())
                    .filter(text -> text.startsWith("huge="))
                    .findAny()
                    .orElse("huge=never");
            return new Answer(!option.endsWith("=never"), "the mount says " + option);
        }
        if (on == Medium.HUGETLBFS) {
            return new Answer(true, HugePages.freeInPool() + " pages of 2 MiB are free");
        }
        return new Answer(false, "the page cache chooses its own sizes");
    }

    private ProbeReport finish() {
        Medium on = Objects.requireNonNull(medium);
        Optional<String> broken = mount.flatMap(MountPromise::broken);
        mount.flatMap(MountPromise::caveat).ifPresent(remedies::add);
        broken.ifPresent(remedies::add);
        boolean keeps = on.isPersistent() && broken.isEmpty();
        Durability level = keeps ? Durability.POWER_FAILURE : Durability.PROCESS_CRASH;
        if (!on.isPersistent()) {
            remedies.add("for POWER_FAILURE put the path on a disk, or on persistent memory with ext4 and -o dax");
        } else if (on == Medium.PAGE_CACHE) {
            remedies.add("for durability at the speed of memory put the path on persistent memory "
                    + "(ndctl create-namespace -m fsdax, mount -o dax), or use a devdax namespace");
        } else if (on == Medium.FS_DAX_ASYNC) {
            remedies.add("the device gives DAX without MAP_SYNC (virtio-pmem does): an nvdimm device gives both");
        }
        if (on == Medium.FS_DAX && !hugePages.yes()) {
            remedies.add("for pages of 2 MiB align the blocks: mkfs.ext4 -E stride=512,stripe_width=512");
        }
        if (on == Medium.DEVICE_DAX_VOLATILE) {
            remedies.add("the device is memory that nothing declares persistent: use a namespace on an nvdimm");
        }
        return report(Optional.empty(), Optional.of(DurabilityPlan.choose(path.toString(), on, level)
                .restingOn(mount.flatMap(MountPromise::restsOn))));
    }

    private ProbeReport report(Optional<String> refusal, Optional<DurabilityPlan> plan) {
        return new ProbeReport(
                path.toString(),
                kind,
                probedAt.toString(),
                fileSystem,
                mount.map(point -> point.source() + " on " + point.directory() + " (" + point.fileSystem() + ", "
                        + String.join(",", new TreeSet<>(point.options())) + ")"),
                Optional.ofNullable(medium),
                refusal,
                daxAttribute,
                mapSync,
                mapDirect,
                domain.regions(),
                pageSizeBytes,
                hugePages,
                tiers,
                refusal.isPresent() ? Optional.empty() : tierToBe(),
                plan.map(DurabilityPlan::durability),
                plan.map(DurabilityPlan::granularity),
                plan.map(DurabilityPlan::reason).orElse("no extent can be here"),
                remedies);
    }

    /** What an extent with default options would get, as SealChoice decides it. */
    private Optional<SealTier> tierToBe() {
        boolean onDax = medium == Medium.FS_DAX;
        return tiers.stream()
                .filter(TierAnswer::available)
                .map(TierAnswer::tier)
                .filter(tier -> onDax || (tier != SealTier.LEASE && tier != SealTier.IMMUTABLE))
                .findFirst();
    }
}
