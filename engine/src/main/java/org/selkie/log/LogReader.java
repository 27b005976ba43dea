// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.lang.foreign.MemorySegment;
import org.agrona.concurrent.IdleStrategy;
import org.jspecify.annotations.Nullable;
import org.selkie.fault.DamagedRecordException;
import org.selkie.fault.ExtentFaultException;
import org.selkie.fault.MissingExtentException;
import org.selkie.fault.PositionException;
import org.selkie.format.RecordLayout;
import org.selkie.os.HotPath;

/**
 * A cursor over the records of a log, forwards and backwards. Every record is checked and copied out before it is handed
 * over, so what a reader holds stays as it is while the log is trimmed or closed.
 *
 * <p>A cursor stands on a record, or between two. {@link #next} goes to the one behind, {@link #previous} to the one before.
 * A move that returns false changes nothing. One that throws leaves the cursor where it is, without a record. Both may be
 * tried again.
 *
 * <p>For one thread. A cursor holds nothing that must be released.
 *
 * <p><b>Errors</b> of moves and of {@link Log#read}, by what the caller can do:
 * <ul>
 * <li>{@link DamagedRecordException}: a record should begin here, and its bytes changed on media.
 * {@link MissingExtentException}, one of these: a whole extent is gone. {@link ExtentFaultException}: the extent was
 * truncated, or its medium is damaged. After {@code next}, {@link #skipDamaged} goes on behind the place, and after
 * {@code previous}, {@link #skipDamagedBackwards} before it.
 * <li>{@link PositionException}: there is no such place: the position was trimmed ({@link #seekToStart} goes on), or is none
 * that an append returned, or lies outside of the log.
 * <li>{@link org.selkie.fault.LogStoppedException}: the log was closed.
 * </ul>
 * To tell the first from the second, when somebody sought a position where no record begins, takes a walk over its extent.
 */
public final class LogReader {

    private final LogState log;
    private final Visibility visibility;
    private final RecordBuffer buffer;
    private final UnreadablePlaces unreadable;
    private long limit;
    /** The current record's first and one after its last position; equal when the cursor stands between two records. */
    private long position;
    private long next;
    private int lengthBytes;
    /** Whether nothing but the user's word says that a record begins at {@link #next}. */
    private boolean sought;
    private @Nullable Wayfinder way;

    LogReader(LogState log, Visibility visibility) {
        this(log, visibility, RecordBuffer.reused(), log.startPosition());
    }

    private LogReader(LogState log, Visibility visibility, RecordBuffer buffer, long position) {
        this.log = log;
        this.visibility = visibility;
        this.buffer = buffer;
        this.unreadable = new UnreadablePlaces(log);
        this.position = position;
        this.next = position;
    }

    /** The record at exactly this position, below the frontier or not: who knows it has appended it. */
    static byte[] read(LogState log, long at) {
        LogReader reader = new LogReader(log, Visibility.VISIBLE, RecordBuffer.once(), at);
        int slot = log.readers.enter(at);
        try {
            LogExtent extent = reader.unreadable.extentAt(at);
            boolean possible = UnreadablePlaces.isPossible(extent, at);
            long length = reader.load(extent, at, possible ? reader.buffer.read(extent, at) : HotPath.ABSENT, true);
            if (reader.buffer.isSpan()) {
                throw reader.unreadable.noRecordAt(at);
            }
            return reader.buffer.bytes((int) length);
        } finally {
            log.readers.leave(slot);
        }
    }

    /** Goes before the first record. */
    public LogReader seekToStart() {
        return seek(log.startPosition());
    }

    /** Goes behind the last record. */
    public LogReader seekToEnd() {
        refreshLimit();
        return seek(limit);
    }

    /** Goes before the record at a position. Whether one begins there is seen when it is read. */
    public LogReader seek(long to) {
        standAt(to);
        sought = true;
        way = null;
        return this;
    }

    private void standAt(long to) {
        position = to;
        next = to;
        lengthBytes = 0;
        sought = false;
    }

    /**
     * Goes to the next record. Returns false, and stays, when there is none yet; call again to follow the tail.
     */
    public boolean next() {
        while (true) {
            if (next >= limit && next >= refreshLimit()) {
                log.requireReadable();
                return false;
            }
            int slot = log.readers.enter(next);
            try {
                LogExtent extent = unreadable.extentAt(next);
                if (next < extent.first) {
                    next = extent.first;
                    sought = false;
                    continue;
                }
                long length = load(extent, next, buffer.read(extent, next), sought);
                if (!buffer.isSpan()) {
                    moveTo(next, length);
                    return true;
                }
                // No record will ever stand here: to look at it once is enough.
                next += RecordLayout.recordBytes(length);
                sought = false;
            } finally {
                log.readers.leave(slot);
            }
        }
    }

    /** As {@link #next}, and idles until there is a record. */
    public void awaitNext(IdleStrategy idle) {
        idle.reset();
        while (!next()) {
            idle.idle();
        }
    }

    /** Goes to the record before. Returns false, and stays, when there is none. */
    public boolean previous() {
        long at = behind();
        while (at > log.startPosition()) {
            int slot = log.readers.enter(at - 1);
            try {
                LogExtent extent = unreadable.extentAt(at - 1);
                if (at <= extent.first) {
                    at = extent.base;
                    continue;
                }
                at = startOfRecordBefore(extent, at);
                if (at < log.startPosition()) {
                    return false;
                }
                long length = load(extent, at, buffer.read(extent, at), false);
                if (!buffer.isSpan()) {
                    moveTo(at, length);
                    return true;
                }
            } finally {
                log.readers.leave(slot);
            }
        }
        return false;
    }

    /** Whoever sought a position behind the end sees no more there than a reader that came forwards. */
    private long behind() {
        return position > limit ? Math.min(position, refreshLimit()) : position;
    }

    /**
     * Goes behind a place that {@link #next} could not read, to the next record that verifies or, if there is none yet, to
     * the end. Returns the bytes skipped; 0, and stays, when nothing is damaged there.
     */
    public long skipDamaged() {
        long from = next;
        long end = refreshLimit();
        if (from >= end) {
            return 0;
        }
        int slot = log.readers.enter(from);
        try {
            MissingExtentException missing = unreadable.missingAt(from);
            long to;
            if (missing != null) {
                to = missing.toPosition();
            } else {
                LogExtent extent = unreadable.extentAt(from);
                if (from < extent.first || UnreadablePlaces.check(extent, from) >= 0) {
                    return 0;
                }
                Wayfinder found = wayIn(extent);
                found.charge(from);
                to = found.nextAfter(from);
            }
            // Behind the end the next record may be in the making: what appears there is not to be skipped.
            standAt(Math.min(end, to));
            return next - from;
        } finally {
            log.readers.leave(slot);
        }
    }

    /**
     * Goes before a place that {@link #previous} could not read, so that the next {@code previous} goes to the record in
     * front of it. Returns the bytes skipped; 0, and stays, when nothing is damaged there.
     */
    public long skipDamagedBackwards() {
        long from = behind();
        long at = from;
        while (at > log.startPosition()) {
            int slot = log.readers.enter(at - 1);
            try {
                MissingExtentException missing = unreadable.missingAt(at - 1);
                if (missing != null) {
                    standAt(missing.fromPosition());
                    return from - position;
                }
                LogExtent extent = unreadable.extentAt(at - 1);
                if (at <= extent.first) {
                    at = extent.base;
                    continue;
                }
                at = startOfRecordBefore(extent, at);
                if (UnreadablePlaces.check(extent, at) < 0) {
                    Wayfinder found = wayIn(extent);
                    found.charge(at);
                    standAt(Math.max(log.startPosition(), found.gaveUp() ? extent.first : at));
                    return from - position;
                }
                if (!UnreadablePlaces.isSpan(extent, at)) {
                    return 0;
                }
            } finally {
                log.readers.leave(slot);
            }
        }
        return 0;
    }

    /** The current record's position. */
    public long position() {
        return position;
    }

    /** Where {@link #next} goes on: after the current record, and after what only fills space there. */
    public long nextPosition() {
        return next;
    }

    /** The current record's length. */
    public int lengthBytes() {
        return lengthBytes;
    }

    /** The current record's type: what it is is said by whoever wrote it, a user or a store. */
    int type() {
        return buffer.type();
    }

    /** The current record's flags: its place in a batch. */
    int flags() {
        return buffer.flags();
    }

    /** The current record with its header in front, until the cursor moves. */
    MemorySegment memory() {
        return buffer.memory();
    }

    /** The current record, until the cursor moves. Read-only; not in the log's memory. */
    public MemorySegment payload() {
        return buffer.payload(lengthBytes);
    }

    /** A copy of the current record. */
    public byte[] bytes() {
        return buffer.bytes(lengthBytes);
    }

    private long refreshLimit() {
        limit = visibility == Visibility.VISIBLE ? log.visiblePosition() : log.persistedPosition();
        return limit;
    }

    private void moveTo(long at, long length) {
        position = at;
        next = at + RecordLayout.recordBytes(length);
        lengthBytes = (int) length;
        sought = false;
    }

    /** Takes what reading a record into the buffer gave: its payload's length, or the code why not. */
    private long load(LogExtent extent, long at, long length, boolean named) {
        if (length < 0) {
            // What stands in the buffer now is nobody's record.
            lengthBytes = 0;
            throw unreadable.because(extent, at, length, named);
        }
        return length;
    }

    private Wayfinder wayIn(LogExtent extent) {
        Wayfinder found = Wayfinder.in(extent, way);
        way = found;
        return found;
    }

    /** By the last four bytes of the record before; if they do not lead to a record, by walking from the extent's start. */
    private long startOfRecordBefore(LogExtent extent, long at) {
        Wayfinder found = way;
        if (found == null || found != Wayfinder.in(extent, found) || !found.knowsStarts()) {
            long lines = HotPath.loadInt(extent.addressOf(at - RecordLayout.TRAILER_BYTES));
            long start = at - lines * RecordLayout.LINE_BYTES;
            if (lines > 0 && start >= extent.first) {
                long length = UnreadablePlaces.check(extent, start);
                if (length >= 0 && start + RecordLayout.recordBytes(length) == at) {
                    return start;
                }
            }
        }
        long logStart = log.startPosition();
        return wayIn(extent).startBefore(logStart > extent.first && logStart < at ? logStart : extent.first, at);
    }
}
