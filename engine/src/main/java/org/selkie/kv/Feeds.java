// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.selkie.fault.PositionException;
import org.selkie.format.RecordLayout;
import org.selkie.log.StoreLog;

/** The feeds that are open. What they have still to read is not trimmed. */
final class Feeds {

    private final StoreLog log;
    private final Set<ChangeFeed> open = ConcurrentHashMap.newKeySet();
    /** Held while a feed is opened, and while the log is trimmed. */
    private final ReentrantLock lock = new ReentrantLock();

    Feeds(StoreLog log) {
        this.log = log;
    }

    ChangeFeed fromStart() {
        lock.lock();
        try {
            return add(new ChangeFeed(log, this, log.log().startPosition(), true));
        } finally {
            lock.unlock();
        }
    }

    ChangeFeed from(long position) {
        if (position % RecordLayout.LINE_BYTES != 0) {
            throw new PositionException("no change of store " + log.log().name() + " begins at position " + position
                    + ": expected a multiple of " + RecordLayout.LINE_BYTES + ", as ChangeFeed.position gives it");
        }
        lock.lock();
        try {
            long start = log.log().startPosition();
            long end = log.tailPosition();
            if (position < start || position > end) {
                throw new PositionException("store " + log.log().name() + " has no changes from position " + position
                        + " on: it holds " + start + " to " + end + (position < start
                        ? ", and was compacted up to there; begin anew with changes()" : ""));
            }
            return add(new ChangeFeed(log, this, position, false));
        } finally {
            lock.unlock();
        }
    }

    private ChangeFeed add(ChangeFeed feed) {
        open.add(feed);
        return feed;
    }

    void remove(ChangeFeed feed) {
        open.remove(feed);
    }

    /** Trims the log, unless a feed has still to read what would go. */
    boolean trim(long position) {
        lock.lock();
        try {
            for (ChangeFeed feed : open) {
                if (feed.position() < position) {
                    return false;
                }
            }
            log.log().trim(position);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** The lowest position that a feed has still to read from, {@link Long#MAX_VALUE} if there is no feed. */
    long lowest() {
        return open.stream().mapToLong(ChangeFeed::position).min().orElse(Long.MAX_VALUE);
    }
}
