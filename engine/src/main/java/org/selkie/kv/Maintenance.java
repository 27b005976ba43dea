// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.selkie.fault.LogStoppedException;
import org.selkie.fault.PoolFullException;
import org.selkie.fault.ReadOnlyException;
import org.selkie.log.StoreLog;

/**
 * Keeps a store's log short, on a thread of its own: when it is longer than what lives in it allows, the oldest extent is
 * emptied ({@link Compactor}), at a pace that leaves writers their share. Who writes faster than that waits ({@link Throttle});
 * who finds the pool full waits for extents to be emptied, as long as that can help ({@link RoomRequests}).
 */
final class Maintenance {

    private static final long LOOK_NANOS = 20_000_000;
    private static final long AFTER_FAILURE_NANOS = 1_000_000_000;
    private static final long PACE_NANOS = 200_000;
    /** Longer than this, whoever writes waits. */
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
    private final Throttle throttle = new Throttle();
    private final RoomRequests requests = new RoomRequests();
    private final Thread thread;
    private volatile boolean stopped;
    private volatile @Nullable RuntimeException failure;
    private volatile long failedNanos;

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

    /** Ends the thread, and every wait for it; a compaction under way stops behind the record that it is moving. */
    void stop() {
        stopped = true;
        requests.end();
        compacting.lock();
        try {
            LockSupport.unpark(thread);
        } finally {
            compacting.unlock();
        }
    }

    /** Why the last compaction in the background failed, if it did. */
    @Nullable RuntimeException failure() {
        return failure;
    }

    /** Called before each write of so many bytes: who is faster than compaction waits for it, or the log would only grow. */
    void admit(long lengthBytes) {
        throttle.admit(lengthBytes);
    }

    /**
     * The pool had no room for a write: waits until an extent was emptied, so that it is worth trying again. The caller holds
     * no lock.
     *
     * @param full what the write was refused with
     * @param tries how often it was refused before
     * @throws PoolFullException if waiting does not help, with the reason
     */
    void awaitRoom(PoolFullException full, int tries) {
        String reason = whyNotWait(tries);
        if (reason == null) {
            long request = requests.make();
            LockSupport.unpark(thread);
            RoomRequests.Answer answer = requests.await(request);
            if (stopped) {
                throw new LogStoppedException("store " + log.log().name() + " was closed while a write waited for room; open"
                        + " the pool again", full);
            }
            if (answer == RoomRequests.Answer.ROOM) {
                return;
            }
            reason = answer == RoomRequests.Answer.INTERRUPTED ? "the thread was interrupted while it waited for compaction"
                    : whyBlocked();
        }
        throw refusal(full, reason);
    }

    /** Null if compaction can be expected to make room. */
    private @Nullable String whyNotWait(int tries) {
        if (!options.compactsInBackground()) {
            return "the store is not compacted in the background; call KvStore.compact";
        }
        if (Thread.currentThread() == thread || !thread.isAlive()) {
            return "nothing compacts the store here";
        }
        if (garbageBytes() < log.extentBytes()) {
            return liveBytesAsText() + ", so there is too little to gain by compaction";
        }
        if (tries > extents()) {
            return "everything was compacted meanwhile; " + liveBytesAsText() + ", and others write, too";
        }
        if (failure != null && System.nanoTime() - failedNanos < AFTER_FAILURE_NANOS) {
            return whyBlocked();
        }
        return whyHeld();
    }

    private String whyBlocked() {
        RuntimeException failed = failure;
        if (failed != null) {
            return "compaction fails: " + failed;
        }
        String held = whyHeld();
        return held != null ? held : "what lives in the oldest extent has no room elsewhere; " + liveBytesAsText()
                + "; delete keys";
    }

    /** Who keeps the oldest extent from being given back; null if nobody does. */
    private @Nullable String whyHeld() {
        if (snapshots.areOpen()) {
            return "open snapshots (" + snapshots.count() + ") keep what was overwritten; close them";
        }
        long needed = feeds.lowest();
        if (needed < log.endOfExtent(log.log().startPosition())) {
            return "an open feed of changes has still to read from position " + needed + " on; read on, or close it";
        }
        return null;
    }

    private PoolFullException refusal(PoolFullException full, String reason) {
        RuntimeException failed = failure;
        PoolFullException refusal = new PoolFullException(full.getMessage() + " (store " + log.log().name() + ": " + reason + ")",
                failed == null ? full : failed);
        if (failed != null) {
            refusal.addSuppressed(full);
        }
        return refusal;
    }

    private String liveBytesAsText() {
        return index.liveBytes() + " bytes of the log's " + logBytes() + " live";
    }

    private long logBytes() {
        return log.tailPosition() - log.log().startPosition();
    }

    private long garbageBytes() {
        return logBytes() - index.liveBytes();
    }

    private long extents() {
        return logBytes() / log.extentBytes() + 2;
    }

    private void run() {
        try {
            while (!stopped && step()) {
                // Step after step.
            }
        } finally {
            requests.end();
        }
    }

    /** Returns false when there is nothing to be done here any more. */
    private boolean step() {
        long request = requests.last();
        boolean asked = requests.areOpen();
        boolean gaveBack = false;
        try {
            if ((asked || excess() > 0) && whyHeld() == null) {
                gaveBack = compactTimed(asked ? _ -> !stopped : new Share());
                failure = null;
            }
        } catch (LogStoppedException | ReadOnlyException e) {
            return false;
        } catch (RuntimeException e) {
            // Damage, or the user's clock: writers are told, and it is tried again.
            failure = e;
            failedNanos = System.nanoTime();
        }
        throttle.limit(gaveBack && excess() > BEHIND * options.compactAbove() * index.liveBytes());
        if (asked) {
            requests.answer(request, gaveBack);
        }
        if (!gaveBack && !requests.areOpen()) {
            LockSupport.parkNanos(failure == null ? LOOK_NANOS : AFTER_FAILURE_NANOS);
        }
        return true;
    }

    /** By how much the log is longer than it should be. */
    private double excess() {
        return logBytes() - options.compactAbove() * index.liveBytes() - SLACK_EXTENTS * (double) log.extentBytes();
    }

    private boolean compactTimed(Compactor.Pace pace) {
        long began = System.nanoTime();
        long moved = compactor.movedBytes();
        boolean gaveBack = compactOldest(pace);
        if (gaveBack) {
            throttle.gained(log.extentBytes() - (compactor.movedBytes() - moved), System.nanoTime() - began);
        }
        return gaveBack;
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
        log.requireRunning();
        long end = log.tailPosition();
        while (log.endOfExtent(log.log().startPosition()) <= end && compactOldest(_ -> !stopped)) {
            // One extent after the other.
        }
        if (stopped) {
            throw new LogStoppedException("store " + log.log().name() + " is closed; open the pool again");
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
            if (others > 0 && mine > allowed && excess() <= 0 && !requests.areOpen()) {
                LockSupport.parkNanos(PACE_NANOS);
            }
            tail = log.tailPosition();
            moved = movedBytes;
            return !stopped;
        }
    }
}
