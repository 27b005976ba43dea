// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Writers that found the pool full, and wait until one compaction that began after they asked is through. */
final class RoomRequests {

    /** What came of a request. */
    enum Answer {
        /** An extent was given back. */
        ROOM,
        /** It was tried, and none was given back. */
        NONE,
        /** The waiting thread was interrupted, which it still is. */
        INTERRUPTED,
        /** Nobody answers any more. */
        ENDED
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition answered = lock.newCondition();
    private volatile long made;
    private volatile long answeredUpTo;
    /** The last request for which an extent was given back. */
    private long granted;
    private boolean ended;

    long make() {
        lock.lock();
        try {
            long request = made + 1;
            made = request;
            return request;
        } finally {
            lock.unlock();
        }
    }

    long last() {
        return made;
    }

    boolean areOpen() {
        return made > answeredUpTo;
    }

    /** Answers all requests up to one that was the last when the compaction began. */
    void answer(long upTo, boolean gaveBack) {
        lock.lock();
        try {
            answeredUpTo = upTo;
            if (gaveBack) {
                granted = upTo;
            }
            answered.signalAll();
        } finally {
            lock.unlock();
        }
    }

    Answer await(long request) {
        lock.lock();
        try {
            while (answeredUpTo < request && !ended) {
                answered.await();
            }
            return answeredUpTo < request ? Answer.ENDED : granted >= request ? Answer.ROOM : Answer.NONE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Answer.INTERRUPTED;
        } finally {
            lock.unlock();
        }
    }

    /** From now on nobody waits. */
    void end() {
        lock.lock();
        try {
            ended = true;
            answered.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
