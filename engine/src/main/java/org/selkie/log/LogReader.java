// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.agrona.concurrent.IdleStrategy;
import org.selkie.fault.DamagedRecordException;
import org.selkie.fault.ExtentFaultException;
import org.selkie.fault.PositionException;
import org.selkie.fault.SelkieException;
import org.selkie.format.RecordLayout;
import org.selkie.os.HotPath;
import org.selkie.persist.Persister;

/**
 * A cursor over the records of a log, forwards and backwards. Every record is checked and copied out before it is handed
 * over, so what a reader holds stays as it is while the log is trimmed or closed.
 *
 * <p>For one thread. A cursor holds nothing that must be released.
 *
 * <p><b>Errors.</b> {@link DamagedRecordException}: the record's bytes changed on media; {@link #skipDamaged} goes on
 * behind it. {@link ExtentFaultException}: the extent was truncated or its medium is damaged. {@link PositionException}:
 * the cursor's position was trimmed; {@link #seekToStart} goes on. {@link org.selkie.fault.LogStoppedException}: the log
 * was closed.
 */
public final class LogReader {

    private static final long FIRST_BUFFER_BYTES = 4096;

    private final LogState log;
    private final Visibility visibility;
    private MemorySegment buffer = Arena.ofAuto().allocate(FIRST_BUFFER_BYTES, RecordLayout.LINE_BYTES);
    private long limit;
    /** The current record's first and one after its last position; equal when the cursor stands between two records. */
    private long position;
    private long next;
    private int lengthBytes;

    LogReader(LogState log, Visibility visibility) {
        this.log = log;
        this.visibility = visibility;
        this.position = log.startPosition();
        this.next = position;
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
        position = to;
        next = to;
        lengthBytes = 0;
        return this;
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
                LogExtent extent = extentAt(next);
                if (next < extent.first) {
                    next = extent.first;
                    continue;
                }
                long bytes = load(extent, next, false);
                if (bytes > 0) {
                    moveTo(next, bytes);
                    return true;
                }
                next -= bytes;
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
        // Whoever sought a position behind the end sees no more there than a reader that came forwards.
        long at = position > limit ? Math.min(position, refreshLimit()) : position;
        while (at > log.startPosition()) {
            int slot = log.readers.enter(at - 1);
            try {
                LogExtent extent = extentAt(at - 1);
                if (at <= extent.first) {
                    at = extent.base;
                    continue;
                }
                at = startOfRecordBefore(extent, at);
                if (at < log.startPosition()) {
                    return false;
                }
                long bytes = load(extent, at, false);
                if (bytes > 0) {
                    moveTo(at, bytes);
                    return true;
                }
            } finally {
                log.readers.leave(slot);
            }
        }
        return false;
    }

    /**
     * Goes behind a record that {@link #next} could not read, to the next one that verifies or, if there is none yet, to the
     * end. Returns the bytes skipped.
     */
    public long skipDamaged() {
        long from = next;
        long end = refreshLimit();
        if (from >= end) {
            return 0;
        }
        int slot = log.readers.enter(from);
        try {
            LogExtent extent = extentAt(from);
            // Behind the end the next record may be in the making: what appears there is not to be skipped.
            return seek(Math.min(end, new ExtentScan(extent, from + RecordLayout.LINE_BYTES).search())).next - from;
        } finally {
            log.readers.leave(slot);
        }
    }

    /** The current record's position. */
    public long position() {
        return position;
    }

    /** The position after the current record. */
    public long nextPosition() {
        return next;
    }

    /** The current record's length. */
    public int lengthBytes() {
        return lengthBytes;
    }

    /** The current record, until the cursor moves. Read-only; not in the log's memory. */
    public MemorySegment payload() {
        return buffer.asSlice(RecordLayout.HEADER_BYTES, lengthBytes).asReadOnly();
    }

    /** A copy of the current record. */
    public byte[] bytes() {
        byte[] copy = new byte[lengthBytes];
        MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, RecordLayout.HEADER_BYTES, copy, 0, lengthBytes);
        return copy;
    }

    /** Reads the record at exactly this position, below the frontier or not: who knows it has appended it. */
    void readAt(long at) {
        int slot = log.readers.enter(at);
        try {
            LogExtent extent = extentAt(at);
            long bytes = at < extent.first || at % RecordLayout.LINE_BYTES != 0 ? 0 : load(extent, at, true);
            if (bytes <= 0) {
                throw noRecordAt(at);
            }
            moveTo(at, bytes);
        } finally {
            log.readers.leave(slot);
        }
    }

    private long refreshLimit() {
        limit = visibility == Visibility.VISIBLE ? log.visiblePosition() : log.persistedPosition();
        return limit;
    }

    private LogExtent extentAt(long at) {
        LogExtent extent = log.chain.at(at);
        if (extent != null && at >= log.startPosition()) {
            return extent;
        }
        log.requireReadable();
        throw new PositionException("log " + log.name + " has no position " + at + ": it holds " + log.startPosition()
                + " to " + log.visiblePosition());
    }

    private PositionException noRecordAt(long at) {
        return new PositionException("no record of log " + log.name + " begins at position " + at
                + "; use a position that append returned");
    }

    private void moveTo(long at, long bytes) {
        position = at;
        next = at + bytes;
        lengthBytes = RecordLayout.length(buffer);
    }

    /**
     * Reads a record into the buffer. Returns its length on media, negative if it only fills space.
     *
     * @param named whether the caller has only the user's word for it that a record begins there
     */
    private long load(LogExtent extent, long at, boolean named) {
        long limitBytes = extent.end - at;
        long length = HotPath.readRecord(extent.addressOf(at), Math.min(limitBytes, Persister.LONG_BYTES), at, extent.seed,
                buffer, buffer.byteSize());
        if (length == HotPath.CORRUPT && limitBytes > Persister.LONG_BYTES) {
            // Perhaps only longer than a safepoint should wait for.
            length = HotPath.readLongRecord(extent.addressOf(at), limitBytes, at, extent.seed, buffer, buffer.byteSize());
        }
        boolean span = length >= 0 && RecordLayout.isSpan(RecordLayout.type(buffer));
        if (!span && length > buffer.byteSize() - RecordLayout.HEADER_BYTES) {
            buffer = Arena.ofAuto().allocate(2 * (RecordLayout.HEADER_BYTES + length), RecordLayout.LINE_BYTES);
            length = HotPath.readLongRecord(extent.addressOf(at), limitBytes, at, extent.seed, buffer, buffer.byteSize());
        }
        if (length < 0) {
            // What stands in the buffer now is nobody's record.
            lengthBytes = 0;
            throw length == HotPath.ABSENT && named ? noRecordAt(at) : damaged(extent, at, length);
        }
        return span ? -RecordLayout.recordBytes(length) : RecordLayout.recordBytes(length);
    }

    private SelkieException damaged(LogExtent extent, long at, long code) {
        if (log.wasTrimmedUnder(extent)) {
            return new PositionException("position " + at + " of log " + log.name
                    + " was trimmed by the process that writes it; "
                    + (at < log.startPosition() ? "go on with seekToStart" : "open the pool again"));
        }
        String where = "log " + log.name + ", position " + at + " (" + extent + ", offset " + (at - extent.base) + ")";
        if (code == HotPath.FAULT) {
            return new ExtentFaultException("reading " + where
                    + " faulted: the extent was truncated or its medium is damaged; run selkie verify on the pool");
        }
        if (code == HotPath.ABSENT) {
            return new DamagedRecordException("no record begins at " + where
                    + "; either no append returned this position, or its header changed on media: run selkie verify on the pool");
        }
        if (code == HotPath.UNKNOWN) {
            return new DamagedRecordException("the record at " + where
                    + " is of a type that this engine does not know; read it with a newer one");
        }
        return new DamagedRecordException("the record at " + where
                + " does not match its checksum; run selkie verify on the pool");
    }

    /** By the last four bytes of the record before; if they do not lead to a record, by walking from the extent's start. */
    private long startOfRecordBefore(LogExtent extent, long at) {
        long lines = HotPath.loadInt(extent.addressOf(at - RecordLayout.TRAILER_BYTES));
        long start = at - lines * RecordLayout.LINE_BYTES;
        if (lines > 0 && start >= extent.first) {
            long length = HotPath.readRecord(extent.addressOf(start), at - start, start, extent.seed, MemorySegment.NULL, 0);
            if (length >= 0 && start + RecordLayout.recordBytes(length) == at) {
                return start;
            }
        }
        long logStart = log.startPosition();
        return ExtentScan.recordBefore(extent, logStart > extent.first && logStart < at ? logStart : extent.first, at);
    }
}
