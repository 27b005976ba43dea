// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.extent.Extent;
import org.selkie.extent.ExtentOptions;
import org.selkie.format.ExtentHeader;
import org.selkie.format.FormattedExtent;
import org.selkie.os.ForeignMemory;
import org.selkie.persist.Durability;
import org.selkie.testing.Damage;
import org.selkie.testing.NoMoreExtents;
import org.selkie.testing.Pools;
import org.selkie.testing.Pools.Entry;
import org.selkie.testing.Scratch;
import org.selkie.testing.Threads;
import org.selkie.testing.WrappedPersister;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * A thread that has claimed a place and not written it, when everything stops: records behind its hole that others were
 * told are durable must be there.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class StalledWriterTest {

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    /** Lets threads of a name get to their store and no further, after so many of its lines. */
    private static final class Stalling extends WrappedPersister {

        private final int lines;
        private final CountDownLatch stalled;
        private final CountDownLatch goOn;

        Stalling(org.selkie.persist.Persister wrapped, int lines, CountDownLatch stalled, CountDownLatch goOn) {
            super(wrapped);
            this.lines = lines;
            this.stalled = stalled;
            this.goOn = goOn;
        }

        @Override
        protected void store(long to, long lengthBytes, Runnable stored) {
            if (!Thread.currentThread().getName().startsWith("stalled")) {
                stored.run();
                return;
            }
            byte[] before = ForeignMemory.at(to, lengthBytes).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
            stored.run();
            // All but the first lines are taken back: they had not left the processor.
            long kept = Math.min(lengthBytes, lines * 64L);
            MemorySegment.copy(MemorySegment.ofArray(before), kept, ForeignMemory.at(to, lengthBytes), kept, lengthBytes - kept);
            stalled.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            stored.run();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void acknowledgedRecordsBehindTheHolesOfStalledThreadsAreRecovered(int lines) {
        Path directory = scratch.path("pool");
        Path image = scratch.path("image");
        CountDownLatch stalled = new CountDownLatch(2);
        CountDownLatch goOn = new CountDownLatch(1);
        PoolOptions options = Pools.small()
                .withPersister(persister -> new Stalling(persister, lines, stalled, goOn));
        List<Entry> acknowledged = new ArrayList<>();
        try (Threads threads = new Threads(); Pool pool = Pool.open(directory, options)) {
            Log log = pool.log("x");
            append(log, 5, acknowledged);
            threads.start(() -> {
                Thread.currentThread().setName("stalled in a record");
                log.append(new byte[500]);
            });
            threads.start(() -> {
                Thread.currentThread().setName("stalled in a batch");
                log.batch().add(new byte[30]).add(new byte[30]).add(new byte[300]).commit();
            });
            await(stalled);
            // Through a roll-over, whose filling of the rest the holes must not hold up either.
            append(log, 100, acknowledged);
            long hole = acknowledged.get(4).position() + 1088;
            assertEquals(hole, log.visiblePosition(), "readers stop before a hole");
            assertEquals(5, Pools.entries(log).size());
            Damage.copy(directory, image);
            goOn.countDown();
            threads.await(20);
            assertEquals(105 + 4, Pools.entries(log).size());
        }
        recovers(image, acknowledged);
        recovers(image, acknowledged);
    }

    private static void append(Log log, int records, List<Entry> acknowledged) {
        for (int i = 0; i < records; i++) {
            byte[] payload = Pools.payload(acknowledged.size(), 1060);
            acknowledged.add(new Entry(log.append(payload), payload));
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void recovers(Path image, List<Entry> acknowledged) {
        try (Pool pool = Pools.open(image)) {
            assertFalse(pool.recovery().hasLoss(), () -> pool.recovery().toString());
            assertEquals(acknowledged, Pools.entries(pool.log("x")));
            assertEquals(acknowledged, Pools.backwards(pool.log("x")).reversed());
        }
    }

    @Test
    void aThreadThatStopsRightAfterItsClaimIsVouchedForByNobody() {
        Path directory = scratch.path("one").getParent();
        Path file = directory.resolve("extent");
        Extent made = Extent.create(file, ExtentOptions.ofLength(1 << 16).withRequiredDurability(Durability.PROCESS_CRASH));
        FormattedExtent extent = new FormattedExtent(made, made.persister(), ExtentHeader.free(new UUID(1, 2), 1, 1, 1 << 16));
        extent.reformat(extent.header().assignedTo("x", 1, 0));
        RecoveredLog empty = recovered(extent, RecoveryMode.STRICT);
        LogState state = new LogState("x", new NoMoreExtents(), empty, null);
        SharedClaims claims = new SharedClaims(state);
        try (Threads threads = new Threads()) {
            // It has its place, and has not even asked yet how far the log is written.
            threads.start(() -> assertEquals(4096, claims.claim(claims.enter(), 64)));
            threads.await(10);
            Appender appender = new Appender(state, claims);
            for (int i = 0; i < 20; i++) {
                appender.append(new byte[] {(byte) i}, 0, 1);
            }
        }
        RecoveredLog recovered = recovered(extent, RecoveryMode.DROP_TORN_TAIL);
        assertEquals(20, recovered.report().records());
        assertEquals(List.of(Finding.Kind.UNFINISHED), recovered.report().findings().stream().map(Finding::kind).toList());
        assertTrue(recovered.proven() <= 4096);
        made.close();
    }

    private static RecoveredLog recovered(FormattedExtent extent, RecoveryMode mode) {
        Recovery recovery = new Recovery("x", List.of(new LogExtent(extent)), mode);
        recovery.examine(true, false);
        return recovery.finish(true, new NoMoreExtents());
    }
}
