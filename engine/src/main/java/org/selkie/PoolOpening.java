// SPDX-License-Identifier: Apache-2.0
package org.selkie;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.selkie.extent.ExtentOptions;
import org.selkie.fault.ExtentBusyException;
import org.selkie.fault.ExtentFaultException;
import org.selkie.fault.ExtentLengthException;
import org.selkie.fault.MediumRefusedException;
import org.selkie.fault.PoolFormatException;
import org.selkie.fault.SelkieException;
import org.selkie.fault.SystemCallException;
import org.selkie.format.ExtentHeader;
import org.selkie.format.FormattedExtent;
import org.selkie.format.PoolHeader;
import org.selkie.log.Finding;
import org.selkie.log.LogOpener;
import org.selkie.log.LogRecovery;
import org.selkie.log.RecoveryMode;
import org.selkie.os.DaxDevice;
import org.selkie.os.Errno;
import org.selkie.os.FileHandle;
import org.selkie.os.FileStatus;
import org.selkie.persist.Durability;

/** From a path to an open pool: probe, map, seal, recover. */
final class PoolOpening {

    private static final int MOST_LOOKS = 20;
    private static final int LOOKS_AT_COPIES = 3;
    private static final long NANOS_BETWEEN_LOOKS = 10_000_000;

    private final String name;
    private final PoolOptions options;
    private final ExtentMedium medium;
    private final AtomicReference<PoolExtents> sealWatcher;
    private final List<Finding> findings = new ArrayList<>();
    private final Set<FormattedExtent> toMend = new HashSet<>();
    private final Set<FormattedExtent> spareToMend = new HashSet<>();
    private final List<FormattedExtent> spare = new ArrayList<>();
    private final TreeMap<String, List<FormattedExtent>> byLog = new TreeMap<>();
    private final long startedNanos = System.nanoTime();
    private List<Integer> listed = List.of();
    /** Whether this opening wrote the pool's header. */
    private boolean made;

    private PoolOpening(String name, PoolOptions options, ExtentMedium medium, AtomicReference<PoolExtents> sealWatcher) {
        this.name = name;
        this.options = options;
        this.medium = medium;
        this.sealWatcher = sealWatcher;
    }

    static Pool open(Path path, PoolOptions options) {
        if (options.hugePages()) {
            throw new IllegalArgumentException("Pool.open(" + path + ", withHugePages) = a file has the pages of its file system;"
                    + " make the pool on a tmpfs mounted with huge=always, or on hugetlbfs, or in memory");
        }
        List<Finding> before = List.of();
        for (int look = 1;; look++) {
            AtomicReference<PoolExtents> watcher = new AtomicReference<>();
            PoolOpening opening = new PoolOpening(path.toString(), options, mediumAt(path, options, watcher), watcher);
            Pool pool = opening.run();
            // Another process may write and trim while this one looks from extent to extent: what was damage then is looked
            // at again, until it stays.
            List<Finding> now = pool.recovery().allFindings();
            boolean stable = !pool.recovery().hasLoss() || now.equals(before);
            if (!options.readOnly() || (stable && !Objects.requireNonNull(watcher.get()).haveChangedSince(opening.listed))) {
                return pool;
            }
            before = now;
            pool.close();
            if (look == MOST_LOOKS) {
                throw new ExtentBusyException("the process that writes pool " + path + " trims it faster than this one can"
                        + " look at it; try again");
            }
        }
    }

    static Pool inMemory(String name, PoolOptions options) {
        return on(name, options,
                extentOptions -> new MemoryMedium(name, extentOptions.withHugePages(options.hugePages())));
    }

    /** Opens or makes a pool on a medium that is made with the options of its extents. */
    static Pool on(String name, PoolOptions options, Function<ExtentOptions, ExtentMedium> medium) {
        AtomicReference<PoolExtents> watcher = new AtomicReference<>();
        return new PoolOpening(name, options, medium.apply(extentOptions(options, watcher)), watcher).run();
    }

    private static ExtentOptions extentOptions(PoolOptions options, AtomicReference<PoolExtents> watcher) {
        ExtentOptions asked = ExtentOptions.asFound().withRequiredDurability(options.durability())
                .withMapDirectBit(options.mapDirectBit()).withReadOnly(options.readOnly())
                .withBreakListener(event -> {
                    PoolExtents extents = watcher.get();
                    if (extents != null) {
                        extents.sealLoss().onEvent(event);
                    }
                });
        return options.sealTier().isPresent() ? asked.withSealTier(options.sealTier().get()) : asked;
    }

    /** Whether a pool's header is there, whatever its extents are like. */
    static boolean exists(Path path) {
        if (!Files.exists(path)) {
            return false;
        }
        PoolOptions reading = PoolOptions.defaults().withDurability(Durability.PROCESS_CRASH).forReading();
        try (ExtentMedium medium = mediumAt(path, reading, new AtomicReference<>())) {
            return Pool.headerOf(medium, path.toString()) != null;
        }
    }

    private static ExtentMedium mediumAt(Path path, PoolOptions options, AtomicReference<PoolExtents> watcher) {
        ExtentOptions extentOptions = extentOptions(options, watcher);
        if (!Files.exists(path)) {
            if (!options.create()) {
                throw new PoolFormatException("there is no pool at " + path + "; check the path, or let it be made"
                        + " (PoolOptions.create)");
            }
            makeDirectory(path);
            return new DirectoryMedium(path, extentOptions, true);
        }
        if (Files.isDirectory(path)) {
            return new DirectoryMedium(path, extentOptions, false);
        }
        FileStatus status = FileHandle.statusOf(path);
        DaxDevice device = DaxDevice.of(status).orElseThrow(() -> new PoolFormatException(
                path + " is neither a directory nor a device-dax device; name the pool's directory"));
        return new DeviceMedium(path, device, extentOptions);
    }

    private static void makeDirectory(Path path) {
        try {
            Path parent = path.toAbsolutePath().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            Files.createDirectory(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new SelkieException("making the directory of pool " + path + " failed: " + e
                    + "; choose a place where this user may write", e);
        }
    }

    private Pool run() {
        PoolExtents extents = null;
        try {
            PoolHeader header = header();
            extents = new PoolExtents(name, medium, options, header);
            sealWatcher.set(extents);
            // What a new pool finds on a device is somebody else's.
            listed = made ? List.of() : medium.numbers();
            for (int number : listed) {
                load(extents, number);
            }
            if (!options.readOnly()) {
                extents.requireOne();
            }
            Map<String, LogOpener> logs = recover(extents);
            List<LogRecovery> recovered = logs.values().stream().map(LogOpener::report).toList();
            RecoveryReport report = new RecoveryReport(name, header.poolId(), recovered, List.copyOf(findings),
                    System.nanoTime() - startedNanos);
            return new Pool(extents, header, options, report, logs);
        } catch (RuntimeException | Error e) {
            letGo(extents, e);
            throw e;
        }
    }

    private void letGo(@Nullable PoolExtents extents, Throwable reason) {
        Failures failures = new Failures();
        if (extents != null) {
            // Before anything is removed: a sealed file cannot be.
            failures.attempt(() -> extents.closeExtents(List.of()));
        }
        if (made) {
            // What was refused leaves nothing behind: the next try may name other options.
            failures.attempt(medium::unmake);
        }
        failures.attempt(medium::close);
        failures.addTo(reason);
    }

    private PoolHeader header() {
        PoolHeader found = Pool.headerOf(medium, name);
        if (found != null) {
            return found;
        }
        if (options.readOnly() || !options.create()) {
            throw new PoolFormatException("there is no pool at " + name + ": it has no pool header; check the path");
        }
        List<Integer> strays = medium.numbers();
        if (!strays.isEmpty()) {
            throw new PoolFormatException(name + " holds " + medium.nameOf(strays.get(0))
                    + " and no pool header; restore pool.selkie from a copy, or choose an empty directory");
        }
        PoolHeader fresh = PoolHeader.create(options.extentBytes());
        made = true;
        medium.writePoolHeader(fresh.encode());
        return fresh;
    }

    private void load(PoolExtents extents, int number) {
        FormattedExtent extent;
        try {
            extent = openOrRestore(extents, number);
        } catch (SelkieException e) {
            if (isUnfinished(extents, number, e)) {
                dropUnfinished(extents, number);
                return;
            }
            if (!canGoOnWithout(e)) {
                throw e;
            }
            extents.table().reserve(number);
            if (!options.readOnly()) {
                medium.setAside(number, extents.header().extentBytes());
            }
            findings.add(new Finding(Finding.Kind.DAMAGE, medium.nameOf(number), 0, -1, extents.header().extentBytes(),
                    String.valueOf(e.getMessage())));
            return;
        }
        try {
            lookAtCopies(extent);
        } catch (RuntimeException | Error e) {
            extent.extent().closePersisted();
            throw e;
        }
        extents.table().adopt(extent);
        if (extent.header().state() == ExtentHeader.State.LOG) {
            byLog.computeIfAbsent(extent.header().logName(), _ -> new ArrayList<>()).add(extent);
        } else {
            spare.add(extent);
        }
    }

    /** One copy of a header that is damaged must be noticed while the other is still whole. */
    private void lookAtCopies(FormattedExtent extent) {
        FormattedExtent.Copies copies = extent.copies();
        if (options.readOnly()) {
            // Another process may be between the writes of the two.
            for (int look = 1; copies == FormattedExtent.Copies.ONE_DAMAGED && look < LOOKS_AT_COPIES; look++) {
                LockSupport.parkNanos(NANOS_BETWEEN_LOOKS);
                copies = extent.copies();
            }
        }
        if (copies == FormattedExtent.Copies.ALIKE) {
            return;
        }
        if (copies == FormattedExtent.Copies.ONE_DAMAGED) {
            String name = extent.extent().report().name();
            String why = "one of the two copies of its header does not verify, the other does";
            if (options.recoveryMode() == RecoveryMode.STRICT && !options.readOnly()) {
                throw new PoolFormatException(name + ": " + why + "; open the pool with RecoveryMode.DROP_TORN_TAIL to have it"
                        + " written anew");
            }
            findings.add(new Finding(Finding.Kind.HEADER_COPY, name, 0, -1, ExtentHeader.SLOTS_BYTES / 2,
                    why + (options.readOnly() ? "; opening the pool for writing writes it anew" : "; it was written anew")));
        }
        if (options.readOnly()) {
            return;
        }
        (extent.header().state() == ExtentHeader.State.FREE ? spareToMend : toMend).add(extent);
    }

    /** Whether an extent was refused because a crash, or another process, has not finished it. */
    private boolean isUnfinished(PoolExtents extents, int number, SelkieException refusal) {
        boolean perhaps = refusal instanceof ExtentLengthException || refusal instanceof MediumRefusedException
                || refusal instanceof PoolFormatException
                || (refusal instanceof SystemCallException failed && failed.errno() == Errno.ENOENT);
        return perhaps && medium.isUnfinished(number, extents.header().extentBytes());
    }

    /** Strict about what cannot be read, unless the user wants whatever there is. */
    private boolean canGoOnWithout(SelkieException e) {
        if (e instanceof ExtentLengthException || e instanceof PoolFormatException || e instanceof ExtentFaultException) {
            return options.readOnly() || options.recoveryMode() == RecoveryMode.SALVAGE;
        }
        // Removed by the process that writes, since the directory was listed.
        return options.readOnly() && e instanceof SystemCallException refused && refused.errno() == Errno.ENOENT;
    }

    /** Nothing ever stood in it, so nothing is lost; but it is said. */
    private void dropUnfinished(PoolExtents extents, int number) {
        String name = medium.nameOf(number);
        if (options.readOnly()) {
            // Perhaps another process makes it at this moment.
            return;
        }
        if (options.recoveryMode() == RecoveryMode.STRICT) {
            throw new PoolFormatException(name + " is blank: a crash left it before it became an extent; open the pool with"
                    + " RecoveryMode.DROP_TORN_TAIL to remove it");
        }
        medium.remove(number);
        findings.add(new Finding(Finding.Kind.UNFINISHED, name, 0, -1, extents.header().extentBytes(),
                "blank: a crash left it before it became an extent; removed"));
    }

    private FormattedExtent openOrRestore(PoolExtents extents, int number) {
        try {
            return extents.maker().open(number);
        } catch (ExtentLengthException | MediumRefusedException e) {
            if (options.readOnly() || isUnfinished(extents, number, e)
                    || !medium.isFillable(number, extents.header().extentBytes())) {
                throw e;
            }
            if (options.recoveryMode() != RecoveryMode.SALVAGE) {
                String remedy = e.getMessage() + "; or open the pool with RecoveryMode.SALVAGE, which writes zeros where nothing"
                        + " is and opens the rest";
                throw e instanceof MediumRefusedException ? new MediumRefusedException(remedy, e)
                        : new ExtentLengthException(remedy, e);
            }
            medium.fill(number, extents.header().extentBytes());
            return extents.maker().open(number);
        }
    }

    private Map<String, LogOpener> recover(PoolExtents extents) {
        List<LogOpener.Examined> examined = new ArrayList<>();
        byLog.forEach((log, own) -> examined.add(LogOpener.examine(log, own, options.recoveryMode(), options.readOnly(),
                options.trustsCleanClose())));
        if (!options.readOnly()) {
            // Before one is given to a log. It says the same afterwards, should the pool still be refused.
            spare.forEach(extent -> change(extents.table(), extent, FormattedExtent::makeHeaderDurable));
        }
        TreeMap<String, LogOpener> logs = new TreeMap<>();
        examined.forEach(log -> logs.put(log.name(), log.recover(extents)));
        // When nothing refuses the pool any more, and before a broken seal can close extents or a log can be given one.
        byLog.values().forEach(this::mend);
        spareToMend.forEach(extent -> change(extents.table(), extent, FormattedExtent::mendCopy));
        logs.forEach(extents.sealLoss()::watch);
        return logs;
    }

    /** A free one is closed as soon as its seal breaks, unless it is moving. */
    private static void change(ExtentTable table, FormattedExtent extent, Consumer<FormattedExtent> change) {
        if (!table.depart(extent)) {
            return;
        }
        try {
            if (SealLoss.isSealed(extent)) {
                change.accept(extent);
            }
        } finally {
            if (!table.arriveSealed(extent)) {
                table.closeMoving(extent);
            }
        }
    }

    private void mend(List<FormattedExtent> extents) {
        for (FormattedExtent extent : extents) {
            // What recovery gave back has two new copies, or is closed.
            if (toMend.contains(extent) && extent.header().state() == ExtentHeader.State.LOG) {
                extent.mendCopy();
            }
        }
    }
}
