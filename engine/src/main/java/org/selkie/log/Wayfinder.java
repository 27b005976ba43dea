// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import org.selkie.format.RecordLayout;
import org.selkie.os.HotPath;

/**
 * Finds the way through an extent in which not everything verifies, forwards and backwards. What is summed in vain while
 * a reader stays in the extent is counted, and a forged one given up after a few times its length: the rest of it counts as
 * damaged then.
 */
final class Wayfinder {

    private final LogExtent extent;
    private final ExtentScan scan;
    private long charged = -1;
    /** Where a record begins, or a place that does not verify: a bit a line, for those from {@code startsFrom} on. */
    private final BitSet starts = new BitSet();
    private long startsFrom;
    private long startsTo = -1;

    Wayfinder(LogExtent extent) {
        this.extent = extent;
        this.scan = new ExtentScan(extent, extent.first);
    }

    /** The one for an extent: the one that is there, or a new one. */
    static Wayfinder in(LogExtent extent, @Nullable Wayfinder known) {
        return known != null && known.extent == extent ? known : new Wayfinder(extent);
    }

    /** Where the next record that verifies begins behind a position where none does; the extent's end if there is none. */
    long nextAfter(long at) {
        long line = (at & -RecordLayout.LINE_BYTES) + RecordLayout.LINE_BYTES;
        return line >= extent.end ? extent.end : scan.searchFrom(line);
    }

    /** Whether so much was summed in vain that the rest of the extent is given up. */
    boolean gaveUp() {
        return scan.isSpent();
    }

    /** Counts what reading a position has summed in vain; once, however often it is read. */
    void charge(long at) {
        if (charged != at) {
            charged = at;
            long length = HotPath.loadInt(extent.addressOf(at) + RecordLayout.LENGTH_OFFSET);
            long bytes = RecordLayout.recordBytes(Math.max(0, length));
            scan.charge(bytes <= extent.end - at ? bytes : RecordLayout.LINE_BYTES);
        }
    }

    /** Whether the last four bytes of records lead nowhere here, so that {@link #startBefore} is asked instead. */
    boolean knowsStarts() {
        return startsTo >= 0;
    }

    /**
     * Where the record or the damaged place begins that reaches up to a position or beyond, as who comes forwards meets it.
     *
     * @param from where a record before it begins
     */
    long startBefore(long from, long at) {
        if (startsTo < 0) {
            startsFrom = from;
            startsTo = from;
        }
        while (startsTo < at) {
            starts.set(line(startsTo));
            long length = HotPath.readLongRecord(extent.addressOf(startsTo), extent.end - startsTo, startsTo, extent.seed,
                    MemorySegment.NULL, 0);
            if (length < 0) {
                charge(startsTo);
            }
            startsTo = length >= 0 ? startsTo + RecordLayout.recordBytes(length) : nextAfter(startsTo);
        }
        int start = starts.previousSetBit(line(at - 1));
        return start < 0 ? startsFrom : extent.base + (long) start * RecordLayout.LINE_BYTES;
    }

    private int line(long position) {
        return (int) ((position - extent.base) / RecordLayout.LINE_BYTES);
    }
}
