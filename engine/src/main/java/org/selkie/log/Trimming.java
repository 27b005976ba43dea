// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import org.jspecify.annotations.Nullable;
import org.selkie.fault.PositionException;

/**
 * Where the log begins. It begins further on only after the extent that holds the new beginning says so, durably, and what is
 * before that is given back only then, and only when no reader is in it, and nobody reads it in place.
 */
final class Trimming {

    private final LogState log;
    private final @Nullable ReadOnlyTail follower;
    private volatile long start;

    Trimming(LogState log, @Nullable ReadOnlyTail follower, long start) {
        this.log = log;
        this.follower = follower;
        this.start = start;
    }

    long startPosition() {
        return start;
    }

    void trim(long position) {
        awaitVisible(position);
        log.extentsLock.lock();
        try {
            log.stop.requireRunning();
            long end = log.persistedPosition();
            if (position < start || position > end) {
                throw new PositionException("log " + log.name + " cannot be trimmed to " + position + ": it holds positions "
                        + start + " to " + end);
            }
            if (position == start) {
                return;
            }
            LogExtent holder = holderOf(position);
            if (position != end && position != holder.end) {
                UnreadablePlaces.requireTrimmable(log, position);
            }
            begin(position, holder);
        } finally {
            log.extentsLock.unlock();
        }
    }

    /** A record may be trimmed as soon as its append has returned, though a thread before it is not done yet. */
    private void awaitVisible(long position) {
        Backoff backoff = new Backoff();
        // Without the lock: the thread before may wait for it.
        while (position <= log.tail() && log.visiblePosition() < position) {
            backoff.pause();
        }
    }

    private LogExtent holderOf(long position) {
        LogExtent holder = log.chain.at(position);
        if (holder == null || position < holder.first) {
            // The end of an extent, or the header of one that is not begun: the extent before says it.
            holder = log.chain.at(position - 1 - (position & (log.extentBytes - 1)));
        }
        if (holder == null) {
            throw new PositionException("log " + log.name + " has no extent for position " + position);
        }
        return holder;
    }

    private void begin(long position, LogExtent holder) {
        try {
            holder.formatted.writeTrim(position);
            start = position;
            for (LogExtent extent : log.chain.removeBelow(position, holder)) {
                log.readers.awaitNone(extent.base, extent.end);
                log.pins.giveBack(extent);
            }
        } catch (Throwable e) {
            // The kernel reports a failed write-back once, to whoever asks first, and it may have been the records'.
            log.stop.failWriteBack(e);
            throw e;
        }
    }

    /**
     * After a record of another process's log could not be read: whether that was because its extent was given back
     * meanwhile. The log begins further on then.
     */
    boolean wasTrimmedUnder(LogExtent extent) {
        if (follower == null || !extent.formatted.isGivenBack()) {
            return false;
        }
        start = Math.max(start, follower.start());
        return true;
    }
}
