// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import org.jspecify.annotations.Nullable;
import org.selkie.fault.SelkieException;

/**
 * The end of a log: when it is over, no thread is at work on the log's extents and none comes any more, so that they can be
 * unmapped, whatever failed on the way.
 */
final class Closing {

    private final LogState log;
    private final ExtentPreparation preparation;
    private final GroupCommit groupCommit;
    private final @Nullable ReadOnlyTail follower;
    private boolean closed;

    Closing(LogState log, ExtentPreparation preparation, GroupCommit groupCommit, @Nullable ReadOnlyTail follower) {
        this.log = log;
        this.preparation = preparation;
        this.groupCommit = groupCommit;
        this.follower = follower;
    }

    /**
     * Stops, waits for the threads at work, makes everything durable if no store has failed, and lets go of the extents.
     * Once; later calls do nothing. For one thread at a time.
     */
    void close(SelkieException reason) {
        if (closed) {
            return;
        }
        closed = true;
        log.stop.stop(reason);
        log.writers.awaitNone(0, PositionSlots.FREE);
        preparation.close();
        try {
            if (!log.stop.hasFailed() && follower == null) {
                writeLastWatermark();
            }
        } finally {
            groupCommit.awaitIdle();
            if (follower != null) {
                follower.close();
            }
            log.pins.revokeAll();
            log.extentsLock.lock();
            try {
                log.chain.clear();
                log.readers.awaitNone(0, PositionSlots.FREE);
            } finally {
                log.extentsLock.unlock();
            }
        }
    }

    private void writeLastWatermark() {
        long end = log.tail() & ~LogStop.STOPPED;
        log.awaitPersisted(end);
        LogExtent last = log.active;
        if (end > last.first) {
            if (end < last.end) {
                // What an earlier crash left there would look like a torn tail.
                last.blankLine(end);
            }
            last.noteEnd(end);
            noteInFirst(end);
        } else if (log.chain.first() != last) {
            // Just rolled over: there is no record at the new extent's first position, and nothing to vouch for.
            noteInFirst(last.base);
        }
    }

    /** The first extent knows it too: if the last one is lost, something still says that there was one. */
    private void noteInFirst(long end) {
        log.chain.first().noteEnd(end);
    }
}
