// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.selkie.os.HotReplay;
import org.selkie.os.HotReplay.Told;
import org.selkie.os.HotReplay.Walk;

/**
 * Goes over the entries of one extent, as many at a time as there is room for, when a store is opened and nobody of this process
 * writes or trims. For one thread; each extent's can have another one.
 */
public final class EntryWalk {

    private final LogExtent extent;
    private final MemorySegment walk = Arena.ofAuto().allocate(Walk.BYTES, Long.BYTES);

    private EntryWalk(LogExtent extent, long from, long to, long hashSeed) {
        this.extent = extent;
        Walk.OFFSET.set(walk, from - extent.base);
        Walk.STOP.set(walk, to - extent.base);
        Walk.END.set(walk, extent.end - extent.base);
        Walk.BASE_POSITION.set(walk, extent.base);
        Walk.SEED.set(walk, extent.seed & 0xffffffffL);
        Walk.HASH_SEED.set(walk, hashSeed);
    }

    /** One for each extent, in order. Empty if the log has none, or not all that it should have. */
    static List<EntryWalk> of(LogState log, long hashSeed) {
        List<EntryWalk> walks = new ArrayList<>();
        long start = log.startPosition();
        long end = log.isReadOnly() ? log.visiblePosition() : log.tail() & ~LogStop.STOPPED;
        long next = -1;
        for (LogExtent extent : log.chain.all()) {
            long from = Math.max(extent.first, start);
            long to = Math.min(extent.end, end);
            if (from >= to) {
                continue;
            }
            if (next >= 0 && next != extent.base) {
                return List.of();
            }
            walks.add(new EntryWalk(extent, from, to, hashSeed));
            next = extent.end;
        }
        return walks;
    }

    /**
     * Tells of the next entries, each checked. Returns their number, or -1 if it has met anything but a valid entry: then only
     * {@link LogReader} says what.
     *
     * @param told native memory for {@link Told} entries
     */
    public long tell(MemorySegment told) {
        Walk.TOLD.set(walk, 0);
        Walk.ROOM.set(walk, told.byteSize() / Told.BYTES);
        return HotReplay.tell(extent.address, walk, told) == 0 ? Walk.TOLD.get(walk) : -1;
    }

    /** Whether all were told. */
    public boolean isDone() {
        return Walk.OFFSET.get(walk) >= Walk.STOP.get(walk);
    }
}
