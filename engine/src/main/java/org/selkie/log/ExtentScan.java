// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.selkie.format.RecordLayout;
import org.selkie.os.HotPath;
import org.selkie.os.HotPath.Scan;

/** A walk over the records of one extent that survives whatever stands there. */
final class ExtentScan {

    private static final long NO_BATCH = -1;
    /** A walk returns to Java after so many bytes, so that it can be stopped. */
    private static final long STEP_BYTES = 4L << 20;
    static final long PAGE_BYTES = 4096;
    /**
     * An extent forged so that every line looks like a record is given up after so many times its length: of all that the
     * searches and walks of one scan have summed, since a forged extent has many places to search from.
     */
    private static final long SEARCH_FACTOR = 16;

    private final LogExtent extent;
    private final MemorySegment scan = Arena.ofAuto().allocate(Scan.BYTES, Long.BYTES);
    private boolean mediaError;
    private boolean gaveUp;

    ExtentScan(LogExtent extent, long from) {
        this.extent = extent;
        Scan.OFFSET.set(scan, from - extent.base);
        Scan.END.set(scan, extent.end - extent.base);
        Scan.BASE_POSITION.set(scan, extent.base);
        Scan.SEED.set(scan, extent.seed & 0xffffffffL);
        Scan.BATCH_OFFSET.set(scan, NO_BATCH);
    }

    /**
     * Takes the record here for one in the middle of its batch, if it says that it is: the members before it were trimmed,
     * and were durable then.
     */
    void beginInBatch() {
        long kind = HotPath.loadInt(extent.addressOf(position()) + RecordLayout.TYPE_OFFSET);
        if (kind >= 0 && (kind >> Byte.SIZE & RecordLayout.CONTINUES) != 0) {
            Scan.BATCH_OFFSET.set(scan, Scan.OFFSET.get(scan));
        }
    }

    /** Where the walk stands: at {@code stop}, or at the record that it could not take. */
    long position() {
        return extent.base + Scan.OFFSET.get(scan);
    }

    /** Where the batch began that the walk is in the middle of, or {@link #position} if it is in none. */
    long intactUpTo() {
        long batch = Scan.BATCH_OFFSET.get(scan);
        return batch == NO_BATCH ? position() : extent.base + batch;
    }

    /** Everything below was persisted, as some record says; 0 if none does. */
    long proven() {
        return Scan.PROVEN.get(scan);
    }

    long records() {
        return Scan.DATA_RECORDS.get(scan) - (inBatch() ? Scan.BATCH_RECORDS.get(scan) : 0);
    }

    long payloadBytes() {
        return Scan.PAYLOAD_BYTES.get(scan) - (inBatch() ? Scan.BATCH_BYTES.get(scan) : 0);
    }

    long spentBytes() {
        return Scan.SPENT.get(scan);
    }

    /** Whether memory was not there since this was last asked. */
    boolean takeMediaError() {
        boolean met = mediaError;
        mediaError = false;
        return met;
    }

    /** Whether a search has ended at the extent's end because it cost too much, and not because nothing is there. */
    boolean gaveUp() {
        return gaveUp;
    }

    private boolean inBatch() {
        return Scan.BATCH_OFFSET.get(scan) != NO_BATCH;
    }

    /** Walks valid records up to a position. Returns 0 there, else why it stands still (a code of {@link HotPath}). */
    long walk(long stop) {
        while (position() < stop) {
            Scan.STOP.set(scan, Math.min(stop - extent.base, Scan.OFFSET.get(scan) + STEP_BYTES));
            long code = HotPath.scan(extent.address, scan);
            if (code != 0) {
                mediaError |= code == HotPath.FAULT;
                return code;
            }
        }
        return 0;
    }

    /** Goes back to where the batch began that the walk is in the middle of: it may be written again, or covered. */
    void backToBatch() {
        if (inBatch()) {
            long batch = Scan.BATCH_OFFSET.get(scan);
            dropBatch();
            Scan.OFFSET.set(scan, batch);
        }
    }

    /** Forgets the batch that is not whole, and the records of it that were counted. */
    void dropBatch() {
        if (inBatch()) {
            Scan.DATA_RECORDS.set(scan, records());
            Scan.PAYLOAD_BYTES.set(scan, payloadBytes());
            Scan.BATCH_OFFSET.set(scan, NO_BATCH);
        }
    }

    /** Goes on a line, and from there to the next valid record. Returns its position, or the extent's end. */
    long searchNext() {
        Scan.OFFSET.set(scan, Math.min(Scan.OFFSET.get(scan) + RecordLayout.LINE_BYTES, Scan.END.get(scan)));
        return search();
    }

    /** Goes to the next valid record from a position on. */
    long searchFrom(long position) {
        Scan.OFFSET.set(scan, position - extent.base);
        return search();
    }

    /** Counts bytes that others have summed in vain. */
    void charge(long bytes) {
        Scan.SPENT.set(scan, Scan.SPENT.get(scan) + bytes);
    }

    /** Whether no search goes on from here. */
    boolean isSpent() {
        return Scan.SPENT.get(scan) > SEARCH_FACTOR * Scan.END.get(scan);
    }

    /** Goes to the next valid record, from here on. Returns its position, or the extent's end. */
    private long search() {
        long end = Scan.END.get(scan);
        while (Scan.OFFSET.get(scan) < end) {
            Scan.STOP.set(scan, Math.min(end, Scan.OFFSET.get(scan) + STEP_BYTES));
            long code = HotPath.search(extent.address, scan, SEARCH_FACTOR * end);
            if (code == 0) {
                return position();
            }
            if (code == HotPath.FAULT) {
                mediaError = true;
                Scan.OFFSET.set(scan, Math.min(end, (Scan.OFFSET.get(scan) / PAGE_BYTES + 1) * PAGE_BYTES));
            } else if (code == HotPath.BUDGET) {
                gaveUp = true;
                Scan.OFFSET.set(scan, end);
            }
        }
        return extent.end;
    }

    /** Blanks every line from a position on that looks like the beginning of a record. */
    static void eraseBeginnings(LogExtent extent, long from) {
        MemorySegment blank = MemorySegment.ofArray(new byte[RecordLayout.LINE_BYTES]);
        long firstBlank = extent.end;
        long endOfBlank = from;
        for (long position = from; position < extent.end; position += RecordLayout.LINE_BYTES) {
            long address = extent.addressOf(position) + RecordLayout.POSITION_OFFSET;
            if (HotPath.loadInt(address) == (position & 0xffffffffL)
                    && HotPath.loadInt(address + Integer.BYTES) == position >>> Integer.SIZE) {
                extent.persister.copy(address - RecordLayout.POSITION_OFFSET, blank, blank.byteSize());
                firstBlank = Math.min(firstBlank, position);
                endOfBlank = position + blank.byteSize();
            }
        }
        if (firstBlank < endOfBlank && !extent.persister.durableOnReturn()) {
            extent.persister.persist(extent.addressOf(firstBlank), endOfBlank - firstBlank);
        }
    }
}
