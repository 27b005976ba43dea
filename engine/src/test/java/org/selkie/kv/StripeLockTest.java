// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The lock of a part of the index. */
class StripeLockTest {

    private static final int THREADS = 8;
    private static final int TURNS = 20_000;

    private final Stripe stripe = new Stripe();
    private long counted;

    @Test
    void oneThreadAtATimeHoldsItAndSeesWhatTheOneBeforeDid() throws Exception {
        countTogether(Executors.newFixedThreadPool(THREADS));
        countTogether(Executors.newVirtualThreadPerTaskExecutor());
        assertEquals(2L * THREADS * TURNS, counted);
    }

    private void countTogether(ExecutorService started) throws Exception {
        try (ExecutorService threads = started) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                running.add(threads.submit(() -> {
                    for (int turn = 0; turn < TURNS; turn++) {
                        stripe.lock();
                        counted++;
                        stripe.unlock();
                    }
                }));
            }
            for (Future<?> one : running) {
                one.get();
            }
        }
    }

    @Test
    void whoHoldsItAndTakesItAgainIsRefusedAndStillHoldsIt() throws Exception {
        stripe.lock();
        assertThrows(IllegalStateException.class, stripe::lock);
        AtomicBoolean other = new AtomicBoolean();
        Thread waiting = Thread.ofPlatform().start(() -> {
            stripe.lock();
            other.set(true);
            stripe.unlock();
        });
        waiting.join(50);
        assertFalse(other.get());
        stripe.unlock();
        assertTrue(waiting.join(Duration.ofSeconds(60)));
        assertTrue(other.get());
    }

    @Test
    void whoIsInterruptedWhileItWaitsGetsItAndStaysInterrupted() throws Exception {
        stripe.lock();
        AtomicBoolean interrupted = new AtomicBoolean();
        Thread waiting = Thread.ofPlatform().start(() -> {
            stripe.lock();
            interrupted.set(Thread.currentThread().isInterrupted());
            stripe.unlock();
        });
        // Until it parks.
        while (waiting.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        waiting.interrupt();
        waiting.join(50);
        assertTrue(waiting.isAlive());
        stripe.unlock();
        assertTrue(waiting.join(Duration.ofSeconds(60)));
        assertTrue(interrupted.get());
    }
}
