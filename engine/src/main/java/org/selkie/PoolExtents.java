// SPDX-License-Identifier: Apache-2.0
package org.selkie;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.selkie.extent.ExtentReport;
import org.selkie.fault.ExtentLengthException;
import org.selkie.fault.LogStoppedException;
import org.selkie.fault.PoolFormatException;
import org.selkie.fault.SealBrokenException;
import org.selkie.fault.SelkieException;
import org.selkie.fault.SystemCallException;
import org.selkie.format.ExtentHeader;
import org.selkie.format.FormattedExtent;
import org.selkie.format.PoolHeader;
import org.selkie.log.ExtentSource;
import org.selkie.log.LogOpener;
import org.selkie.os.Errno;

/** Gives the extents of an open pool to its logs, takes them back, and lets go of all of them. */
final class PoolExtents implements ExtentSource {

    private final String name;
    private final ExtentMedium medium;
    private final PoolOptions options;
    private final PoolHeader header;
    private final ExtentMaker maker;
    private final ExtentTable table;
    private final SealLoss sealLoss;
    /** Of a pool that is read only: what another process has given to somebody else since. */
    private final List<FormattedExtent> outdated = new ArrayList<>();
    /** Logs whose last extent may or may not be theirs on media, and why they are given no other one. */
    private final Map<String, LogStoppedException> halfGiven = new ConcurrentHashMap<>();
    private final ExecutorService background;
    /** Held while an extent is made: numbers stay without gaps. */
    private final Object making = new Object();

    PoolExtents(String name, ExtentMedium medium, PoolOptions options, PoolHeader header) {
        this.name = name;
        this.medium = medium;
        this.options = options;
        this.header = header;
        this.maker = new ExtentMaker(medium, options, header);
        this.table = new ExtentTable(name, header.extentBytes(), options);
        this.sealLoss = new SealLoss(name, table);
        this.background = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("selkie-pool-" + name).factory());
    }

    String name() {
        return name;
    }

    PoolHeader header() {
        return header;
    }

    SealLoss sealLoss() {
        return sealLoss;
    }

    ExtentMaker maker() {
        return maker;
    }

    ExtentTable table() {
        return table;
    }

    /** Makes a free extent, if the pool has none at all: what the medium gives is known before the first append. */
    void requireOne() {
        if (table.isEmpty()) {
            table.arriveFree(create());
        }
    }

    // ---- to a log and back

    /** Makes an extent if none is free. Meanwhile others may give theirs back, and seals may break. */
    @Override
    public FormattedExtent take(String logName, long logCreatedMillis, long sequence) {
        Pool.requireWritable(options, "an extent for log " + logName);
        LogStoppedException stopped = halfGiven.get(logName);
        if (stopped != null) {
            throw new LogStoppedException(stopped.getMessage(), stopped);
        }
        FormattedExtent taken = assignFree(logName, logCreatedMillis, sequence);
        if (taken != null) {
            return taken;
        }
        synchronized (making) {
            while (true) {
                // Before the look at what is free: what arrives in between is found by it.
                boolean waited = table.isFull() && table.awaitArrival();
                taken = assignFree(logName, logCreatedMillis, sequence);
                if (taken != null) {
                    return taken;
                }
                if (!waited) {
                    return assignNew(create(), logName, logCreatedMillis, sequence);
                }
            }
        }
    }

    /** Null if no extent is free. One whose seal broke is never given to anybody. */
    private @Nullable FormattedExtent assignFree(String logName, long logCreatedMillis, long sequence) {
        for (FormattedExtent extent = table.departFree(); extent != null; extent = table.departFree()) {
            if (assign(extent, logName, logCreatedMillis, sequence)) {
                return extent;
            }
        }
        return null;
    }

    private FormattedExtent assignNew(FormattedExtent made, String logName, long logCreatedMillis, long sequence) {
        if (!assign(made, logName, logCreatedMillis, sequence)) {
            throw new SealBrokenException("the seal of " + made.extent().report().name() + " broke while the extent was made for"
                    + " log " + logName + "; try again");
        }
        return made;
    }

    /** Returns false, and closes the extent, if its seal broke. A seal that breaks later finds it with its new owner. */
    private boolean assign(FormattedExtent extent, String logName, long logCreatedMillis, long sequence) {
        try {
            extent.extent().makePresent();
        } catch (RuntimeException | Error e) {
            if (SealLoss.isSealed(extent)) {
                table.arriveFree(extent);
            } else {
                table.closeMoving(extent);
            }
            throw e;
        }
        if (SealLoss.isSealed(extent)) {
            try {
                extent.reformat(extent.header().assignedTo(logName, logCreatedMillis, sequence));
            } catch (RuntimeException | Error e) {
                throw giveUp(extent, logName, e);
            }
        }
        if (table.arriveSealed(extent)) {
            return true;
        }
        table.closeMoving(extent);
        return false;
    }

    /**
     * The kernel tells once that a write-back failed, and the next one would seem to succeed. So the extent, which may or may
     * not be the log's on media, is used no more, and the log must not take another one for the same place.
     */
    private LogStoppedException giveUp(FormattedExtent extent, String logName, Throwable failure) {
        LogStoppedException stopped = new LogStoppedException("the header of " + extent.extent().report().name()
                + ", the next extent of log " + logName + ", could not be made durable: " + failure.getMessage()
                + "; what was acknowledged is durable, open the pool again", failure);
        halfGiven.put(logName, stopped);
        if (!table.arriveSealed(extent)) {
            Failures failures = new Failures();
            failures.attempt(() -> table.closeMoving(extent));
            failures.addTo(stopped);
        }
        return stopped;
    }

    @Override
    public void giveBack(FormattedExtent extent) {
        if (!table.depart(extent)) {
            return;
        }
        boolean sealed = SealLoss.isSealed(extent);
        try {
            if (sealed) {
                extent.reformat(extent.header().freed());
            }
        } catch (RuntimeException | Error e) {
            if (!table.arriveSealed(extent)) {
                table.closeMoving(extent);
            }
            throw e;
        }
        if (sealed && table.arriveSpare(extent)) {
            return;
        }
        try {
            sealed = SealLoss.isSealed(extent);
            extent.extent().closePersisted();
            // Where the seal broke the blocks may move: the file is left alone. Recovery finds that its log begins behind it.
            if (sealed) {
                removeOrReopen(extent.header().number());
            }
        } finally {
            table.arrive(extent);
        }
    }

    private void removeOrReopen(int number) {
        table.arriveAs(medium.remove(number) ? null : maker.open(number), number);
    }

    private FormattedExtent create() {
        synchronized (making) {
            int number = table.nextNumber();
            FormattedExtent made = maker.create(number);
            try {
                table.register(made);
            } catch (RuntimeException | Error e) {
                maker.discard(made.extent(), number, e);
                throw e;
            }
            return made;
        }
    }

    @Override
    public boolean isFull() {
        return table.isExhausted();
    }

    @Override
    public long roomBytes() {
        return table.roomBytes();
    }

    /** Whether the pool is there for the next process. */
    boolean isKept() {
        return medium.isKept();
    }

    // ---- what another process writes

    @Override
    public synchronized @Nullable FormattedExtent find(String logName, long sequence) {
        for (int number : medium.numbers()) {
            FormattedExtent found = latest(number);
            if (found != null && ExtentTable.isOf(found, logName) && found.header().sequence() == sequence) {
                return found;
            }
        }
        return null;
    }

    /** An extent of another process as it is by now; null while that process makes it or removes it. */
    private @Nullable FormattedExtent latest(int number) {
        FormattedExtent known = table.at(number);
        if (known != null && known.header().state() == ExtentHeader.State.LOG && !known.isGivenBack()) {
            return known;
        }
        if (medium.isUnfinished(number, header.extentBytes())) {
            return null;
        }
        FormattedExtent opened;
        try {
            opened = maker.open(number);
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
        table.replace(number, opened);
        return opened;
    }

    /** Whether the process that writes has made, removed or given away an extent since they were listed. */
    synchronized boolean haveChangedSince(List<Integer> listed) {
        return !medium.numbers().equals(listed) || table.all().stream().anyMatch(FormattedExtent::isGivenBack);
    }

    // ---- the pool as a whole

    @Override
    public Executor background() {
        return background;
    }

    ExtentReport report() {
        List<FormattedExtent> all = table.all();
        if (all.isEmpty()) {
            throw new PoolFormatException("pool " + name + " has no extents yet; open it for writing once");
        }
        return all.getFirst().extent().report();
    }

    /** The pool itself removes extents while it is looked at: what it has let go of is no finding. */
    void audit() {
        for (FormattedExtent extent : table.all()) {
            while (true) {
                try {
                    extent.extent().verify();
                    break;
                } catch (SelkieException e) {
                    ExtentTable.Place place = table.placeOf(extent);
                    if (place == ExtentTable.Place.GONE) {
                        break;
                    }
                    if (place == ExtentTable.Place.SETTLED) {
                        throw e;
                    }
                }
            }
        }
    }

    /**
     * Stops the logs, then lets go of every extent, and of the pool. What fails on the way keeps nothing else from being
     * closed; the first failure is thrown.
     */
    void close(Collection<LogOpener> logs) {
        Failures failures = new Failures();
        failures.attempt(() -> closeExtents(logs));
        failures.attempt(medium::close);
        failures.throwFirst();
    }

    /** As {@link #close}, and keeps the pool. */
    void closeExtents(Collection<LogOpener> logs) {
        Failures failures = new Failures();
        logs.forEach(log -> failures.attempt(log::close));
        background.shutdown();
        table.close(extent -> failures.attempt(() -> closeUnlessUsed(extent)));
        synchronized (this) {
            outdated.forEach(extent -> failures.attempt(() -> closeUnlessUsed(extent)));
            outdated.clear();
        }
        failures.throwFirst();
    }

    /** Never unmaps what a thread of its log may still use. */
    private void closeUnlessUsed(FormattedExtent extent) {
        if (sealLoss.isUnused(extent)) {
            extent.extent().closePersisted();
        }
    }
}
