// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Makes written pages durable for many threads at once: the first to come writes back everything that is finished by
 * then, those that come meanwhile wait, and one of them writes back for all of them next.
 *
 * <p>Before it does, it waits for those that were served last, which are on their way with their next records: else half of the
 * threads would be served by one write-back and the other half by the next
 * (docs/decisions/0014-small-folios-and-a-leader-that-waits.md).
 *
 * <p><b>Invariant.</b> If anybody is parked, somebody is awake who leads, or will: a leader that ends wakes the first that it
 * has not served, and who leaves by an exception wakes all.
 */
final class GroupCommit {

    /** A leader waits for others no longer than this part of a write-back without anybody coming, */
    private static final int QUIET_PART = 8;
    /** and than this part in all. */
    private static final int WHOLE_PART = 2;

    /** Writes back a range of positions, durably, or throws. */
    interface WriteBack {
        void persist(long from, long to);
    }

    private static final class Waiter {
        final Thread thread = Thread.currentThread();
        final long end;
        /** To lead, or to hear of a failure; it takes itself out of the queue. */
        volatile boolean isWoken;
        /** Its record is durable; it was taken out of the queue. */
        volatile boolean isServed;

        Waiter(long end) {
            this.end = end;
        }
    }

    private final LongSupplier finished;
    private final WriteBack writeBack;
    private final Runnable check;
    private final AtomicBoolean led = new AtomicBoolean();
    private final ConcurrentLinkedQueue<Waiter> parked = new ConcurrentLinkedQueue<>();
    /** How many threads are in {@link #await}, the leader among them. */
    private final AtomicInteger present = new AtomicInteger();
    private volatile long persisted;
    /** Of the leader: how many were present when the last write-back had ended, and how long it took. */
    private int expected;
    private long lastNanos;

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
        if (persisted >= end) {
            return;
        }
        present.incrementAndGet();
        boolean isServed = false;
        try {
            Backoff backoff = new Backoff();
            while (persisted < end && !isServed) {
                check.run();
                if (!led.compareAndSet(false, true)) {
                    isServed = park(end);
                } else if (!lead()) {
                    // A thread before this one has claimed and not yet written: what is after it cannot be counted yet.
                    backoff.pause();
                }
            }
        } catch (Throwable e) {
            parked.forEach(GroupCommit::wake);
            throw e;
        } finally {
            if (!isServed) {
                present.decrementAndGet();
            }
        }
    }

    /** Waits until no thread writes back. New ones must find that there is nothing to do, or that it failed. */
    void awaitIdle() {
        Backoff backoff = new Backoff();
        while (led.get()) {
            backoff.pause();
        }
    }

    /** Until it is woken, or nobody leads. Returns whether a leader has served it, and counted it out. */
    private boolean park(long end) {
        Waiter waiter = new Waiter(end);
        parked.add(waiter);
        boolean interrupted = false;
        // Looked at after the waiter can be seen; who leads looks for waiters after it has ceased to lead.
        while (!waiter.isWoken && !waiter.isServed && led.get()) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted();
        }
        boolean wasThere = parked.remove(waiter);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return !wasThere;
    }

    /** One round. Returns whether it brought anything. */
    private boolean lead() {
        long from = persisted;
        try {
            gather();
            long until = finished.getAsLong();
            if (until > from) {
                long began = System.nanoTime();
                writeBack.persist(from, until);
                lastNanos = System.nanoTime() - began;
                expected = present.get();
                persisted = until;
                serve(until);
            }
            return until > from;
        } finally {
            led.set(false);
            Waiter next = parked.peek();
            if (next != null) {
                wake(next);
            }
        }
    }

    /** Waits for as many as were there last time, as long as they keep coming. */
    // A park would take longer than what is waited for, and those that are waited for may need this core.
    @SuppressWarnings("ThreadPriorityCheck")
    private void gather() {
        int here = present.get();
        if (here >= expected) {
            return;
        }
        long began = System.nanoTime();
        long now = began;
        long cameNanos = began;
        while (here < expected && now - cameNanos < lastNanos / QUIET_PART && now - began < lastNanos / WHOLE_PART) {
            Thread.yield();
            now = System.nanoTime();
            int before = here;
            here = present.get();
            cameNanos = here > before ? now : cameNanos;
        }
    }

    /** Lets go those whose records are durable; they are not present any more, whenever they get a core. */
    private void serve(long durable) {
        for (Waiter waiter : parked) {
            if (waiter.end <= durable && parked.remove(waiter)) {
                present.decrementAndGet();
                waiter.isServed = true;
                LockSupport.unpark(waiter.thread);
            }
        }
    }

    private static void wake(Waiter waiter) {
        waiter.isWoken = true;
        LockSupport.unpark(waiter.thread);
    }
}
