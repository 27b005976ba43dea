// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.selkie.fault.LogStoppedException;
import org.selkie.fault.PositionException;
import org.selkie.fault.ReadOnlyException;
import org.selkie.fault.RecordTooLargeException;
import org.selkie.fault.SelkieException;
import org.selkie.format.ExtentHeader;
import org.selkie.format.RecordLayout;

/**
 * What the threads of a log share: its extents, the tail up to which places are claimed, and the frontier below which
 * every record is written.
 *
 * <p>Invariants. The tail only grows, except that {@link #STOPPED} is set in it once. A thread that claims, or that looks
 * up an extent, has entered a slot before. An extent leaves the chain before anybody waits for the slots, and is taken
 * from memory only after. The frontier is never above a claim that is not written: it is computed from the tail, read
 * first, and the slots, read after.
 */
final class LogState {

    /** Set in the tail when the log stops: no claim succeeds any more. */
    static final long STOPPED = Long.MIN_VALUE;
    private static final int REFRESH_BYTES = 16 * 1024;

    final String name;
    final boolean durableOnReturn;
    final PositionSlots writers = new PositionSlots();
    final PositionSlots readers = new PositionSlots();
    final ExtentChain chain;
    volatile LogExtent active;

    private final ExtentSource source;
    private final @Nullable ReadOnlyTail follower;
    private final ReentrantLock lock = new ReentrantLock();
    private final ExtentPreparation preparation;
    private final GroupCommit groupCommit;
    private final long extentBytes;

    /** Claimed up to here; written by every append of every thread. */
    private final PaddedLong tail;
    /** Known to be written up to here. */
    private final PaddedLong frontier;
    private volatile int firstSlot = -1;
    private volatile boolean severalSlots;
    private volatile long start;
    private volatile long failedAt = PositionSlots.FREE;
    private volatile @Nullable SelkieException stopReason;
    /** The first store or write-back that failed, whether or not the log was being stopped already. */
    private volatile @Nullable Throwable failure;
    private boolean closed;

    LogState(String name, ExtentSource source, RecoveredLog recovered, @Nullable ReadOnlyTail follower) {
        this.name = name;
        this.source = source;
        this.follower = follower;
        this.chain = recovered.chain();
        this.preparation = new ExtentPreparation(name, recovered.active().formatted.header().logCreatedMillis(), source, chain);
        this.start = recovered.start();
        this.tail = new PaddedLong(recovered.tail());
        this.frontier = new PaddedLong(recovered.tail());
        this.active = recovered.active();
        this.extentBytes = active.end - active.base;
        this.durableOnReturn = active.persister.durableOnReturn();
        this.groupCommit = new GroupCommit(recovered.tail(), this::visiblePosition, this::writeBack, this::requireNoFailure);
    }

    // ---- claiming

    /** The tail, negative once the log has stopped. */
    long tail() {
        return tail.get();
    }

    boolean claim(long from, long to) {
        return tail.compareAndSet(from, to);
    }

    /** Moves the tail without a claim by others: for the single writer. */
    void advanceTail(long to) {
        tail.setRelease(to);
    }

    /** A position at or below every claim that is not written yet, without looking: for entering a slot. */
    long knownFrontier() {
        return frontier.get();
    }

    /**
     * To be called with a slot before the first claim under it. Only afterwards the claims of others could take this one's
     * hole for something that is written.
     */
    void noteWriter(int slot) {
        if (!severalSlots && slot != firstSlot) {
            noteSlot(slot);
        }
    }

    /** The lag to write into a record at a position that the caller has claimed, holding a slot that was noted. */
    long lagLines(long position) {
        if (!durableOnReturn) {
            return RecordLayout.lagLines(position, groupCommit.persisted());
        }
        if (!severalSlots) {
            // Nobody but holders of this slot, one after the other, has ever claimed: everything below is persisted.
            return 0;
        }
        if (position - frontier.get() > REFRESH_BYTES) {
            visiblePosition();
        }
        return RecordLayout.lagLines(position, frontier.get());
    }

    /** As {@link #lagLines}, where nobody else writes. */
    long singleWriterLagLines(long position) {
        return durableOnReturn ? 0 : RecordLayout.lagLines(position, groupCommit.persisted());
    }

    private void noteSlot(int slot) {
        lock.lock();
        try {
            if (firstSlot == -1) {
                firstSlot = slot;
            } else if (firstSlot != slot) {
                severalSlots = true;
            }
        } finally {
            lock.unlock();
        }
    }

    /** The extent of a position that the caller has claimed. */
    LogExtent extentOf(long position) {
        LogExtent now = active;
        if (position >= now.first && position < now.end) {
            return now;
        }
        // Another thread has rolled over since.
        LogExtent before = chain.at(position);
        if (before == null) {
            throw new IllegalStateException("log " + name + " claimed position " + position + " and has no extent for it");
        }
        return before;
    }

    /** Makes room for a record: rolls over to the next extent, or throws. Called with a slot held. */
    void makeRoom(long recordBytes) {
        if (recordBytes > maxRecordBytes()) {
            throw new RecordTooLargeException("a record of " + recordBytes + " bytes on media does not fit: log " + name
                    + " takes at most " + maxRecordBytes() + "; make a pool of larger extents (PoolOptions.extentBytes)");
        }
        lock.lock();
        try {
            requireRunning();
            LogExtent from = active;
            long now = tail.get();
            if (now >= from.first && now + recordBytes <= from.end) {
                return;
            }
            rollOver(from);
        } finally {
            lock.unlock();
        }
    }

    /** Takes the next extent before it claims the rest of this one, so that a full pool leaves the log as it is. */
    private void rollOver(LogExtent from) {
        RollOverEvent event = new RollOverEvent();
        event.begin();
        LogExtent next = chain.after(from);
        if (next == null) {
            next = preparation.takeNext(from.sequence + 1);
            chain.add(next);
        }
        long rest;
        do {
            rest = tail.get();
            requireRunning();
        } while (!claim(rest, from.end));
        if (rest < from.end) {
            fillRest(from, rest);
        }
        active = next;
        if (!claim(from.end, next.first)) {
            requireRunning();
        }
        event.record(name, next.sequence, from.end - rest);
    }

    /** The caller's slot, at or below the rest, covers it: to take a second one could wait for threads that wait here. */
    private void fillRest(LogExtent from, long rest) {
        try {
            RecordLayout.writeSpan(from.persister, from.addressOf(rest), from.end - rest, rest, RecordLayout.PAD, from.seed);
        } catch (Throwable e) {
            failAt(rest, e);
            throw e;
        }
    }

    void prepareAhead(long position) {
        preparation.considerAt(position);
    }

    long maxRecordBytes() {
        return extentBytes - ExtentHeader.BYTES;
    }

    // ---- frontiers

    /** Everything below is written. */
    long visiblePosition() {
        if (follower != null) {
            return frontier.raiseTo(follower.advance());
        }
        long upTo = tail.get() & ~STOPPED;
        upTo = Math.min(upTo, writers.lowest());
        upTo = Math.min(upTo, failedAt);
        return frontier.raiseTo(upTo);
    }

    long persistedPosition() {
        if (follower != null) {
            visiblePosition();
            return follower.proven();
        }
        return durableOnReturn ? visiblePosition() : groupCommit.persisted();
    }

    void awaitPersisted(long end) {
        if (!durableOnReturn && follower == null) {
            groupCommit.await(end);
        }
    }

    private void writeBack(long from, long to) {
        requireNoFailure();
        try {
            for (long at = from; at < to;) {
                LogExtent extent = chain.at(at);
                if (extent == null) {
                    throw new LogStoppedException("log " + name + " was closed while it was written back");
                }
                long until = Math.min(to, extent.end);
                extent.persister.persist(extent.addressOf(at), until - at);
                extent.formatted.extent().verify();
                at = until;
            }
        } catch (Throwable e) {
            // After a failed write-back the kernel forgets which pages were dirty: trying again would lie.
            failure = e;
            stop(new LogStoppedException("log " + name + " could not be written back: " + e.getMessage()
                    + "; what was acknowledged is durable, open the pool again", e));
            throw e;
        }
    }

    // ---- stopping

    boolean isRunning() {
        return stopReason == null;
    }

    void requireRunning() {
        SelkieException reason = stopReason;
        if (reason instanceof ReadOnlyException) {
            throw new ReadOnlyException(String.valueOf(reason.getMessage()), reason);
        }
        if (reason != null) {
            throw new LogStoppedException(String.valueOf(reason.getMessage()), reason);
        }
    }

    /** A log that is open for reading can be read until it is closed. */
    void requireReadable() {
        if (follower == null) {
            requireRunning();
        } else if (chain.size() == 0) {
            throw new LogStoppedException("log " + name + " is closed; open the pool again");
        }
    }

    private void requireNoFailure() {
        Throwable cause = failure;
        if (cause != null) {
            throw new LogStoppedException("log " + name + " stopped because a store or its write-back failed ("
                    + cause.getMessage() + "); open the pool again", cause);
        }
    }

    /** A claim that cannot be written: readers never pass it, and nobody appends any more. */
    void failAt(long position, Throwable cause) {
        lock.lock();
        try {
            failedAt = Math.min(failedAt, position);
            failure = cause;
        } finally {
            lock.unlock();
        }
        stop(new LogStoppedException("log " + name + " stopped at position " + position + ": a store failed ("
                + cause.getMessage() + "); open the pool again", cause));
    }

    /** Covers a claimed place with a record that skips it. Returns false if that cannot be stored. */
    boolean cover(long position, long bytes) {
        try {
            LogExtent extent = extentOf(position);
            RecordLayout.writeSpan(extent.persister, extent.addressOf(position), bytes, position, RecordLayout.PAD, extent.seed);
            return true;
        } catch (RuntimeException | Error e) {
            return false;
        }
    }

    static RuntimeException rethrow(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return e instanceof RuntimeException runtime ? runtime : new IllegalStateException(e);
    }

    /** From now on no append succeeds. The first reason stays. */
    void stop(SelkieException reason) {
        lock.lock();
        try {
            if (stopReason == null) {
                stopReason = reason;
            }
        } finally {
            lock.unlock();
        }
        tail.or(STOPPED);
    }

    /**
     * After a record of another process's log could not be read: whether that was because its extent was given back
     * meanwhile. The log begins further on then.
     */
    boolean wasTrimmedUnder(LogExtent extent) {
        if (follower == null || !extent.formatted.isGivenBack()) {
            return false;
        }
        start = Math.max(start, follower.start());
        return true;
    }

    /**
     * Stops, waits for the threads at work, makes everything durable if no store has failed, and lets go of the extents,
     * whatever fails on the way. Once; later calls do nothing.
     */
    void close(SelkieException reason) {
        if (closed) {
            return;
        }
        closed = true;
        stop(reason);
        writers.awaitNone(0, PositionSlots.FREE);
        preparation.close();
        try {
            if (failure == null && follower == null) {
                writeLastWatermark();
            }
        } finally {
            groupCommit.awaitIdle();
            if (follower != null) {
                follower.close();
            }
            lock.lock();
            try {
                chain.clear();
                readers.awaitNone(0, PositionSlots.FREE);
            } finally {
                lock.unlock();
            }
        }
    }

    private void writeLastWatermark() {
        long end = tail.get() & ~STOPPED;
        awaitPersisted(end);
        LogExtent last = active;
        if (end > last.first) {
            if (end < last.end) {
                // What an earlier crash left there would look like a torn tail.
                last.blankLine(end);
            }
            last.noteEnd(end);
            // The first extent knows it too: if the last one is lost, something still says that there was one.
            chain.first().noteEnd(end);
        } else if (chain.first() != last) {
            // Just rolled over: there is no record at the new extent's first position, and nothing to vouch for.
            chain.first().noteEnd(last.base);
        }
    }

    // ---- trimming

    long startPosition() {
        return start;
    }

    void trim(long position) {
        awaitVisible(position);
        lock.lock();
        try {
            requireRunning();
            long end = persistedPosition();
            if (position < start || position > end) {
                throw new PositionException("log " + name + " cannot be trimmed to " + position + ": it holds positions "
                        + start + " to " + end);
            }
            if (position == start) {
                return;
            }
            LogExtent holder = chain.at(position);
            if (holder == null || position < holder.first) {
                // The end of an extent, or the header of one that is not begun: the extent before says it.
                holder = chain.at(position - 1 - (position & (extentBytes - 1)));
            }
            if (holder == null) {
                throw new PositionException("log " + name + " has no extent for position " + position);
            }
            if (position != end && position != holder.end) {
                UnreadablePlaces.requireTrimmable(this, position);
            }
            holder.formatted.writeTrim(position);
            start = position;
            giveBackBelow(position, holder);
        } finally {
            lock.unlock();
        }
    }

    /** A record may be trimmed as soon as its append has returned, though a thread before it is not done yet. */
    private void awaitVisible(long position) {
        Backoff backoff = new Backoff();
        // Without the lock: the thread before may wait for it.
        while (position <= tail.get() && visiblePosition() < position) {
            backoff.pause();
        }
    }

    private void giveBackBelow(long position, LogExtent holder) {
        for (LogExtent extent : chain.removeBelow(position, holder)) {
            readers.awaitNone(extent.base, extent.end);
            source.giveBack(extent.formatted);
        }
    }

    RecordImage image(long position) {
        int slot = readers.enter(position);
        try {
            LogExtent extent = chain.at(position);
            if (extent == null || position < extent.first || position % RecordLayout.LINE_BYTES != 0) {
                requireReadable();
                throw new PositionException("no record of log " + name + " can begin at position " + position
                        + ": it holds positions " + start + " to " + visiblePosition() + ", at multiples of "
                        + RecordLayout.LINE_BYTES + " outside of the extents' headers");
            }
            return RecordImage.read(extent, position);
        } finally {
            readers.leave(slot);
        }
    }

    LogStatistics statistics() {
        return new LogStatistics(name, start, visiblePosition(), persistedPosition(), chain.size(), extentBytes);
    }
}
