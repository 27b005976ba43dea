// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.selkie.fault.PoolFullException;
import org.selkie.format.ExtentHeader;
import org.selkie.format.RecordLayout;
import org.selkie.os.HotEntry;
import org.selkie.os.HotPath;
import org.selkie.seal.SealTier;

/**
 * A log as a store on it sees it: records of types of its own, written in one step and waited for in another, so that a
 * store can say where a key stands as soon as the record is written and hold no lock while it becomes durable.
 *
 * <p>Errors are those of {@link Log} and {@link LogReader}.
 */
public final class StoreLog {

    /** What {@link #read} answers for a position that was trimmed. */
    public static final long TRIMMED = Long.MIN_VALUE;

    private final Log log;
    private final LogState state;
    private final Appender appender;
    private final Appender urgent;
    /** Held while somebody other than compaction takes from the last extent, and while compaction begins or ends. */
    private final ReentrantLock lastExtent = new ReentrantLock();
    private boolean isEmptying;
    private final UnreadablePlaces unreadable;
    private final boolean trusted;

    /** @param trusted whether recovery has not looked at the records */
    StoreLog(Log log, LogState state, Appender appender, Appender urgent, boolean trusted) {
        this.log = log;
        this.state = state;
        this.appender = appender;
        this.urgent = urgent;
        this.unreadable = new UnreadablePlaces(state);
        this.trusted = trusted;
    }

    /** Memory of one thread for one record at a time. */
    public static final class RecordCopy {

        private final RecordBuffer buffer = RecordBuffer.reused();

        public RecordCopy() {
            // Explicit, as the package is exported.
        }

        /** What was read last, its header first, until the next read. */
        public MemorySegment memory() {
            return buffer.memory();
        }

        public int type() {
            return buffer.type();
        }

        public int flags() {
            return buffer.flags();
        }

        /** The payload of what was read last, if it is as long as reading has said. */
        public MemorySegment payload(long lengthBytes) {
            return buffer.payload((int) lengthBytes);
        }
    }

    public Log log() {
        return log;
    }

    /** Tells the log from every other one, also from a later one of its name: the pool's id, and when the log was made. */
    public String origin() {
        ExtentHeader header = state.active.formatted.header();
        return header.poolId() + "/" + header.logCreatedMillis();
    }

    /** Whether another process writes the log, or may. */
    public boolean isReadOnly() {
        return state.isReadOnly();
    }

    /** Whether records are durable as soon as they are written. If not, {@link #awaitPersisted} is still to be called. */
    public boolean isDurableOnReturn() {
        return state.durableOnReturn;
    }

    /**
     * Writes a record and returns its position.
     *
     * @param payload in native memory
     * @throws PoolFullException if the pool has no room for an extent beyond the one in which the record would stand
     */
    public long append(int type, MemorySegment payload, long lengthBytes) {
        log.requireFits(lengthBytes);
        return appender.store(type, payload, lengthBytes);
    }

    /** As {@link #append}, and in a full pool takes from what is kept for that: for what makes room. */
    public long appendUrgently(int type, MemorySegment payload, long lengthBytes) {
        log.requireFits(lengthBytes);
        while (true) {
            try {
                return urgent.store(type, payload, lengthBytes);
            } catch (PoolFullException e) {
                if (!state.hasOneAhead()) {
                    throw e;
                }
                urgent.spendOneAhead(RecordLayout.recordBytes(lengthBytes));
            }
        }
    }

    /**
     * As {@link #append}, and in a full pool takes up to a quarter of the extent that is kept, unless compaction, which wants all
     * of it, is at work: for deletions.
     */
    public long appendDeletion(int type, MemorySegment payload, long lengthBytes) {
        try {
            return append(type, payload, lengthBytes);
        } catch (PoolFullException e) {
            lastExtent.lock();
            try {
                if (isEmptying || (!state.hasOneAhead() && restBytes() < state.extentBytes / 4 * 3)) {
                    throw e;
                }
                return appendUrgently(type, payload, lengthBytes);
            } finally {
                lastExtent.unlock();
            }
        }
    }

    /** From now on until it is over, what is kept in a full pool is compaction's alone. */
    public void emptying(boolean begins) {
        lastExtent.lock();
        try {
            isEmptying = begins;
        } finally {
            lastExtent.unlock();
        }
    }

    /**
     * Keeps an extent behind the one that is written, which ordinary records never use up: in a full pool there is still room
     * to delete, and to move what lives out of an extent before it is given back. Until there is one, {@link #append} throws.
     */
    public void keepOneAhead() {
        state.keepOneAhead();
    }

    private void requireOneAhead() {
        if (state.keepsOneAhead() && !state.hasOneAhead()) {
            state.haveOneAhead();
        }
    }

    /** Whether the pool had room for what is kept ahead, the last time that was asked for. */
    public boolean hasOneAhead() {
        return state.hasOneAhead();
    }

    /** Takes what is to be kept ahead, if the pool has room for it by now. Returns whether it had. */
    public boolean takeOneAhead() {
        try {
            requireOneAhead();
        } catch (PoolFullException e) {
            return false;
        }
        return state.hasOneAhead();
    }

    /** Whether the pool has no room for another extent. */
    public boolean isPoolFull() {
        return state.isSourceFull();
    }

    /** Throws if the log was closed or has stopped, or is open for reading only. */
    public void requireRunning() {
        state.stop.requireRunning();
    }

    /** Throws if the log was closed, or has stopped. */
    public void requireReadable() {
        state.requireReadable();
    }

    /** What is left of the extent that is being written. */
    public long restBytes() {
        return state.active.end - Math.clamp(tailPosition(), state.active.first, state.active.end);
    }

    public long extentBytes() {
        return state.extentBytes;
    }

    /** Where the extent of a position ends. */
    public long endOfExtent(long position) {
        return (position & -state.extentBytes) + state.extentBytes;
    }

    /**
     * Writes records that stand staged in native memory ({@link RecordLayout#stage}) under one fence: all of them are there
     * after a crash or none. Returns the first one's position.
     */
    public long appendBatch(MemorySegment staged, long lengthBytes) {
        return appender.storeBatch(staged, lengthBytes);
    }

    /** Waits until everything below a position is durable. */
    public void awaitPersisted(long end) {
        state.awaitPersisted(end);
    }

    /** The longest record or batch, on media. */
    public long maxRecordBytes() {
        return state.maxRecordBytes();
    }

    /** Positions are claimed up to here. */
    public long tailPosition() {
        return state.tail() & ~LogStop.STOPPED;
    }

    /**
     * Copies the record at a position out, checked. Returns its payload's length, or {@link #TRIMMED}.
     *
     * @param position of a record that was appended, trimmed meanwhile or not
     */
    public long read(long position, RecordCopy record) {
        return read(position, record, 0);
    }

    /**
     * As {@link #read(long, RecordCopy)}, and copies only the first bytes of the record, its header among them; all of it is
     * checked.
     *
     * @param headBytes how many, at least a header's, or 0 for all
     */
    public long read(long position, RecordCopy record, int headBytes) {
        int slot = state.readers.enter(position);
        try {
            if (position < state.startPosition()) {
                return TRIMMED;
            }
            LogExtent extent = state.chain.at(position);
            if (extent == null) {
                if (position < state.startPosition()) {
                    return TRIMMED;
                }
                throw unreadable.noExtentAt(position);
            }
            long length = HotPath.ABSENT;
            if (UnreadablePlaces.isPossible(extent, position)) {
                length = headBytes == 0 ? record.buffer.read(extent, position)
                        : record.buffer.readHead(extent, position, headBytes);
            }
            if (length < 0) {
                throw unreadable.because(extent, position, length, false);
            }
            if (record.buffer.isSpan()) {
                throw unreadable.noRecordAt(position);
            }
            return length;
        } finally {
            state.readers.leave(slot);
        }
    }

    /**
     * Copies the value of the entry at a position out, checked, if it is that of a key. Returns the value's length, with
     * nothing copied if that is more than there is room for, or {@link HotEntry#OTHER_KEY}, or another number below zero:
     * then {@link #read} says what there is.
     *
     * @param key the address of the key
     * @param out the address of memory for the value
     */
    public long readValue(long position, long key, int keyBytes, long out, int outBytes) {
        int slot = state.readers.enter(position);
        try {
            LogExtent extent = extentToRead(position);
            return extent == null ? HotEntry.NOT_PLAIN : HotEntry.get(extent.addressOf(position), extent.seed,
                    extent.end - position, position, key, keyBytes, out, outBytes);
        } finally {
            state.readers.leave(slot);
        }
    }

    /**
     * Whether a record is a value of a key, for whoever replaces it: its bytes on media if it is, else a number below zero, and
     * then {@link #read} says what it is. The bytes are what the record says, unverified.
     *
     * @param key   the address of the key
     * @param forms the bits beside the key's length that the entry's form may have
     */
    public long match(long position, long key, int keyBytes, int forms) {
        int slot = state.readers.enter(position);
        try {
            LogExtent extent = extentToRead(position);
            return extent == null ? HotEntry.NOT_PLAIN
                    : HotEntry.match(extent.addressOf(position), extent.end - position, position, key, keyBytes, forms);
        } finally {
            state.readers.leave(slot);
        }
    }

    private @Nullable LogExtent extentToRead(long position) {
        LogExtent extent = state.chain.at(position);
        return extent != null && position >= state.startPosition() && UnreadablePlaces.isPossible(extent, position) ? extent
                : null;
    }

    /** The entries of the log, extent by extent; empty if it has none, or lacks an extent. When nobody writes it yet. */
    public List<EntryWalk> walks(long hashSeed) {
        return EntryWalk.of(state, hashSeed);
    }

    /**
     * Up to where an index that is built now has to go: the tail, or, where another process writes, what is whole there by now.
     */
    public long endToIndex() {
        return state.isReadOnly() ? state.visiblePosition() : tailPosition();
    }

    /** Whether recovery took the log at its word and has not looked at its records. */
    public boolean isTrusted() {
        return trusted;
    }

    /** Where the last record begins, if what stands in front of the tail tells; else -1. Whether it does, reading it says. */
    public long startOfLast() {
        LogExtent extent = state.chain.at(tailPosition() - 1);
        return extent == null ? -1 : ClosedLog.startOfLast(extent, tailPosition());
    }

    /** Whether the last record seems to be of an index. */
    public boolean endsWithIndex() {
        long at = startOfLast();
        LogExtent extent = at < 0 ? null : state.chain.at(at);
        return extent != null
                && HotPath.loadInt(extent.addressOf(at) + RecordLayout.LAG_OFFSET) >>> 24 == RecordLayout.INDEX;
    }

    /** Whether somebody has opened the log to write since it was given the end that it has. */
    public boolean wasOpened() {
        LogExtent extent = state.chain.at(tailPosition() - 1);
        return extent == null || extent.formatted.readOpened() == tailPosition();
    }

    /** Notes, durably, that from now on the log is written. Before the first record is. */
    public void noteOpened() {
        LogExtent extent = state.chain.at(tailPosition() - 1);
        if (extent != null && tailPosition() > extent.first) {
            extent.formatted.writeOpened(tailPosition());
        }
    }

    /** Keeps extents where they are for those who read in place. */
    public PinnedExtents pins() {
        return state.pins.open();
    }

    /** How many of those there are. */
    public int countPins() {
        return state.pins.count();
    }

    /**
     * Whether nobody can take the file away, or change it, under somebody who reads it in place: no other process may write it,
     * and the kernel refuses whatever would cut it short, or holds it up until the seal's holder has let go.
     */
    public boolean isFirm() {
        return !state.isReadOnly() && state.chain.all().stream().map(extent -> extent.formatted.extent().seal().tier())
                .allMatch(tier -> tier.kernelEnforced() || tier == SealTier.LEASE);
    }

    /** How much the pool has room for, beyond the log's extents. */
    public long roomBytes() {
        return state.roomBytes();
    }

    /** How long a record that was checked before is on media, and no more than what its extent holds. */
    public long recordBytes(long position) {
        LogExtent extent = state.chain.at(position);
        if (extent == null || position < extent.first) {
            return 0;
        }
        long lengthBytes = HotPath.loadInt(extent.addressOf(position) + RecordLayout.LENGTH_OFFSET);
        return lengthBytes < 0 ? 0 : Math.min(RecordLayout.recordBytes(lengthBytes), extent.end - position);
    }

    /** Where a position is in memory, for {@link HotEntry#prefetch} alone: it may be gone at once. 0 if it is nowhere. */
    public long addressHint(long position) {
        LogExtent extent = state.chain.at(position);
        return extent == null ? 0 : extent.addressOf(position);
    }

    /** A cursor that tells of each record its type and shows its header. */
    public Cursor cursor(Visibility visibility) {
        return new Cursor(log.reader(visibility));
    }

    /** A {@link LogReader} for records of all types. */
    public static final class Cursor {

        private final LogReader reader;

        private Cursor(LogReader reader) {
            this.reader = reader;
        }

        public LogReader reader() {
            return reader;
        }

        public int type() {
            return reader.type();
        }

        /** Whether the current record is a user's: only a log that an earlier version wrote to can hold one. */
        public boolean isForeign() {
            return reader.type() == RecordLayout.DATA;
        }

        /** Whether the current record is of the index that was written at a close, and no entry. */
        public boolean isIndex() {
            return reader.type() == RecordLayout.INDEX;
        }

        /** As {@link LogReader#next}, past what is a user's, and past what is of an index. */
        public boolean next() {
            boolean moved = reader.next();
            while (moved && (isForeign() || isIndex())) {
                moved = reader.next();
            }
            return moved;
        }

        public int flags() {
            return reader.flags();
        }

        /** The current record, its header first, until the cursor moves. */
        public MemorySegment memory() {
            return reader.memory();
        }
    }
}
