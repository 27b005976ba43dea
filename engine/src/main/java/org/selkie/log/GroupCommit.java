// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Makes written pages durable for many threads at once: the first to come writes back everything that is finished by
 * then, those that come meanwhile wait, and one of them writes back for all of them next.
 */
final class GroupCommit {

    /** Writes back a range of positions, durably, or throws. */
    interface WriteBack {
        void persist(long from, long to);
    }

    private final LongSupplier finished;
    private final WriteBack writeBack;
    private final Runnable check;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition done = lock.newCondition();
    private boolean writingBack;
    private volatile long persisted;

    /**
     * @param finished the position below which every record is written
     * @param check    throws if the log has stopped because of a failure
     */
    GroupCommit(long persisted, LongSupplier finished, WriteBack writeBack, Runnable check) {
        this.persisted = persisted;
        this.finished = finished;
        this.writeBack = writeBack;
        this.check = check;
    }

    /** Everything below is durable. */
    long persisted() {
        return persisted;
    }

    /** Waits until everything below a position is durable. */
    void await(long end) {
        Backoff backoff = new Backoff();
        while (persisted < end) {
            check.run();
            if (!joinRound(end)) {
                // A thread before this one has claimed and not yet written: what is after it cannot be counted yet.
                backoff.pause();
            }
        }
    }

    /** Waits until no thread writes back. New ones must find that there is nothing to do, or that it failed. */
    void awaitIdle() {
        lock.lock();
        try {
            while (writingBack) {
                done.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /** One round as the leader, or the wait for somebody else's. Returns whether it brought anything. */
    private boolean joinRound(long end) {
        lock.lock();
        try {
            while (writingBack && persisted < end) {
                done.awaitUninterruptibly();
            }
            if (persisted >= end) {
                return true;
            }
            writingBack = true;
        } finally {
            lock.unlock();
        }
        long from = persisted;
        long to = from;
        try {
            long until = finished.getAsLong();
            if (until > from) {
                writeBack.persist(from, until);
                to = until;
            }
        } finally {
            lock.lock();
            try {
                persisted = to;
                writingBack = false;
                done.signalAll();
            } finally {
                lock.unlock();
            }
        }
        return to > from;
    }
}
