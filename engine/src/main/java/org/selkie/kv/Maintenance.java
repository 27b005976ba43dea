// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.selkie.fault.LogStoppedException;
import org.selkie.fault.ReadOnlyException;
import org.selkie.fault.SelkieException;
import org.selkie.log.StoreLog;

/**
 * Keeps a store's log short, on a thread of its own: when it is longer than what lives in it allows, the oldest extent is
 * emptied ({@link Compactor}), at a pace that leaves writers their share.
 */
final class Maintenance {

    private static final long LOOK_NANOS = 20_000_000;
    private static final long AFTER_FAILURE_NANOS = 1_000_000_000;
    private static final long PACE_NANOS = 200_000;
    /** Longer than this, whoever writes waits a little each time. */
    private static final double BEHIND = 0.1;
    /** Part of what is written cannot be compacted yet, however little lives. */
    private static final int SLACK_EXTENTS = 2;

    private final StoreLog log;
    private final Index index;
    private final Snapshots snapshots;
    private final Feeds feeds;
    private final Compactor compactor;
    private final StoreOptions options;
    private final ReentrantLock compacting = new ReentrantLock();
    private final Thread thread;
    private volatile boolean stopped;
    private volatile boolean behind;
    private volatile boolean wanted;
    private volatile @Nullable SelkieException failure;

    Maintenance(StoreLog log, Index index, Snapshots snapshots, Feeds feeds, Compactor compactor, StoreOptions options) {
        this.log = log;
        this.index = index;
        this.snapshots = snapshots;
        this.feeds = feeds;
        this.compactor = compactor;
        this.options = options;
        this.thread = Thread.ofPlatform().daemon().name("selkie-store-" + log.log().name()).unstarted(this::run);
    }

    void start() {
        if (options.compactsInBackground()) {
            thread.start();
        }
    }

    /** Ends the thread; a compaction under way stops behind the record that it is moving. */
    void stop() {
        stopped = true;
        compacting.lock();
        try {
            LockSupport.unpark(thread);
        } finally {
            compacting.unlock();
        }
    }

    /** Why the last compaction failed, if it did. */
    @Nullable SelkieException failure() {
        return failure;
    }

    /** Called before each write: writers that are faster than compaction wait for it a little, or the log would only grow. */
    void admit() {
        if (behind) {
            LockSupport.parkNanos(PACE_NANOS);
        }
    }

    /** The pool had no room: see what can be given back at once. */
    void hurry() {
        wanted = true;
        LockSupport.unpark(thread);
    }

    private void run() {
        while (!stopped) {
            try {
                boolean hurried = wanted;
                wanted = false;
                boolean gaveBack = (hurried || excess() > 0) && compactUnlessBlocked();
                behind = gaveBack && excess() > BEHIND * options.compactAbove() * index.liveBytes();
                failure = null;
                if (!gaveBack) {
                    LockSupport.parkNanos(LOOK_NANOS);
                }
            } catch (LogStoppedException | ReadOnlyException e) {
                return;
            } catch (SelkieException e) {
                behind = false;
                failure = e;
                LockSupport.parkNanos(AFTER_FAILURE_NANOS);
            }
        }
    }

    /** By how much the log is longer than it should be. */
    private double excess() {
        long logBytes = log.tailPosition() - log.log().startPosition();
        return logBytes - options.compactAbove() * index.liveBytes() - SLACK_EXTENTS * (double) log.extentBytes();
    }

    private boolean compactUnlessBlocked() {
        if (snapshots.areOpen() || feeds.lowest() < log.endOfExtent(log.log().startPosition())) {
            return false;
        }
        return compactOldest(new Share());
    }

    private boolean compactOldest(Compactor.Pace pace) {
        compacting.lock();
        try {
            return !stopped && compactor.compactOldest(pace);
        } finally {
            compacting.unlock();
        }
    }

    /** Gives back all that was full when it was called and can be given back. */
    void compactAll() {
        long end = log.tailPosition();
        while (log.endOfExtent(log.log().startPosition()) <= end && compactOldest(moved -> !stopped)) {
            // One extent after the other.
        }
    }

    /** Waits while more than its share of what is written is compaction's, unless nobody else writes. */
    private final class Share implements Compactor.Pace {

        private long tail = log.tailPosition();
        private long moved = compactor.movedBytes();

        @Override
        public boolean goOn(long movedBytes) {
            long mine = movedBytes - moved;
            long others = log.tailPosition() - tail - mine;
            double allowed = others * options.compactionShare() / (1 - options.compactionShare());
            if (others > 0 && mine > allowed && excess() <= 0) {
                LockSupport.parkNanos(PACE_NANOS);
            }
            tail = log.tailPosition();
            moved = movedBytes;
            return !stopped;
        }
    }
}
