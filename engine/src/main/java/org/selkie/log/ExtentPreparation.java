// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.selkie.fault.LogStoppedException;

/**
 * Makes the next extent ready in the background while the active one fills up: to allocate, write and seal one takes as
 * long as hundreds of thousands of appends.
 */
final class ExtentPreparation {

    private final String logName;
    private final long logCreatedMillis;
    private final ExtentSource source;
    private final ExtentChain chain;
    /** From this position on, the extent after the active one is wanted. */
    private volatile long wantedFrom;
    private @Nullable CompletableFuture<@Nullable LogExtent> pending;
    /** The highest sequence number that was taken: it may not be in the chain yet. */
    private long taken;
    private boolean closed;
    /** How many the log has behind the one that is written. */
    private long leadExtents;
    /** Whether the pending one is being made: one that only stands in the queue is given up when the log is closed. */
    private boolean started;

    ExtentPreparation(String logName, long logCreatedMillis, ExtentSource source, ExtentChain chain) {
        this.logName = logName;
        this.logCreatedMillis = logCreatedMillis;
        this.source = source;
        this.chain = chain;
        this.taken = chain.last().sequence;
        this.wantedFrom = quarterOf(chain.last());
    }

    /** The log has an extent ahead: the one behind that is wanted an extent earlier. */
    synchronized void prepareOneMoreAhead() {
        leadExtents = 1;
        wantedFrom = quarterOf(chain.last());
    }

    private long quarterOf(LogExtent extent) {
        long extentBytes = extent.end - extent.base;
        return extent.base - leadExtents * extentBytes + extentBytes / 4;
    }

    /** Called after every append: begins to prepare when a quarter of the last extent is used. */
    void considerAt(long position) {
        if (position >= wantedFrom) {
            begin(position);
        }
    }

    private synchronized void begin(long position) {
        if (closed) {
            return;
        }
        LogExtent last = chain.last();
        long sequence = last.sequence + 1;
        // A thread that comes late may meet a chain without the extent that was just taken: to prepare that one again
        // would give the log two extents of one place.
        if (pending != null || position < last.base - leadExtents * (last.end - last.base) || sequence <= taken) {
            wantedFrom = Math.max(wantedFrom, quarterOf(last));
            return;
        }
        wantedFrom = Long.MAX_VALUE;
        started = false;
        pending = CompletableFuture.supplyAsync(() -> start(sequence), source.background());
    }

    private @Nullable LogExtent start(long sequence) {
        synchronized (this) {
            if (closed) {
                return null;
            }
            started = true;
        }
        return take(sequence);
    }

    /** The extent of a sequence number, prepared or made now. The log's lock is held. */
    LogExtent takeNext(long sequence) {
        CompletableFuture<@Nullable LogExtent> prepared;
        synchronized (this) {
            prepared = pending;
            pending = null;
            taken = sequence;
        }
        StallEvent event = new StallEvent();
        event.begin();
        boolean ready = prepared != null && prepared.isDone();
        LogExtent next = null;
        if (prepared != null) {
            try {
                next = prepared.join();
            } catch (CompletionException e) {
                if (e.getCause() instanceof LogStoppedException stopped) {
                    throw new LogStoppedException(stopped.getMessage(), stopped);
                }
                // The pool may have had no room then; the attempt below says how it is now.
                next = null;
            }
        }
        if (next == null) {
            next = take(sequence);
        }
        if (!ready) {
            event.record(logName, sequence);
        }
        synchronized (this) {
            wantedFrom = quarterOf(next);
        }
        return next;
    }

    /**
     * Prepares no more, and waits for what is under way: it belongs to the log on media and is found again. What waits for
     * its turn behind other logs' extents is not waited for, and never made.
     */
    void close() {
        CompletableFuture<@Nullable LogExtent> prepared;
        synchronized (this) {
            prepared = started ? pending : null;
            closed = true;
        }
        if (prepared != null) {
            prepared.exceptionally(e -> null).join();
        }
    }

    private LogExtent take(long sequence) {
        return new LogExtent(source.take(logName, logCreatedMillis, sequence));
    }
}
