// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;
import org.selkie.fault.LogStoppedException;
import org.selkie.fault.ReadOnlyException;
import org.selkie.fault.SelkieException;

/**
 * Whether a log still runs. What stopped it first stays the reason, and from then on no claim succeeds. Nothing in here
 * waits: a seal that breaks or a store that fails ends the claims at once, whoever holds the log's lock.
 */
final class LogStop {

    /** Set in the tail when the log stops: no claim succeeds any more. */
    static final long STOPPED = Long.MIN_VALUE;

    private static final AtomicReferenceFieldUpdater<LogStop, @Nullable SelkieException> REASON =
            AtomicReferenceFieldUpdater.newUpdater(LogStop.class, SelkieException.class, "reason");
    private static final AtomicReferenceFieldUpdater<LogStop, @Nullable Throwable> FAILURE =
            AtomicReferenceFieldUpdater.newUpdater(LogStop.class, Throwable.class, "failure");
    private static final AtomicLongFieldUpdater<LogStop> FAILED_AT =
            AtomicLongFieldUpdater.newUpdater(LogStop.class, "failedAt");

    private final String name;
    private final PaddedLong tail;
    private volatile @Nullable SelkieException reason;
    /** The first store or write-back that failed, whether or not the log was being stopped already. */
    private volatile @Nullable Throwable failure;
    private volatile long failedAt = PositionSlots.FREE;

    /** @param tail of the log, in which it is seen by whoever claims */
    LogStop(String name, PaddedLong tail) {
        this.name = name;
        this.tail = tail;
    }

    /** From now on no append succeeds. The first reason stays. */
    void stop(SelkieException why) {
        REASON.compareAndSet(this, null, why);
        // In this order: who finds the tail stopped, finds the reason.
        tail.or(STOPPED);
    }

    /** A claim that cannot be written: readers never pass it, and nobody appends any more. */
    void failAt(long position, Throwable cause) {
        FAILED_AT.accumulateAndGet(this, position, Math::min);
        fail(cause, "log " + name + " stopped at position " + position + ": a store failed (" + cause.getMessage()
                + "); open the pool again");
    }

    /** After a failed write-back the kernel forgets which pages were dirty, so nothing is written back or acknowledged again. */
    void failWriteBack(Throwable cause) {
        fail(cause, "log " + name + " could not be written back: " + cause.getMessage()
                + "; what was acknowledged is durable, open the pool again");
    }

    private void fail(Throwable cause, String message) {
        FAILURE.compareAndSet(this, null, cause);
        stop(new LogStoppedException(message, cause));
    }

    boolean isRunning() {
        return reason == null;
    }

    void requireRunning() {
        SelkieException why = reason;
        if (why != null) {
            throw refusal(why);
        }
    }

    private static SelkieException refusal(SelkieException why) {
        return why instanceof ReadOnlyException ? new ReadOnlyException(why.getMessage(), why)
                : new LogStoppedException(why.getMessage(), why);
    }

    boolean hasFailed() {
        return failure != null;
    }

    void requireNoFailure() {
        Throwable cause = failure;
        if (cause != null) {
            throw new LogStoppedException("log " + name + " stopped because a store or its write-back failed ("
                    + cause.getMessage() + "); open the pool again", cause);
        }
    }

    /** The lowest position that could not be written, {@link PositionSlots#FREE} if there is none. */
    long failedAt() {
        return failedAt;
    }
}
