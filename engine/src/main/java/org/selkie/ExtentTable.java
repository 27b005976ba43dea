// SPDX-License-Identifier: Apache-2.0
package org.selkie;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.selkie.fault.LogStoppedException;
import org.selkie.fault.PoolFullException;
import org.selkie.format.ExtentHeader;
import org.selkie.format.FormattedExtent;

/**
 * Which extents an open pool has, which of them are free, and which are on their way.
 *
 * <p>The monitor is held to look and to decide, never while something is written, mapped, closed or removed: one log's trim
 * must not make the others wait. An extent on its way between the pool and a log is <em>moving</em> meanwhile. It is the
 * thread's that moves it, and that thread looks at its seal when it arrives.
 */
final class ExtentTable {

    private final String pool;
    private final long extentBytes;
    private final long maxBytes;
    private final int spareExtents;
    private final TreeMap<Integer, FormattedExtent> open = new TreeMap<>();
    private final Deque<FormattedExtent> free = new ArrayDeque<>();
    private final Set<FormattedExtent> moving = new HashSet<>();
    /** How often something arrived. */
    private long arrivals;
    private int highestNumber;
    private boolean closed;

    ExtentTable(String pool, long extentBytes, PoolOptions options) {
        this.pool = pool;
        this.extentBytes = extentBytes;
        this.maxBytes = options.maxBytes();
        this.spareExtents = options.spareExtents();
    }

    // ---- what is there

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

    synchronized boolean isEmpty() {
        return open.isEmpty();
    }

    synchronized List<FormattedExtent> all() {
        return new ArrayList<>(open.values());
    }

    synchronized List<FormattedExtent> of(String logName) {
        return open.values().stream().filter(extent -> isOf(extent, logName)).toList();
    }

    static boolean isOf(FormattedExtent extent, String logName) {
        return extent.header().state() == ExtentHeader.State.LOG && extent.header().logName().equals(logName);
    }

    synchronized @Nullable FormattedExtent at(int number) {
        return open.get(number);
    }

    /** Of a pool that is read only: an extent as another process has made it. */
    synchronized void replace(int number, FormattedExtent opened) {
        open.put(number, opened);
    }

    synchronized boolean isFull() {
        return (open.size() + 1) * extentBytes > maxBytes || highestNumber == Integer.MAX_VALUE;
    }

    /** Full, and no extent is free. */
    synchronized boolean isExhausted() {
        return isFull() && free.isEmpty();
    }

    /** What logs can still be given, as far as the pool's bound tells; the medium may have less. */
    synchronized long roomBytes() {
        return Math.max(0, maxBytes - open.size() * extentBytes) / extentBytes * extentBytes + free.size() * extentBytes;
    }

    synchronized int nextNumber() {
        if (isFull()) {
            throw new PoolFullException("pool " + pool + " has " + open.size() + " extents of " + extentBytes
                    + " bytes, numbers up to " + highestNumber + ", and may take " + maxBytes
                    + "; trim a log or raise PoolOptions.maxBytes");
        }
        return highestNumber + 1;
    }

    // ---- moving

    /** Where an extent was found: where it was listed; there again after it moved; or no longer the pool's. */
    enum Place {
        SETTLED, MOVED, GONE
    }

    /** Waits until the extent is not moving. */
    synchronized Place placeOf(FormattedExtent extent) {
        boolean moved = false;
        boolean interrupted = false;
        while (moving.contains(extent)) {
            moved = true;
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (open.get(extent.header().number()) != extent) {
            return Place.GONE;
        }
        return moved ? Place.MOVED : Place.SETTLED;
    }

    /** An extent that was made is there, and moving. */
    synchronized void register(FormattedExtent made) {
        if (closed) {
            throw new LogStoppedException("pool " + pool + " was closed while an extent was made; open it again");
        }
        int number = made.header().number();
        open.put(number, made);
        highestNumber = number;
        moving.add(made);
    }

    /** A free extent, which is moving from now on; null if there is none. */
    synchronized @Nullable FormattedExtent departFree() {
        FormattedExtent extent = free.pollFirst();
        if (extent != null) {
            moving.add(extent);
        }
        return extent;
    }

    /** Begins to move an extent; returns false if it is none of the pool's, or moving already. */
    synchronized boolean depart(FormattedExtent extent) {
        return open.get(extent.header().number()) == extent && moving.add(extent);
    }

    synchronized void arrive(FormattedExtent extent) {
        moving.remove(extent);
        arrivals++;
        notifyAll();
    }

    /** Ends its way where it was, unless its seal broke: then it is moving still, and false is returned. */
    synchronized boolean arriveSealed(FormattedExtent extent) {
        if (!SealLoss.isSealed(extent)) {
            return false;
        }
        arrive(extent);
        return true;
    }

    synchronized void arriveFree(FormattedExtent extent) {
        free.addFirst(extent);
        arrive(extent);
    }

    /** Returns false, and it is moving still, if there are spare extents enough or its seal broke. */
    synchronized boolean arriveSpare(FormattedExtent extent) {
        if (free.size() >= spareExtents || !SealLoss.isSealed(extent)) {
            return false;
        }
        free.addLast(extent);
        arrive(extent);
        return true;
    }

    /** An extent that was moving is gone, or open again as a free one. */
    synchronized void arriveAs(@Nullable FormattedExtent again, int number) {
        if (again == null) {
            open.remove(number);
        } else {
            open.put(number, again);
            free.addLast(again);
        }
    }

    /** Waits until something has arrived; returns false if nothing is under way. */
    synchronized boolean awaitArrival() {
        if (moving.isEmpty()) {
            return false;
        }
        long before = arrivals;
        try {
            while (arrivals == before) {
                wait();
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Closes an extent that is moving, and ends its way. */
    void closeMoving(FormattedExtent extent) {
        try {
            extent.extent().closePersisted();
        } finally {
            arrive(extent);
        }
    }

    /** Closes an extent unless it is moving; who closes the pool meanwhile waits for that. */
    void closeAlone(FormattedExtent extent) {
        if (depart(extent)) {
            closeMoving(extent);
        }
    }

    /**
     * The extent of a name whose seal broke. Null if there is none, or if it is moving: who moves it looks at its seal. If it
     * was free, nobody is given it any more.
     */
    synchronized @Nullable FormattedExtent outOfUse(String extent) {
        for (FormattedExtent candidate : open.values()) {
            if (candidate.extent().report().name().equals(extent)) {
                free.remove(candidate);
                return moving.contains(candidate) ? null : candidate;
            }
        }
        return null;
    }

    // ---- the end

    /** Waits until nothing is moving, and empties the table. */
    synchronized void close(Consumer<FormattedExtent> each) {
        closed = true;
        boolean interrupted = false;
        while (!moving.isEmpty()) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        open.values().forEach(each);
        open.clear();
        free.clear();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
