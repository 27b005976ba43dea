// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.engine;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One thread is held between the stores of its record and what makes them durable, until another one has done something. Where
 * pages are written back nobody is acknowledged before those that came earlier: there it is held until the other one has stored.
 */
final class Overtaking {

    private static final long PATIENCE_SECONDS = 60;
    private static final long SHORT_PATIENCE_SECONDS = 2;

    private final boolean pages;
    private final boolean mayWait;
    private final CountDownLatch stored = new CountDownLatch(1);
    private final CountDownLatch overtaken = new CountDownLatch(1);
    private volatile @Nullable Thread slow;
    /** Whether the first thread has lost its patience. */
    private volatile boolean wentOn;

    /**
     * Nobody has stored yet.
     *
     * @param pages   whether pages are written back
     * @param mayWait whether the other thread may have to wait for the first one, which then goes on
     */
    Overtaking(boolean pages, boolean mayWait) {
        this.pages = pages;
        this.mayWait = mayWait;
    }

    /** Returns whether it came so. */
    boolean run(Runnable first, Runnable meanwhile) {
        try (ExecutorService other = Executors.newSingleThreadExecutor()) {
            Future<?> running = other.submit(() -> {
                slow = Thread.currentThread();
                first.run();
            });
            while (!stored.await(1, TimeUnit.MILLISECONDS)) {
                if (running.isDone()) {
                    running.get();
                    throw new IllegalStateException("nothing was stored that another thread could overtake");
                }
            }
            try {
                meanwhile.run();
            } finally {
                overtaken.countDown();
            }
            running.get();
            return !wentOn;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Called by whoever has stored and not yet fenced. */
    void betweenStoreAndFence() {
        if (Thread.currentThread() != slow) {
            if (pages && stored.getCount() == 0) {
                overtaken.countDown();
            }
        } else if (isARecord()) {
            stored.countDown();
            try {
                wentOn = !overtaken.await(mayWait ? SHORT_PATIENCE_SECONDS : PATIENCE_SECONDS, TimeUnit.SECONDS);
                if (wentOn && !mayWait) {
                    throw new IllegalStateException("was not overtaken for " + PATIENCE_SECONDS + " s");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    /** And not what a roll-over stores before the record, holding the log's lock. */
    private static boolean isARecord() {
        return StackWalker.getInstance().walk(frames -> frames.noneMatch(frame -> frame.getClassName().endsWith(".RollOver")));
    }
}
