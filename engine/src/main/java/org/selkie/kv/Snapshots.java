// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.util.concurrent.ConcurrentSkipListMap;
import org.selkie.log.StoreLog;

/**
 * The positions at which somebody reads or goes on reading. While there is one, the log is not trimmed above it, and deleted
 * keys stay in the index.
 *
 * <p>A snapshot is taken with all stripes locked: no record is on its way into the log or from there into the index, so
 * every record below the log's tail is in the index and none above it.
 */
final class Snapshots {

    private final StoreLog log;
    private final Index index;
    /** How many there are at a position. */
    private final ConcurrentSkipListMap<Long, Integer> open = new ConcurrentSkipListMap<>();

    Snapshots(StoreLog log, Index index) {
        this.log = log;
        this.index = index;
    }

    /** For the holder of any stripe's lock: the answer holds until it is let go. */
    boolean areOpen() {
        return !open.isEmpty();
    }

    /** The position of a new one. What is below is durable. */
    long take() {
        log.requireReadable();
        long position;
        int locked = 0;
        try {
            for (; locked < index.stripes(); locked++) {
                index.stripeAt(locked).lock();
            }
            position = log.tailPosition();
            open.merge(position, 1, Integer::sum);
        } finally {
            while (locked > 0) {
                index.stripeAt(--locked).unlock();
            }
        }
        try {
            log.awaitPersisted(position);
        } catch (RuntimeException | Error e) {
            release(position);
            throw e;
        }
        return position;
    }

    /** As {@link #take}, and of what is durable also where another process writes: who recovers its log drops the rest. */
    long takeDurable() {
        if (!log.isReadOnly()) {
            return take();
        }
        long position = log.log().persistedPosition();
        open.merge(position, 1, Integer::sum);
        return position;
    }

    void release(long position) {
        open.compute(position, (at, count) -> count == null || count == 1 ? null : count - 1);
    }

    int count() {
        return open.values().stream().mapToInt(Integer::intValue).sum();
    }
}
