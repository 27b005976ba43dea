// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The extents of a log in the order of their positions; some may be missing in between where a log was opened in spite of
 * that. Reading it takes no lock; changing it is for the holder of the log's lock. A thread that uses an extent has entered a
 * {@link PositionSlots} slot before it looked it up.
 */
final class ExtentChain {

    /** What a reader sees of it is never changed, always replaced. */
    private static final class Snapshot {
        static final Snapshot EMPTY = new Snapshot(new LogExtent[0], 0);

        /** Behind {@link #count} there is room, which a later snapshot may use. */
        final LogExtent[] extents;
        final int count;

        Snapshot(LogExtent[] extents, int count) {
            this.extents = extents;
            this.count = count;
        }

        /** How many are before a sequence number. */
        int placeOf(long sequence) {
            int low = 0;
            int high = count;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (extents[middle].sequence < sequence) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }
    }

    private final int shift;
    private volatile Snapshot snapshot = Snapshot.EMPTY;

    ExtentChain(long extentBytes) {
        shift = Long.numberOfTrailingZeros(extentBytes);
    }

    /** The extent that holds a position, or null if the log has none. */
    @Nullable LogExtent at(long position) {
        Snapshot now = snapshot;
        long sequence = position >>> shift;
        long index = now.count == 0 ? -1 : sequence - now.extents[0].sequence;
        if (index < 0 || (index < now.count && now.extents[(int) index].sequence == sequence)) {
            return index < 0 ? null : now.extents[(int) index];
        }
        int place = now.placeOf(sequence);
        return place < now.count && now.extents[place].sequence == sequence ? now.extents[place] : null;
    }

    LogExtent first() {
        return snapshot.extents[0];
    }

    LogExtent last() {
        Snapshot now = snapshot;
        return now.extents[now.count - 1];
    }

    List<LogExtent> all() {
        Snapshot now = snapshot;
        return List.of(Arrays.copyOf(now.extents, now.count));
    }

    int size() {
        return snapshot.count;
    }

    /** The first extent that begins behind a position, or null; some may be missing in between. */
    @Nullable LogExtent nextAfter(long position) {
        Snapshot now = snapshot;
        int place = now.placeOf((position >>> shift) + 1);
        return place < now.count ? now.extents[place] : null;
    }

    /** The last extent that ends at or before a position, or null; some may be missing in between. */
    @Nullable LogExtent lastBefore(long position) {
        Snapshot now = snapshot;
        int place = now.placeOf(position >>> shift);
        return place > 0 ? now.extents[place - 1] : null;
    }

    /** The extent after another one, or null if there is none yet. */
    @Nullable LogExtent after(LogExtent extent) {
        return at(extent.end);
    }

    void add(LogExtent extent) {
        Snapshot now = snapshot;
        int place = now.placeOf(extent.sequence);
        boolean inPlace = place == now.count && now.count < now.extents.length;
        // Twice as long each time: a log of many extents is put together at recovery one by one.
        LogExtent[] extents = inPlace ? now.extents : Arrays.copyOf(now.extents, Math.max(8, 2 * now.count));
        System.arraycopy(now.extents, place, extents, place + 1, now.count - place);
        extents[place] = extent;
        snapshot = new Snapshot(extents, now.count + 1);
    }

    /** Takes out the extents that end at or below a position, all but the one given, and returns them. */
    List<LogExtent> removeBelow(long position, LogExtent kept) {
        List<LogExtent> removed = new ArrayList<>();
        List<LogExtent> left = new ArrayList<>();
        for (LogExtent extent : all()) {
            boolean below = left.isEmpty() && extent.end <= position && extent != kept;
            (below ? removed : left).add(extent);
        }
        if (!removed.isEmpty()) {
            snapshot = new Snapshot(left.toArray(LogExtent[]::new), left.size());
        }
        return removed;
    }

    /** Takes out all. */
    List<LogExtent> clear() {
        List<LogExtent> all = all();
        snapshot = Snapshot.EMPTY;
        return all;
    }
}
