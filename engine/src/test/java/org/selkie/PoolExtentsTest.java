// SPDX-License-Identifier: Apache-2.0
package org.selkie;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.log.Log;
import org.selkie.log.LogOptions;
import org.selkie.testing.Pools;
import org.selkie.testing.Scratch;
import org.selkie.testing.Threads;
import org.selkie.testing.WrappedPersister;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Logs of one pool do not wait for each other's extents. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PoolExtentsTest {

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    /** What a thread that trims waits for, in the middle of giving an extent back. */
    private record Obstacle(CountDownLatch reached, CountDownLatch gone) {

        Obstacle() {
            this(new CountDownLatch(1), new CountDownLatch(1));
        }

        void meet() {
            reached.countDown();
            try {
                assertTrue(gone.await(30, TimeUnit.SECONDS), "the others wait for the one that stands still");
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    private static PoolOptions stoppingAt(AtomicReference<Obstacle> obstacle, PoolOptions options) {
        return options.withPersister(persister -> new WrappedPersister(persister) {
            @Override
            protected void store(long to, long lengthBytes, Runnable stored) {
                // A slot of a header: the extent becomes free.
                Obstacle now = lengthBytes == 512 ? obstacle.getAndSet(null) : null;
                if (now != null) {
                    now.meet();
                }
                stored.run();
            }
        });
    }

    private static void fillExtents(Log log, int extents) {
        for (int i = 0; i < extents; i++) {
            log.append(Pools.payload(i, Pools.MAX_PAYLOAD_BYTES));
        }
    }

    @Test
    void aLogThatGivesAnExtentBackSlowlyKeepsNoOtherFromTakingOne() throws Exception {
        AtomicReference<Obstacle> obstacle = new AtomicReference<>();
        Path directory = scratch.path("pool");
        try (Pool pool = Pool.open(directory, stoppingAt(obstacle, Pools.small().withSpareExtents(0)));
                Threads threads = new Threads()) {
            Log slow = pool.log("slow");
            Log other = pool.log("other", LogOptions.forSingleWriter());
            fillExtents(slow, 2);
            Obstacle met = new Obstacle();
            // Only when the next extents are prepared, whose headers are written by the same calls.
            TimeUnit.MILLISECONDS.sleep(200);
            obstacle.set(met);
            threads.start(() -> slow.trim(slow.persistedPosition()));
            assertTrue(met.reached.await(30, TimeUnit.SECONDS));
            fillExtents(other, 5);
            pool.audit();
            assertEquals(5, Pools.entries(other).size());
            met.gone.countDown();
            threads.await(30);
        }
        try (Pool pool = Pools.open(directory)) {
            assertTrue(pool.recovery().isClean(), pool.recovery()::toString);
        }
    }

    @Test
    void anAuditAccusesNoExtentThatThePoolGivesBack() throws Exception {
        try (Pool pool = Pool.open(scratch.path("pool"), Pools.small().withSpareExtents(0)); Threads threads = new Threads()) {
            Log log = pool.log("x");
            AtomicBoolean done = new AtomicBoolean();
            threads.start(() -> {
                try {
                    for (int i = 0; i < 200; i++) {
                        fillExtents(log, 2);
                        log.trim(log.persistedPosition());
                    }
                } finally {
                    done.set(true);
                }
            });
            long audits = 0;
            while (!done.get()) {
                pool.audit();
                audits++;
            }
            threads.await(30);
            assertTrue(audits > 10, "too few audits to have met an extent on its way: " + audits);
        }
    }

    @Test
    void aFullPoolWaitsForTheExtentThatIsOnItsWayBack() throws Exception {
        for (int spare : List.of(0, 2)) {
            AtomicReference<Obstacle> obstacle = new AtomicReference<>();
            Path directory = scratch.path("pool");
            PoolOptions options = Pools.small().withSpareExtents(spare).withMaxBytes(4 * Pools.EXTENT_BYTES);
            try (Pool pool = Pool.open(directory, stoppingAt(obstacle, options)); Threads threads = new Threads()) {
                Log slow = pool.log("slow");
                fillExtents(slow, 3);
                TimeUnit.MILLISECONDS.sleep(200);
                Obstacle met = new Obstacle();
                obstacle.set(met);
                threads.start(() -> slow.trim(slow.persistedPosition()));
                assertTrue(met.reached.await(30, TimeUnit.SECONDS));
                threads.start(() -> pool.log("other").append(new byte[1]));
                TimeUnit.MILLISECONDS.sleep(100);
                met.gone.countDown();
                threads.await(30);
            }
        }
    }

    @Test
    void aPoolIsClosedOnlyWhenNothingIsOnItsWay() throws Exception {
        AtomicReference<Obstacle> obstacle = new AtomicReference<>();
        Path directory = scratch.path("pool");
        Pool pool = Pool.open(directory, stoppingAt(obstacle, Pools.small().withSpareExtents(0)));
        try (Threads threads = new Threads()) {
            Log slow = pool.log("slow");
            fillExtents(slow, 3);
            TimeUnit.MILLISECONDS.sleep(200);
            Obstacle met = new Obstacle();
            obstacle.set(met);
            threads.start(() -> slow.trim(slow.persistedPosition()));
            assertTrue(met.reached.await(30, TimeUnit.SECONDS));
            CountDownLatch closed = new CountDownLatch(1);
            threads.start(() -> {
                pool.close();
                closed.countDown();
            });
            assertFalse(closed.await(200, TimeUnit.MILLISECONDS), "closed under the thread that trims");
            met.gone.countDown();
            threads.await(30);
        }
        assertFalse(Files.readString(Path.of("/proc/self/maps")).contains(directory.toString()));
    }
}
