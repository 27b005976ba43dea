// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The extents of a log in the order of their positions. Of a log that is only read, some may be missing in between.
 * Reading it takes no lock; changing it is for the holder of the
 * log's lock. A thread that uses an extent has entered a {@link PositionSlots} slot before it looked it up.
 */
final class ExtentChain {

    private final int shift;
    /** In order; never changed, always replaced. */
    private volatile LogExtent[] extents = new LogExtent[0];

    ExtentChain(long extentBytes) {
        shift = Long.numberOfTrailingZeros(extentBytes);
    }

    /** The extent that holds a position, or null if the log has none. */
    @Nullable LogExtent at(long position) {
        LogExtent[] now = extents;
        long sequence = position >>> shift;
        long index = now.length == 0 ? -1 : sequence - now[0].sequence;
        if (index < 0 || (index < now.length && now[(int) index].sequence == sequence)) {
            return index < 0 ? null : now[(int) index];
        }
        int place = placeOf(now, sequence);
        return place < now.length && now[place].sequence == sequence ? now[place] : null;
    }

    /** How many are before a sequence number. */
    private static int placeOf(LogExtent[] now, long sequence) {
        int low = 0;
        int high = now.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (now[middle].sequence < sequence) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    LogExtent first() {
        return extents[0];
    }

    LogExtent last() {
        LogExtent[] now = extents;
        return now[now.length - 1];
    }

    List<LogExtent> all() {
        return List.of(extents);
    }

    int size() {
        return extents.length;
    }

    /** The first extent that begins behind a position, or null; some may be missing in between. */
    @Nullable LogExtent nextAfter(long position) {
        LogExtent[] now = extents;
        int place = placeOf(now, (position >>> shift) + 1);
        return place < now.length ? now[place] : null;
    }

    /** The last extent that ends at or before a position, or null; some may be missing in between. */
    @Nullable LogExtent lastBefore(long position) {
        LogExtent[] now = extents;
        int place = placeOf(now, position >>> shift);
        return place > 0 ? now[place - 1] : null;
    }

    /** The extent after another one, or null if there is none yet. */
    @Nullable LogExtent after(LogExtent extent) {
        return at(extent.end);
    }

    void add(LogExtent extent) {
        LogExtent[] now = extents;
        int place = placeOf(now, extent.sequence);
        LogExtent[] longer = new LogExtent[now.length + 1];
        System.arraycopy(now, 0, longer, 0, place);
        longer[place] = extent;
        System.arraycopy(now, place, longer, place + 1, now.length - place);
        extents = longer;
    }

    /** Takes out the extents that end at or below a position, all but the one given, and returns them. */
    List<LogExtent> removeBelow(long position, LogExtent kept) {
        List<LogExtent> removed = new ArrayList<>();
        List<LogExtent> left = new ArrayList<>();
        for (LogExtent extent : extents) {
            boolean below = left.isEmpty() && extent.end <= position && extent != kept;
            (below ? removed : left).add(extent);
        }
        if (!removed.isEmpty()) {
            extents = left.toArray(LogExtent[]::new);
        }
        return removed;
    }

    /** Takes out all. */
    List<LogExtent> clear() {
        List<LogExtent> all = all();
        extents = new LogExtent[0];
        return all;
    }
}
