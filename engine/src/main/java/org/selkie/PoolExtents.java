// SPDX-License-Identifier: Apache-2.0
package org.selkie;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.selkie.extent.Extent;
import org.selkie.extent.ExtentReport;
import org.selkie.fault.ExtentLengthException;
import org.selkie.fault.LogStoppedException;
import org.selkie.fault.PoolFormatException;
import org.selkie.fault.PoolFullException;
import org.selkie.fault.SealBrokenException;
import org.selkie.fault.SystemCallException;
import org.selkie.format.ExtentHeader;
import org.selkie.format.FormattedExtent;
import org.selkie.format.PoolHeader;
import org.selkie.log.ExtentSource;
import org.selkie.log.LogOpener;
import org.selkie.os.Errno;
import org.selkie.persist.Persister;
import org.selkie.seal.SealEvent;
import org.selkie.seal.SealState;

/** The extents of an open pool: those that logs have, and those that are free. */
final class PoolExtents implements ExtentSource {

    private final String name;
    private final ExtentMedium medium;
    private final PoolOptions options;
    private final PoolHeader header;
    private final TreeMap<Integer, FormattedExtent> open = new TreeMap<>();
    private final Deque<FormattedExtent> free = new ArrayDeque<>();
    /** Of a pool that is read only: what another process has given to somebody else since. */
    private final List<FormattedExtent> outdated = new ArrayList<>();
    private final Map<String, LogOpener> owners = new HashMap<>();
    private final ExecutorService background;
    /** Held while an extent is made, never asked for under this object's monitor: numbers stay without gaps. */
    private final Object making = new Object();
    private int highestNumber;
    private boolean closed;

    PoolExtents(String name, ExtentMedium medium, PoolOptions options, PoolHeader header) {
        this.name = name;
        this.medium = medium;
        this.options = options;
        this.header = header;
        this.background = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("selkie-pool-" + name).factory());
    }

    String name() {
        return name;
    }

    PoolHeader header() {
        return header;
    }

    /** Takes in an extent that was there when the pool was opened. */
    synchronized void adopt(FormattedExtent extent) {
        int number = extent.header().number();
        open.put(number, extent);
        highestNumber = Math.max(highestNumber, number);
        if (extent.header().state() == ExtentHeader.State.FREE) {
            free.add(extent);
        }
    }

    /** A number that is in use though its extent is not open. */
    synchronized void reserve(int number) {
        highestNumber = Math.max(highestNumber, number);
    }

    /** Makes a free extent, if the pool has none at all: what the medium gives is known before the first append. */
    void requireOne() {
        synchronized (this) {
            if (!open.isEmpty()) {
                return;
            }
        }
        FormattedExtent made = create();
        synchronized (this) {
            free.add(made);
        }
    }

    /** From now on a broken seal of the log's extents stops the log. */
    void watch(String logName, LogOpener opener) {
        List<Extent> already = new ArrayList<>();
        synchronized (this) {
            owners.put(logName, opener);
            for (FormattedExtent extent : open.values()) {
                if (isOf(extent, logName) && !(extent.extent().seal().state() instanceof SealState.Held)) {
                    already.add(extent.extent());
                }
            }
        }
        for (Extent extent : already) {
            try {
                opener.close(lost(extent.report().name(), extent.seal().state()));
            } finally {
                closeIfOf(extent.report().name(), opener);
            }
        }
    }

    /** Makes an extent if none is free. Meanwhile others may give theirs back, and seals may break: no lock of theirs is held. */
    @Override
    public FormattedExtent take(String logName, long logCreatedMillis, long sequence) {
        Pool.requireWritable(options, "an extent for log " + logName);
        FormattedExtent taken = assignFree(logName, logCreatedMillis, sequence);
        if (taken != null) {
            return taken;
        }
        synchronized (making) {
            taken = assignFree(logName, logCreatedMillis, sequence);
            if (taken != null) {
                return taken;
            }
            FormattedExtent made = create();
            synchronized (this) {
                if (isSealed(made)) {
                    return assign(made, logName, logCreatedMillis, sequence);
                }
            }
            made.extent().closePersisted();
            throw new SealBrokenException("the seal of " + made.extent().report().name() + " broke while the extent was made for"
                    + " log " + logName + "; try again");
        }
    }

    /** Null if no extent is free. One whose seal broke is never given to anybody. */
    private synchronized @Nullable FormattedExtent assignFree(String logName, long logCreatedMillis, long sequence) {
        FormattedExtent extent = free.pollFirst();
        while (extent != null && !isSealed(extent)) {
            extent.extent().closePersisted();
            extent = free.pollFirst();
        }
        return extent == null ? null : assign(extent, logName, logCreatedMillis, sequence);
    }

    /** The monitor is held: a seal that breaks from now on finds the extent with its new owner. */
    private FormattedExtent assign(FormattedExtent extent, String logName, long logCreatedMillis, long sequence) {
        extent.extent().makePresent();
        try {
            extent.reformat(extent.header().assignedTo(logName, logCreatedMillis, sequence));
        } catch (RuntimeException e) {
            free.addFirst(extent);
            throw e;
        }
        return extent;
    }

    private static boolean isSealed(FormattedExtent extent) {
        return extent.extent().seal().state() instanceof SealState.Held;
    }

    private FormattedExtent create() {
        synchronized (making) {
            int number = nextNumber();
            Extent extent = medium.create(number, header.extentBytes());
            try {
                // Numbers and slices are used again; a clock keeps their generations apart without a note of the last one.
                ExtentHeader fresh = ExtentHeader.free(header.poolId(), number, System.currentTimeMillis(), header.extentBytes());
                FormattedExtent formatted = new FormattedExtent(extent, persisterOf(extent), fresh);
                formatted.reformat(fresh);
                register(formatted);
                return formatted;
            } catch (RuntimeException | Error e) {
                Failures failures = new Failures();
                failures.attempt(extent::closePersisted);
                failures.attempt(() -> medium.remove(number));
                failures.addTo(e);
                throw e;
            }
        }
    }

    private synchronized int nextNumber() {
        long bytes = header.extentBytes();
        if ((open.size() + 1) * bytes > options.maxBytes() || highestNumber == Integer.MAX_VALUE) {
            throw new PoolFullException("pool " + name + " has " + open.size() + " extents of " + bytes + " bytes, numbers up to "
                    + highestNumber + ", and may take " + options.maxBytes() + "; trim a log or raise PoolOptions.maxBytes");
        }
        return highestNumber + 1;
    }

    private synchronized void register(FormattedExtent made) {
        if (closed) {
            throw new LogStoppedException("pool " + name + " was closed while an extent was made; open it again");
        }
        int number = made.header().number();
        open.put(number, made);
        highestNumber = number;
    }

    @Override
    public synchronized void giveBack(FormattedExtent extent) {
        int number = extent.header().number();
        if (open.get(number) != extent) {
            return;
        }
        if (!isSealed(extent)) {
            // Its blocks may move: nothing is stored there any more. Recovery finds that its log begins behind it.
            extent.extent().closePersisted();
            return;
        }
        extent.reformat(extent.header().freed());
        if (free.size() < options.spareExtents()) {
            free.addLast(extent);
            return;
        }
        extent.extent().closePersisted();
        if (medium.remove(number)) {
            open.remove(number);
        } else {
            reopen(number);
        }
    }

    private void reopen(int number) {
        FormattedExtent again = openExtent(number);
        open.put(number, again);
        free.addLast(again);
    }

    @Override
    public synchronized @Nullable FormattedExtent find(String logName, long sequence) {
        for (int number : medium.numbers()) {
            FormattedExtent found = latest(number);
            if (found != null && isOf(found, logName) && found.header().sequence() == sequence) {
                return found;
            }
        }
        return null;
    }

    private static boolean isOf(FormattedExtent extent, String logName) {
        return extent.header().state() == ExtentHeader.State.LOG && extent.header().logName().equals(logName);
    }

    /** An extent of another process as it is by now; null while that process makes it or removes it. */
    private @Nullable FormattedExtent latest(int number) {
        FormattedExtent known = open.get(number);
        if (known != null && known.header().state() == ExtentHeader.State.LOG && !known.isGivenBack()) {
            return known;
        }
        if (medium.isUnfinished(number, header.extentBytes())) {
            return null;
        }
        FormattedExtent opened;
        try {
            opened = openExtent(number);
        } catch (ExtentLengthException | PoolFormatException e) {
            return null;
        } catch (SystemCallException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
            return null;
        }
        if (known != null && known.header().equals(opened.header())) {
            opened.extent().closePersisted();
            return known;
        }
        if (known != null) {
            // Readers may still hold its memory; it goes when the pool is closed.
            outdated.add(known);
        }
        open.put(number, opened);
        return opened;
    }

    /** Whether the process that writes has made, removed or given away an extent since they were listed. */
    synchronized boolean haveChangedSince(List<Integer> listed) {
        return !medium.numbers().equals(listed) || open.values().stream().anyMatch(FormattedExtent::isGivenBack);
    }

    /**
     * Opens an extent that is there and reads its header.
     *
     * @throws PoolFormatException if the header is damaged, blank, or another pool's
     */
    FormattedExtent openExtent(int number) {
        Extent extent = medium.open(number, header.extentBytes());
        try {
            String where = medium.nameOf(number);
            ExtentHeader.Decoded decoded = FormattedExtent.readHeader(extent, where,
                    candidate -> isAt(number, candidate));
            if (!(decoded instanceof ExtentHeader.Decoded.Valid valid)) {
                throw new PoolFormatException("neither copy of the header of " + where
                        + " matches its checksum; restore it from a copy, or open with RecoveryMode.SALVAGE to go on without");
            }
            ExtentHeader found = valid.header();
            if (!isAt(number, found)) {
                throw new PoolFormatException(where + " belongs to another place: it is extent " + found.number() + " of pool "
                        + found.poolId() + " with " + found.extentBytes() + " bytes, expected extent " + number + " of pool "
                        + header.poolId() + " with " + header.extentBytes() + "; move it away");
            }
            return new FormattedExtent(extent, persisterOf(extent), found);
        } catch (RuntimeException | Error e) {
            extent.closePersisted();
            throw e;
        }
    }

    private boolean isAt(int number, ExtentHeader found) {
        return found.poolId().equals(header.poolId()) && found.number() == number
                && found.extentBytes() == header.extentBytes();
    }

    /** An extent that is only read gives its persister to nobody; how its writer persists is asked all the same. */
    private Persister persisterOf(Extent extent) {
        return options.readOnly() ? Persister.of(extent.report().granularity()) : options.persister().apply(extent.persister());
    }

    @Override
    public Executor background() {
        return background;
    }

    synchronized ExtentReport report() {
        if (open.isEmpty()) {
            throw new PoolFormatException("pool " + name + " has no extents yet; open it for writing once");
        }
        return open.firstEntry().getValue().extent().report();
    }

    void audit() {
        List<FormattedExtent> all;
        synchronized (this) {
            all = new ArrayList<>(open.values());
        }
        all.forEach(extent -> extent.extent().verify());
    }

    /** Somebody wants the file, or took it: the log that lives on it drains, persists and lets go. */
    void onSealEvent(SealEvent event) {
        if (event.after() instanceof SealState.Held || event.after() instanceof SealState.Released) {
            return;
        }
        // On a thread of its own: what prepares extents may be what the log waits for.
        Thread.ofPlatform().daemon().name("selkie-let-go-" + name).start(() -> letGo(event));
    }

    private void letGo(SealEvent event) {
        LogOpener stopped = null;
        while (true) {
            LogOpener owner;
            synchronized (this) {
                FormattedExtent found = named(event.extent());
                if (found == null) {
                    return;
                }
                boolean unused = free.remove(found);
                owner = ownerOf(found);
                if (unused) {
                    // Under the monitor: nobody can be given it meanwhile, and who closes the pool waits.
                    found.extent().closePersisted();
                }
            }
            if (owner == null || owner == stopped) {
                // Let go, or on its way to a log; take(), giveBack() and watch() see to that one.
                return;
            }
            // Without the monitor, which the log may need to finish. It may have given the extent to another log before.
            try {
                owner.close(lost(event.extent(), event.after()));
            } finally {
                closeIfOf(event.extent(), owner);
            }
            stopped = owner;
        }
    }

    private synchronized void closeIfOf(String name, LogOpener owner) {
        FormattedExtent found = named(name);
        if (found != null && ownerOf(found) == owner) {
            closeUnlessUsed(found, owner);
        }
    }

    private @Nullable FormattedExtent named(String extent) {
        for (FormattedExtent candidate : open.values()) {
            if (candidate.extent().report().name().equals(extent)) {
                return candidate;
            }
        }
        return null;
    }

    /** Never unmaps what a thread of its log may still use. */
    private static void closeUnlessUsed(FormattedExtent extent, @Nullable LogOpener owner) {
        if (owner == null || owner.isDrained()) {
            extent.extent().closePersisted();
        }
    }

    private static SealBrokenException lost(String extent, SealState state) {
        return new SealBrokenException("the seal of " + extent + " is " + state
                + "; the log was stopped, what was acknowledged is durable; open the pool again");
    }

    /**
     * Stops the logs, then lets go of every extent, and of the pool. What fails on the way keeps nothing else from being
     * closed; the first failure is thrown.
     */
    void close(Collection<LogOpener> logs) {
        Failures failures = new Failures();
        logs.forEach(log -> failures.attempt(log::close));
        background.shutdown();
        synchronized (this) {
            closed = true;
            open.values().forEach(extent -> failures.attempt(() -> closeUnlessUsed(extent, ownerOf(extent))));
            outdated.forEach(extent -> failures.attempt(() -> closeUnlessUsed(extent, ownerOf(extent))));
            open.clear();
            outdated.clear();
            free.clear();
            failures.attempt(medium::close);
        }
        failures.throwFirst();
    }

    private @Nullable LogOpener ownerOf(FormattedExtent extent) {
        return extent.header().state() == ExtentHeader.State.LOG ? owners.get(extent.header().logName()) : null;
    }

    /** What went wrong in steps that must all be tried. */
    private static final class Failures {

        private @Nullable Throwable first;

        void attempt(Runnable step) {
            try {
                step.run();
            } catch (RuntimeException | Error e) {
                if (first == null) {
                    first = e;
                } else if (!e.equals(first)) {
                    first.addSuppressed(e);
                }
            }
        }

        void addTo(Throwable other) {
            if (first != null && !other.equals(first)) {
                other.addSuppressed(first);
            }
        }

        void throwFirst() {
            if (first instanceof Error error) {
                throw error;
            }
            if (first instanceof RuntimeException exception) {
                throw exception;
            }
        }
    }
}
