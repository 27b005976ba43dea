// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.selkie.format.CheckpointLayout;
import org.selkie.format.RecordLayout;
import org.selkie.os.HotPath;

/**
 * Whether a store's log was closed with a checkpoint of its index, and was not opened to be written since. Then all of it was
 * durable, and where it ends is known without a look at its records. Whether those are still what they were is not.
 */
final class ClosedLog {

    private static final long NOT_CLOSED = -1;
    /** For less than this a thread is not worth waking. */
    private static final long BYTES_IN_PARALLEL = 8 << 20;

    private final List<LogExtent> extents;
    private final long start;
    private final RecordBuffer last = RecordBuffer.reused();
    private long records;
    private long checkedBytes;

    /**
     * Looks at nothing yet.
     *
     * @param extents in order, from the one with the beginning on
     * @param start   where the log begins
     */
    ClosedLog(List<LogExtent> extents, long start) {
        this.extents = extents;
        this.start = start;
    }

    /** Where the record seems to begin that ends at a position, or -1. Only reading it tells. */
    static long startOfLast(LogExtent extent, long end) {
        if (end <= extent.first) {
            return -1;
        }
        long lines = HotPath.loadInt(extent.addressOf(end - RecordLayout.TRAILER_BYTES));
        long at = end - lines * RecordLayout.LINE_BYTES;
        return lines > 0 && at >= extent.first ? at : -1;
    }

    /** How many records were looked at. */
    long records() {
        return records;
    }

    /** What they take on media. */
    long checkedBytes() {
        return checkedBytes;
    }

    /** The end of the log, or -1 if all of it must be looked at to know that. */
    long end() {
        long end = extents.stream().mapToLong(extent -> extent.formatted.readWatermark()).max().orElse(-1);
        LogExtent holder = end <= start || !areInOrder() ? null : at(end - 1);
        if (holder == null || !isMarked(holder, end)) {
            return NOT_CLOSED;
        }
        long at = startOfLast(holder, end);
        MemorySegment commit = at < start ? null : index(last, holder, at);
        if (commit == null || !CheckpointLayout.isCommit(commit) || at + RecordLayout.recordBytes(commit.byteSize()) != end
                || CheckpointLayout.start(commit) != start || !arePartsWhole(commit, at)) {
            return NOT_CLOSED;
        }
        checkedBytes += end - at;
        records++;
        return end;
    }

    private boolean areInOrder() {
        for (int i = 1; i < extents.size(); i++) {
            if (extents.get(i).sequence != extents.get(i - 1).sequence + 1) {
                return false;
            }
        }
        return true;
    }

    private @Nullable LogExtent at(long position) {
        LogExtent first = extents.getFirst();
        long number = (position - first.base) / (first.end - first.base);
        return position >= first.base && number < extents.size() ? extents.get((int) number) : null;
    }

    /** Both who closed and who opened it have said so; and nothing stands behind the end. */
    private boolean isMarked(LogExtent holder, long end) {
        boolean closed = holder.formatted.readWatermark() == end && extents.getFirst().formatted.readWatermark() == end
                && holder.formatted.readOpened() != end;
        if (!closed || (end < holder.end && UnreadablePlaces.check(holder, end) != HotPath.ABSENT)) {
            return false;
        }
        return extents.stream().filter(extent -> extent.base >= end)
                .allMatch(extent -> UnreadablePlaces.check(extent, extent.first) == HotPath.ABSENT);
    }

    private boolean arePartsWhole(MemorySegment commit, long before) {
        long upTo = CheckpointLayout.upTo(commit);
        int parts = CheckpointLayout.number(commit);
        int stripes = CheckpointLayout.stripes(commit);
        if (upTo < start || upTo > before) {
            return false;
        }
        IntStream numbers = IntStream.range(0, parts);
        boolean whole = (before - upTo > BYTES_IN_PARALLEL ? numbers.parallel() : numbers).allMatch(number -> {
            long at = CheckpointLayout.partPosition(commit, stripes, number);
            LogExtent extent = at < upTo || at >= before ? null : at(at);
            MemorySegment part = extent == null ? null : index(RecordBuffer.reused(), extent, at);
            return part != null && CheckpointLayout.isPart(part, number, upTo);
        });
        checkedBytes += before - upTo;
        records += parts;
        return whole;
    }

    /** The payload of a record of an index, or null if none stands there. */
    private static @Nullable MemorySegment index(RecordBuffer buffer, LogExtent extent, long at) {
        long length = UnreadablePlaces.isPossible(extent, at) ? buffer.read(extent, at) : HotPath.ABSENT;
        return length >= 0 && buffer.type() == RecordLayout.INDEX ? buffer.payload((int) length) : null;
    }
}
