// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.util.ArrayList;
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
        final LogExtent[] extents;

        Snapshot(long firstSequence, LogExtent[] extents) {
            this.firstSequence = firstSequence;
            this.extents = extents;
        }
    }

    private final int shift;
    private volatile Snapshot snapshot = new Snapshot(0, new LogExtent[0]);

    ExtentChain(long extentBytes) {
        shift = Long.numberOfTrailingZeros(extentBytes);
    }

    /** The extent that holds a position, or null if the log has none. */
    @Nullable LogExtent at(long position) {
        Snapshot now = snapshot;
        long index = (position >>> shift) - now.firstSequence;
        return index >= 0 && index < now.extents.length ? now.extents[(int) index] : null;
    }

    LogExtent first() {
        return snapshot.extents[0];
    }

    LogExtent last() {
        Snapshot now = snapshot;
        return now.extents[now.extents.length - 1];
    }

    List<LogExtent> all() {
        return List.of(snapshot.extents);
    }

    int size() {
        return snapshot.extents.length;
    }

    /** The extent after another one, or null if there is none yet. */
    @Nullable LogExtent after(LogExtent extent) {
        return at(extent.end);
    }

    void add(LogExtent extent) {
        Snapshot now = snapshot;
        LogExtent[] longer = new LogExtent[now.extents.length + 1];
        System.arraycopy(now.extents, 0, longer, 0, now.extents.length);
        longer[longer.length - 1] = extent;
        snapshot = new Snapshot(longer.length == 1 ? extent.sequence : now.firstSequence, longer);
    }

    /** Takes out the extents that end at or below a position, all but the one given, and returns them. */
    List<LogExtent> removeBelow(long position, LogExtent kept) {
        List<LogExtent> removed = new ArrayList<>();
        List<LogExtent> left = new ArrayList<>();
        for (LogExtent extent : snapshot.extents) {
            boolean below = left.isEmpty() && extent.end <= position && extent != kept;
            (below ? removed : left).add(extent);
        }
        if (!removed.isEmpty()) {
            snapshot = new Snapshot(left.get(0).sequence, left.toArray(LogExtent[]::new));
        }
        return removed;
    }

    /** Takes out all. */
    List<LogExtent> clear() {
        List<LogExtent> all = all();
        snapshot = new Snapshot(0, new LogExtent[0]);
        return all;
    }
}
