// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The extents of a log in the order of their positions. Reading it takes no lock; changing it is for the holder of the
 * log's lock. A thread that uses an extent has entered a {@link PositionSlots} slot before it looked it up.
 */
final class ExtentChain {

    /** Never changed, always replaced. */
    private static final class Snapshot {
        final long firstSequence;
        /** Behind {@link #count} there is room, which a later snapshot may use. */
        final LogExtent[] extents;
        final int count;

        Snapshot(long firstSequence, LogExtent[] extents, int count) {
            this.firstSequence = firstSequence;
            this.extents = extents;
            this.count = count;
        }
    }

    private final int shift;
    private volatile Snapshot snapshot = new Snapshot(0, new LogExtent[0], 0);

    ExtentChain(long extentBytes) {
        shift = Long.numberOfTrailingZeros(extentBytes);
    }

    /** The extent that holds a position, or null if the log has none. */
    @Nullable LogExtent at(long position) {
        Snapshot now = snapshot;
        long index = (position >>> shift) - now.firstSequence;
        return index >= 0 && index < now.count ? now.extents[(int) index] : null;
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

    /** The extent after another one, or null if there is none yet. */
    @Nullable LogExtent after(LogExtent extent) {
        return at(extent.end);
    }

    void add(LogExtent extent) {
        Snapshot now = snapshot;
        boolean full = now.count == now.extents.length;
        // Twice as long each time: a log of many extents is put together at recovery one by one.
        LogExtent[] extents = full ? Arrays.copyOf(now.extents, Math.max(8, 2 * now.count)) : now.extents;
        extents[now.count] = extent;
        snapshot = new Snapshot(now.count == 0 ? extent.sequence : now.firstSequence, extents, now.count + 1);
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
            snapshot = new Snapshot(left.get(0).sequence, left.toArray(LogExtent[]::new), left.size());
        }
        return removed;
    }

    /** Takes out all. */
    List<LogExtent> clear() {
        List<LogExtent> all = all();
        snapshot = new Snapshot(0, new LogExtent[0], 0);
        return all;
    }
}
