// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.selkie.fault.LogStoppedException;
import org.selkie.fault.PositionException;
import org.selkie.fault.SelkieException;
import org.selkie.format.ExtentHeader;
import org.selkie.format.RecordLayout;

/**
 * What the threads of a log share: its extents, the tail up to which places are claimed, and the frontier below which
 * every record is written.
 *
 * <p>Invariants. The tail only grows, except that {@link LogStop#STOPPED} is set in it once. A thread that claims, or that
 * looks up an extent, has entered a slot before; while it has no claim and waits for one, it has stepped aside in its slot,
 * and it is back at or below the frontier before it claims. An extent leaves the chain before anybody waits for the slots,
 * and is taken from memory only after. The frontier is never above a claim that is not written: it is computed from the
 * tail, read first, and the slots, read after.
 */
final class LogState {

    private static final int REFRESH_BYTES = 16 * 1024;
    private static final int NO_SLOT = -1;
    private static final AtomicIntegerFieldUpdater<LogState> FIRST_SLOT =
            AtomicIntegerFieldUpdater.newUpdater(LogState.class, "firstSlot");

    final String name;
    final boolean durableOnReturn;
    final PositionSlots writers = new PositionSlots();
    final PositionSlots readers = new PositionSlots();
    final ExtentChain chain;
    final LogStop stop;
    final long extentBytes;
    /** Held while the log's extents change. Who waits for it must not hold back the frontier. */
    final ReentrantLock extentsLock = new ReentrantLock();
    volatile LogExtent active;

    private final @Nullable ReadOnlyTail follower;
    private final ExtentPreparation preparation;
    private final GroupCommit groupCommit;
    private final RollOver rollOver;
    private final Trimming trimming;
    final Pins pins;
    private final Closing closing;
    private final ExtentSource source;

    /** Claimed up to here; written by every append of every thread. */
    private final PaddedLong tail;
    /** Known to be written up to here. */
    private final PaddedLong frontier;
    private volatile int firstSlot = NO_SLOT;
    private volatile boolean severalSlots;
    private volatile boolean keepsOneAhead;

    LogState(String name, ExtentSource source, RecoveredLog recovered, @Nullable ReadOnlyTail follower) {
        this.name = name;
        this.source = source;
        this.follower = follower;
        this.chain = recovered.chain();
        this.active = recovered.active();
        this.extentBytes = active.end - active.base;
        this.durableOnReturn = active.persister.durableOnReturn();
        this.tail = new PaddedLong(recovered.tail());
        this.frontier = new PaddedLong(recovered.tail());
        this.stop = new LogStop(name, tail);
        this.preparation = new ExtentPreparation(name, active.formatted.header().logCreatedMillis(), source, chain);
        this.groupCommit = new GroupCommit(recovered.tail(), this::visiblePosition, this::writeBack, stop::requireNoFailure);
        this.rollOver = new RollOver(this, preparation);
        this.pins = new Pins(this, source);
        this.trimming = new Trimming(this, follower, recovered.start());
        this.closing = new Closing(this, preparation, groupCommit, follower);
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

    /** Waits for nobody: the caller's slot would hold back the others. */
    private void noteSlot(int slot) {
        if (!FIRST_SLOT.compareAndSet(this, NO_SLOT, slot) && firstSlot != slot) {
            severalSlots = true;
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

    /** Makes room for a record, or throws. Called with a slot held and nothing claimed under it. */
    void makeRoom(int slot, long recordBytes) {
        rollOver.makeRoom(slot, recordBytes);
    }

    /** As {@link #makeRoom}, and spends the extent that is kept ahead. */
    void makeRoomUrgently(int slot, long recordBytes) {
        rollOver.makeRoom(slot, recordBytes, false);
    }

    /** From now on the log has an extent behind the one that is written, as long as the pool has room for it. */
    void keepOneAhead() {
        keepsOneAhead = true;
        preparation.prepareOneMoreAhead();
    }

    boolean isReadOnly() {
        return follower != null;
    }

    boolean keepsOneAhead() {
        return keepsOneAhead;
    }

    boolean hasOneAhead() {
        return chain.after(active) != null;
    }

    /** Gives the log an extent behind the one that is written, or throws. */
    void haveOneAhead() {
        rollOver.haveOneAhead();
    }

    /** As {@link #haveOneAhead}, with a slot held and nothing claimed under it. */
    void makeOneAhead(int slot) {
        rollOver.makeOneAhead(slot);
    }

    boolean isSourceFull() {
        return source.isFull();
    }

    long roomBytes() {
        return source.roomBytes();
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
        long upTo = tail.get() & ~LogStop.STOPPED;
        upTo = Math.min(upTo, writers.lowest());
        upTo = Math.min(upTo, stop.failedAt());
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
        stop.requireNoFailure();
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
            stop.failWriteBack(e);
            throw e;
        }
    }

    // ---- stopping

    /** A log that is open for reading can be read until it is closed. */
    void requireReadable() {
        if (follower == null) {
            stop.requireRunning();
        } else if (chain.size() == 0) {
            throw new LogStoppedException("log " + name + " is closed; open the pool again");
        }
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

    /** Stops the log and lets go of its extents. */
    void close(SelkieException reason) {
        closing.close(reason);
    }

    // ---- trimming

    long startPosition() {
        return trimming.startPosition();
    }

    void trim(long position) {
        trimming.trim(position);
    }

    /** Whether a record could not be read because another process, which writes the log, has trimmed it meanwhile. */
    boolean wasTrimmedUnder(LogExtent extent) {
        return trimming.wasTrimmedUnder(extent);
    }

    RecordImage image(long position) {
        int slot = readers.enter(position);
        try {
            LogExtent extent = chain.at(position);
            if (extent == null || position < extent.first || position % RecordLayout.LINE_BYTES != 0) {
                requireReadable();
                throw new PositionException("no record of log " + name + " can begin at position " + position
                        + ": it holds positions " + startPosition() + " to " + visiblePosition() + ", at multiples of "
                        + RecordLayout.LINE_BYTES + " outside of the extents' headers");
            }
            return RecordImage.read(extent, position);
        } finally {
            readers.leave(slot);
        }
    }

    LogStatistics statistics() {
        return new LogStatistics(name, startPosition(), visiblePosition(), persistedPosition(), chain.size(), extentBytes);
    }
}
