// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.selkie.fault.PoolFormatException;
import org.selkie.format.FormatVersion;
import org.selkie.format.RecordLayout;
import org.selkie.os.HotPath;

/**
 * One extent, looked at from end to end: what it holds, and the gaps between its records. A forged extent can have a gap
 * at every other line: beyond some hundred they are not kept but found again by another look when they are asked for, so
 * memory stays small whatever stands there.
 */
final class ExtentSurvey {

    /** Bytes of an extent between two accepted records, or after the last one. */
    record Gap(LogExtent extent, long from, long to, long code, boolean mediaError) {
    }

    /** A gap is some 50 bytes; an extent that a crash or a medium has damaged has a handful of them. */
    private static final int MOST_KEPT = 512;

    final LogExtent extent;
    private final String log;
    private final long from;
    private final boolean fromWithinBatch;
    /** After the last accepted record, or 0. */
    private long acceptedEnd;
    /** After the last record that verifies, accepted or not, or 0. */
    private long verifiedEnd;
    private long proven;
    private long records;
    private long payloadBytes;
    private long scannedBytes;
    private final List<Gap> kept = new ArrayList<>();
    private long gaps;
    private @Nullable Gap open;

    /**
     * Looks at an extent.
     *
     * @param from            where the log or the extent begins
     * @param fromWithinBatch whether the log was trimmed to there: the members before may be gone
     */
    ExtentSurvey(String log, LogExtent extent, long from, boolean fromWithinBatch) {
        this.log = log;
        this.extent = extent;
        this.from = from;
        this.fromWithinBatch = fromWithinBatch;
        if (from < extent.end) {
            ExtentScan scan = look(this::keep);
            proven = scan.proven();
            records = scan.records();
            payloadBytes = scan.payloadBytes();
            scannedBytes = scan.position() - from;
        }
    }

    private void keep(Gap gap) {
        gaps++;
        if (gaps <= MOST_KEPT) {
            kept.add(gap);
        }
    }

    /** Hands over every gap, in order; what was handed over before may be written to. */
    void forEachGap(Consumer<Gap> to) {
        if (gaps <= MOST_KEPT) {
            kept.forEach(to);
        } else {
            look(to);
        }
    }

    long acceptedEnd() {
        return acceptedEnd;
    }

    long verifiedEnd() {
        return verifiedEnd;
    }

    long proven() {
        return proven;
    }

    long records() {
        return records;
    }

    long payloadBytes() {
        return payloadBytes;
    }

    long scannedBytes() {
        return scannedBytes;
    }

    private ExtentScan look(Consumer<Gap> to) {
        ExtentScan scan = new ExtentScan(extent, from);
        if (fromWithinBatch) {
            scan.beginInBatch();
        }
        while (scan.position() < extent.end) {
            long before = scan.position();
            long code = scan.walk(extent.end);
            if (scan.intactUpTo() > before) {
                acceptedEnd = scan.intactUpTo();
            }
            if (scan.position() > before) {
                verifiedEnd = scan.position();
            }
            requireKnown(scan, code);
            if (code == 0 && scan.intactUpTo() == extent.end) {
                break;
            }
            skip(scan, code, to);
        }
        Gap last = open;
        open = null;
        if (last != null) {
            to.accept(last);
        }
        return scan;
    }

    private void requireKnown(ExtentScan scan, long code) {
        if (code == HotPath.UNKNOWN) {
            throw new PoolFormatException("the record of log " + log + " at position " + scan.position() + " (" + extent
                    + ", offset " + (scan.position() - extent.base) + ") is of a type that format "
                    + FormatVersion.CURRENT + " does not know; open the pool with a newer engine");
        }
    }

    /** Goes to where the next record verifies, and notes what lies in between. */
    private void skip(ExtentScan scan, long code, Consumer<Gap> to) {
        long begin = scan.intactUpTo();
        boolean withinBatch = begin < scan.position();
        scan.dropBatch();
        if (code == HotPath.TORN_BATCH && withinBatch) {
            // The batch ends without its last member; the record here is none of it.
            note(new Gap(extent, begin, scan.position(), code, false), to);
            return;
        }
        if (code == HotPath.TORN_BATCH) {
            // The record here verifies, and what it belongs to is not there.
            verifiedEnd = scan.position() + RecordLayout.LINE_BYTES;
        }
        long end = code == 0 ? extent.end : scan.searchNext();
        note(new Gap(extent, begin, end, scan.gaveUp() ? HotPath.BUDGET : code, scan.takeMediaError()), to);
    }

    /** Gaps that touch are one. */
    private void note(Gap gap, Consumer<Gap> to) {
        Gap last = open;
        if (last != null && last.to == gap.from) {
            long code = gap.code == HotPath.BUDGET ? gap.code : last.code;
            open = new Gap(extent, last.from, gap.to, code, last.mediaError || gap.mediaError);
            return;
        }
        open = gap;
        if (last != null) {
            to.accept(last);
        }
    }
}
