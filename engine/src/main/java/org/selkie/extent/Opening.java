// SPDX-License-Identifier: Apache-2.0
package org.selkie.extent;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.selkie.fault.DurabilityUnavailableException;
import org.selkie.fault.ExtentBusyException;
import org.selkie.fault.ExtentLengthException;
import org.selkie.fault.ReadOnlyException;
import org.selkie.fault.SystemCallException;
import org.selkie.os.DaxDevice;
import org.selkie.os.Errno;
import org.selkie.os.FileHandle;
import org.selkie.os.FileStatus;
import org.selkie.os.KernelAbi;
import org.selkie.os.Linux;
import org.selkie.os.Mapping;
import org.selkie.os.MountPoint;
import org.selkie.persist.Durability;
import org.selkie.persist.Granularity;
import org.selkie.seal.BlockMap;
import org.selkie.seal.DeviceSeal;
import org.selkie.seal.LeaseTable;
import org.selkie.seal.Ownership;
import org.selkie.seal.Seal;
import org.selkie.seal.SealMarker;
import org.selkie.seal.SealTarget;

/**
 * The way to an extent: probe, map, seal. Each step that leaves something notes how to take it back, so that a failure
 * at any point leaves nothing behind.
 */
final class Opening {
    private final ExtentOptions options;
    private final Undo undo;
    private final MapEvent event = new MapEvent();

    private Opening(ExtentOptions options, Undo undo) {
        this.options = options;
        this.undo = undo;
        event.begin();
    }

    /**
     * What is to be mapped.
     *
     * @param handle the open file
     * @param file its path; null for a memfd
     * @param medium what lies under it
     * @param plan how its stores become durable
     * @param offsetBytes where the mapping begins, not 0 on a device alone
     * @param lengthBytes how much is mapped
     */
    private record Subject(
            FileHandle handle,
            @Nullable Path file,
            Medium medium,
            DurabilityPlan plan,
            long offsetBytes,
            long lengthBytes) {

        boolean isDevice() {
            return medium == Medium.DEVICE_DAX || medium == Medium.DEVICE_DAX_VOLATILE;
        }

        /** Where a scratch file shows what this file system does; null where there is none. */
        @Nullable Path directory() {
            return file == null || isDevice() ? null : file.toAbsolutePath().getParent();
        }
    }

    static Extent create(Path file, ExtentOptions options) {
        requireWritable(file.toString(), options);
        DirectMapping.requirePossible(file.toString(), options);
        try (Undo undo = new Undo()) {
            Opening opening = new Opening(options, undo);
            FileHandle handle = FileHandle.open(file, KernelAbi.O_RDWR | KernelAbi.O_CREAT | KernelAbi.O_EXCL);
            // Last of all: the lock and the lease end with the handle, when nothing is left to be found without them.
            undo.add(handle::close);
            undo.add(() -> FileHandle.unlink(file));
            Ownership.take(handle, 0, 0);
            Medium medium = MediumProbe.classify(handle, true).medium();
            DurabilityPlan plan = opening.plan(handle, file, medium);
            Allocation.requireWholePages(handle.name(), options.lengthBytes(), Allocation.pageBytes(handle));
            Allocation.fill(handle, file, medium, options.lengthBytes());
            return opening.finish(new Subject(handle, file, medium, plan, 0, options.lengthBytes()));
        }
    }

    static Extent open(Path file, ExtentOptions options, LeaseTable leases) {
        DirectMapping.requirePossible(file.toString(), options);
        FileStatus status = FileHandle.statusOf(file);
        MediumProbe.requireFile(file.toString(), status);
        leases.requireNone(file, status);
        try (Undo undo = new Undo()) {
            Opening opening = new Opening(options, undo);
            FileHandle handle = opening.openFile(file);
            undo.add(handle::close);
            if (!options.readOnly()) {
                Ownership.take(handle, 0, 0);
            }
            Medium medium = MediumProbe.classify(handle, !options.readOnly()).medium();
            DurabilityPlan plan = opening.plan(handle, file, medium);
            long lengthBytes = opening.requireLength(handle);
            if (!options.readOnly() && options.populate()) {
                // Before the pages are made present: that would fill the holes of a file that is to be refused.
                Allocation.requireWhole(handle, lengthBytes);
            }
            return opening.finish(new Subject(handle, file, medium, plan, 0, lengthBytes));
        }
    }

    static Extent device(Path device, long offsetBytes, ExtentOptions options, DeviceAccess access) {
        DirectMapping.requirePossible(device.toString(), options);
        DaxDevice dax = MediumProbe.requireDevice(device.toString(), FileHandle.statusOf(device), access);
        long lengthBytes = options.lengthBytes() == 0 ? dax.sizeBytes() - offsetBytes : options.lengthBytes();
        requireSlice(dax, offsetBytes, lengthBytes);
        try (Undo undo = new Undo()) {
            Opening opening = new Opening(options, undo);
            FileHandle handle = FileHandle.open(device, options.readOnly() ? 0 : KernelAbi.O_RDWR);
            undo.add(handle::close);
            if (!options.readOnly()) {
                Ownership.take(handle, offsetBytes, lengthBytes);
            }
            Medium medium = MediumProbe.mediumOf(dax);
            return opening.finish(
                    new Subject(handle, device, medium, opening.plan(handle, null, medium), offsetBytes, lengthBytes), access);
        }
    }

    static Extent anonymous(String name, ExtentOptions options) {
        requireWritable(name, options);
        DirectMapping.requirePossible(name, options);
        // Nothing exists yet, so the refusal of a durability that memory cannot keep costs nothing.
        DurabilityPlan plan = DurabilityPlan.choose(
                "memfd:" + name, Medium.MEMFD, options.requiredDurability());
        try (Undo undo = new Undo()) {
            Opening opening = new Opening(options, undo);
            int huge = options.hugePages() ? KernelAbi.MFD_HUGETLB | KernelAbi.MFD_HUGE_2MB : 0;
            FileHandle handle = FileHandle.memfd(name, KernelAbi.MFD_ALLOW_SEALING | huge);
            undo.add(handle::close);
            Allocation.requireWholePages(handle.name(), options.lengthBytes(), Allocation.pageBytes(handle));
            Allocation.fillMemory(handle, options.lengthBytes());
            return opening.finish(new Subject(handle, null, Medium.MEMFD, plan, 0, options.lengthBytes()));
        }
    }

    static Extent over(String name, FileHandle handle, MemorySegment memory, Granularity granularity, ExtentOptions options) {
        DaxDevice standIn = new DaxDevice(name, memory.byteSize(), Linux.pageSizeBytes(), false);
        Seal seal = DeviceSeal.take(new SealTarget(name, handle, memory.byteSize(), options.breakListener()), memory.byteSize(),
                status -> Optional.of(standIn));
        ExtentReport report = new ExtentReport(name, memory.byteSize(), Medium.MEMFD, Durability.PROCESS_CRASH, granularity,
                "it is an image of a crash", Optional.empty(), options.sealTier(), seal.tier(), DirectMapping.NO_BLOCKS,
                Linux.pageSizeBytes(), false, true);
        return new Extent(handle, Mapping.over(handle, memory), seal, report, options);
    }

    private static void requireWritable(String name, ExtentOptions options) {
        if (options.readOnly()) {
            throw new ReadOnlyException(name + " is to be made for reading alone, and would never hold anything; "
                    + "make it writable");
        }
    }

    private DurabilityPlan plan(FileHandle handle, @Nullable Path file, Medium medium) {
        boolean mustSurvive = !options.readOnly() && options.requiredDurability() == Durability.POWER_FAILURE;
        Optional<MountPoint> mount = options.requiredDurability() == Durability.POWER_FAILURE && file != null
                && medium.isPersistent() ? Optional.of(MountPromise.mountOf(handle, file)) : Optional.empty();
        if (mustSurvive) {
            mount.flatMap(MountPromise::broken).ifPresent(reason -> {
                throw new DurabilityUnavailableException(handle.name() + " cannot keep POWER_FAILURE: " + reason
                        + ", or ask for PROCESS_CRASH");
            });
        }
        // A reader stores nothing: what the medium forgets is no reason to refuse it what is there.
        boolean readsMemory = options.readOnly() && !medium.isPersistent();
        Durability required = readsMemory ? Durability.PROCESS_CRASH : options.requiredDurability();
        return DurabilityPlan.choose(handle.name(), medium, required).restingOn(mount.flatMap(MountPromise::restsOn));
    }

    /**
     * Opens without waiting: a lease that was taken a moment ago must refuse, not block for its holder's 45 seconds.
     */
    private FileHandle openFile(Path file) {
        int access = (options.readOnly() ? KernelAbi.O_RDONLY : KernelAbi.O_RDWR) | KernelAbi.O_NONBLOCK;
        if (!options.readOnly()) {
            SealMarker.recover(file);
        }
        try {
            return FileHandle.open(file, access);
        } catch (SystemCallException e) {
            if (e.errno() == Errno.EAGAIN) {
                throw new ExtentBusyException(file + " is held under a lease; close the extent there first", e);
            }
            throw e;
        }
    }

    private long requireLength(FileHandle handle) {
        long found = handle.status().sizeBytes();
        long asked = options.lengthBytes();
        if (found == 0 || (asked != 0 && asked != found)) {
            throw new ExtentLengthException(handle.name() + " has " + found + " bytes, expected "
                    + (asked == 0 ? "at least one" : Long.toString(asked))
                    + "; it was truncated, or is no extent of this pool");
        }
        return found;
    }

    private static void requireSlice(DaxDevice dax, long offsetBytes, long lengthBytes) {
        long alignment = dax.alignmentBytes();
        boolean inside = offsetBytes >= 0 && lengthBytes > 0 && offsetBytes <= dax.sizeBytes() - lengthBytes;
        if (!inside || offsetBytes % alignment != 0 || lengthBytes % alignment != 0) {
            throw new ExtentLengthException("a slice of " + lengthBytes + " bytes at " + offsetBytes + " of "
                    + dax.name() + " is refused: the device has " + dax.sizeBytes()
                    + " bytes, and offset and length must be multiples of " + alignment);
        }
    }

    private Extent finish(Subject subject) {
        return finish(subject, DeviceAccess.KERNEL);
    }

    private Extent finish(Subject subject, DeviceAccess access) {
        int base = MediumProbe.plainFlags();
        if (subject.medium.isDirect()) {
            base = subject.isDevice() ? access.flags() : KernelAbi.MAP_SHARED_VALIDATE | KernelAbi.MAP_SYNC;
        }
        DirectMapping direct = DirectMapping.prove(subject.handle, subject.directory(), base, options);
        Mapping mapping = Mapping.map(
                subject.handle, subject.offsetBytes, subject.lengthBytes, !options.readOnly(), base | direct.flags());
        undo.add(mapping::close);
        if (subject.medium.isMemory()) {
            // A hint; where the kernel has no huge pages for files in memory it changes nothing.
            mapping.advise(KernelAbi.MADV_HUGEPAGE);
        }
        boolean populated = options.populate() && !options.readOnly() && Extent.makePresent(mapping, subject.plan.granularity());
        boolean checked = !options.readOnly() && !subject.isDevice();
        Optional<BlockMap> map = checked
                ? Optional.of(Allocation.requireWhole(subject.handle, subject.lengthBytes))
                : Optional.empty();
        SealTarget target =
                new SealTarget(subject.handle.name(), subject.handle, subject.lengthBytes, options.breakListener());
        SealChoice choice = SealChoice.take(
                new SealChoice.Situation(
                        target, subject.file, subject.medium, subject.offsetBytes + subject.lengthBytes, map, access),
                options,
                direct);
        undo.add(choice.seal()::release);
        ExtentReport report = report(subject, mapping, choice, populated);
        Extent extent = new Extent(subject.handle, mapping, choice.seal(), report, options);
        event.finish(extent);
        undo.keep();
        return extent;
    }

    private ExtentReport report(Subject subject, Mapping mapping, SealChoice choice, boolean populated) {
        boolean congruent = Math.floorMod(mapping.address() - subject.offsetBytes, Linux.HUGE_PAGE_BYTES) == 0;
        return new ExtentReport(
                subject.handle.name(),
                subject.lengthBytes,
                subject.medium,
                subject.plan.durability(),
                subject.plan.granularity(),
                subject.plan.reason(),
                subject.plan.restsOn(),
                options.sealTier(),
                choice.seal().tier(),
                choice.reason(),
                subject.isDevice() ? Linux.pageSizeBytes() : Allocation.pageBytes(subject.handle),
                congruent && subject.lengthBytes >= Linux.HUGE_PAGE_BYTES,
                populated);
    }
}
