// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.selkie.fault.DamagedRecordException;
import org.selkie.fault.ExtentFaultException;
import org.selkie.fault.MissingExtentException;
import org.selkie.fault.PositionException;
import org.selkie.fault.SelkieException;
import org.selkie.format.RecordLayout;
import org.selkie.os.HotPath;

/**
 * Says why a place of a log cannot be read. All but {@link #extentAt} is for a thread that has entered a slot there.
 */
final class UnreadablePlaces {

    private static final String VERIFY = "; run selkie verify on the pool";

    private final LogState log;

    UnreadablePlaces(LogState log) {
        this.log = log;
    }

    /** Checks what stands at a position, and copies nothing. Returns the length that it says, or a code of {@link HotPath}. */
    static long check(LogExtent extent, long at) {
        return HotPath.readLongRecord(extent.addressOf(at), extent.end - at, at, extent.seed, MemorySegment.NULL, 0);
    }

    /** Whether what was checked before only fills space. */
    static boolean isSpan(LogExtent extent, long at) {
        return RecordLayout.isSpan((int) HotPath.loadInt(extent.addressOf(at) + RecordLayout.LAG_OFFSET) >>> 24);
    }

    /** Whether a record can begin at a position. */
    static boolean isPossible(LogExtent extent, long at) {
        return at >= extent.first && at % RecordLayout.LINE_BYTES == 0;
    }

    /** Makes sure that a record stands at a position to which a log is to be trimmed. */
    static void requireTrimmable(LogState log, long at) {
        int slot = log.readers.enter(at);
        try {
            UnreadablePlaces places = new UnreadablePlaces(log);
            LogExtent extent = places.extentAt(at);
            long length = isPossible(extent, at) ? check(extent, at) : HotPath.ABSENT;
            if (length >= 0 && !isSpan(extent, at)) {
                return;
            }
            SelkieException why = length >= 0 ? places.noRecordAt(at) : places.because(extent, at, length, true);
            if (why instanceof DamagedRecordException damaged) {
                long next = new Wayfinder(extent).nextAfter(at);
                throw new DamagedRecordException("log " + log.name + " cannot be trimmed to position " + at + ": "
                        + damaged.getMessage() + ", or trim to the record behind, at "
                        + Math.min(next, log.persistedPosition()), damaged);
            }
            throw why;
        } finally {
            log.readers.leave(slot);
        }
    }

    /** The extent of a position of the log; throws why there is none. */
    LogExtent extentAt(long at) {
        LogExtent extent = log.chain.at(at);
        if (extent != null && at >= log.startPosition()) {
            return extent;
        }
        throw noExtentAt(at);
    }

    /** Why a position has no extent. */
    SelkieException noExtentAt(long at) {
        MissingExtentException missing = missingAt(at);
        if (missing != null) {
            return missing;
        }
        log.requireReadable();
        return new PositionException("log " + log.name + " has no position " + at + ": it holds " + log.startPosition()
                + " to " + log.visiblePosition());
    }

    /** That a position lies within the log where an extent is missing; null if not. */
    @Nullable MissingExtentException missingAt(long at) {
        LogExtent after = log.chain.nextAfter(at);
        if (at < log.startPosition() || log.chain.at(at) != null || after == null) {
            return null;
        }
        LogExtent before = log.chain.lastBefore(at);
        long from = before == null ? log.startPosition() : before.end;
        return new MissingExtentException(Recovery.missing(log.name, from / (after.end - after.base), after.sequence - 1)
                + " is not there: nothing can be read from position " + from + " to " + after.base
                + "; restore it from a copy, or go on behind it with skipDamaged", from, after.base);
    }

    PositionException noRecordAt(long at) {
        return new PositionException("no record of log " + log.name + " begins at position " + at
                + "; use a position that append returned");
    }

    /**
     * Why a record could not be read.
     *
     * @param code  that reading it gave
     * @param named whether there is only the user's word for it that one begins there
     */
    SelkieException because(LogExtent extent, long at, long code, boolean named) {
        if (log.wasTrimmedUnder(extent)) {
            return new PositionException("position " + at + " of log " + log.name
                    + " was trimmed by the process that writes it; "
                    + (at < log.startPosition() ? "go on with seekToStart" : "open the pool again"));
        }
        String where = "log " + log.name + ", position " + at + " (" + extent + ", offset " + (at - extent.base) + ")";
        if (code == HotPath.FAULT) {
            return new ExtentFaultException("reading " + where
                    + " faulted: the extent was truncated or its medium is damaged" + VERIFY);
        }
        if (code == HotPath.ABSENT) {
            return named ? absent(extent, at, where) : overwritten(where);
        }
        if (code == HotPath.UNKNOWN) {
            return new DamagedRecordException("the record at " + where
                    + " is of a type that this engine does not know; read it with a newer one");
        }
        return new DamagedRecordException("the record at " + where + " does not match its checksum" + VERIFY);
    }

    /** Nothing at a position says that a record begins there: perhaps none ever did. The records before it tell. */
    private SelkieException absent(LogExtent extent, long at, String where) {
        if (!isPossible(extent, at) || at >= log.visiblePosition()) {
            return noRecordAt(at);
        }
        long start = new Wayfinder(extent).startBefore(Math.max(extent.first, log.startPosition()),
                at + RecordLayout.LINE_BYTES);
        if (check(extent, start) >= 0) {
            return noRecordAt(at);
        }
        return start == at ? overwritten(where) : new DamagedRecordException("whether a record begins at " + where
                + " is not known: from position " + start + " on, everything there is damaged" + VERIFY);
    }

    private static DamagedRecordException overwritten(String where) {
        return new DamagedRecordException("the header of the record at " + where + " was overwritten" + VERIFY);
    }
}
