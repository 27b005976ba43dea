// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.selkie.crashtest.trace.Operation;
import org.selkie.crashtest.trace.PersistentRegion;
import org.selkie.crashtest.trace.RecordedRegion;
import org.selkie.crashtest.trace.Recorder;
import org.selkie.crashtest.trace.Trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Recovery is repeated and interrupted: a pair of words that must change together, with an undo log of one entry. */
final class RecoveryTest {

    private static final long LEFT = 0;
    private static final long RIGHT = 64;
    private static final long SAVED = 128;
    private static final long SAVED_VALID = 136;

    /** How recovery takes a half-made change back. */
    private enum Undo {
        RIGHT_ORDER {
            @Override
            void undo(PersistentRegion region) {
                restore(region);
                region.persist(LEFT, 8);
                region.persist(RIGHT, 8);
                region.putLong(SAVED_VALID, 0);
                region.persist(SAVED_VALID, 8);
            }
        },
        /** The log is dropped while what it restored may still be lost. */
        LOG_DROPPED_FIRST {
            @Override
            void undo(PersistentRegion region) {
                restore(region);
                region.putLong(SAVED_VALID, 0);
                region.persist(LEFT, 8);
                region.persist(RIGHT, 8);
                region.persist(SAVED_VALID, 8);
            }
        },
        /** What it shows is not durable when it returns. */
        NOT_PERSISTED {
            @Override
            void undo(PersistentRegion region) {
                restore(region);
                region.putLong(SAVED_VALID, 0);
                region.persist(SAVED_VALID, 8);
            }
        },
        /** Run again, it gives something else. */
        COUNTS_ITS_RUNS {
            @Override
            void undo(PersistentRegion region) {
                restore(region);
                region.putLong(SAVED, region.getLong(SAVED) + 1);
            }
        };

        abstract void undo(PersistentRegion region);

        private static void restore(PersistentRegion region) {
            region.putLong(LEFT, region.getLong(SAVED));
            region.putLong(RIGHT, region.getLong(SAVED));
        }
    }

    private static Trace changes() {
        Recorder recorder = Recorder.create();
        RecordedRegion region = recorder.allocate("pair", 4096);
        for (long value = 1; value <= 4; value++) {
            Operation change = recorder.begin(value);
            region.putLong(SAVED, region.getLong(LEFT));
            region.putLong(SAVED_VALID, 1);
            region.persist(SAVED, 16);
            region.putLong(LEFT, value);
            region.putLong(RIGHT, value);
            region.flush(LEFT, 8);
            region.flush(RIGHT, 8);
            region.fence();
            region.putLong(SAVED_VALID, 0);
            region.persist(SAVED_VALID, 8);
            recorder.acknowledge(change);
        }
        return recorder.trace();
    }

    private static List<Long> recover(CrashImage image, Undo undo) {
        PersistentRegion region = image.region();
        if (region.getLong(SAVED_VALID) == 1) {
            undo.undo(region);
        }
        return List.of(region.getLong(LEFT), region.getLong(RIGHT));
    }

    private static void check(List<Long> recovered, CrashImage image) {
        assertEquals(recovered.get(0), recovered.get(1), "torn");
        long acknowledged = image.acknowledged().stream().mapToLong(operation -> (long) operation.description()).max().orElse(0);
        long possible = acknowledged + image.inFlight().size();
        assertTrue(recovered.get(0) >= acknowledged && recovered.get(0) <= possible, () -> recovered + " of " + acknowledged);
    }

    private static Report explore(Undo undo) {
        return Exploration.of(changes()).explore((CrashImage image) -> recover(image, undo), RecoveryTest::check);
    }

    @Test
    void aRightRecoveryIsNotAccused() {
        Report report = explore(Undo.RIGHT_ORDER);
        report.orThrow();
        assertTrue(report.isComplete(), report::coverage);
        assertTrue(report.inRecovery() > 0, report::coverage);
        assertTrue(report.states() >= 5, report::coverage);
    }

    @Test
    void aRecoveryThatDropsItsLogTooEarlyIsFoundByInterruptingIt() {
        Violation violation = explore(Undo.LOG_DROPPED_FIRST).violations().getFirst();
        InterruptedRecoveryError error = assertInstanceOf(InterruptedRecoveryError.class, violation.thrown());
        assertTrue(error.getMessage().contains("the power goes again during recovery"), error::getMessage);
        assertTrue(error.getMessage().contains("RecoveryTest"), () -> "no place in recovery is named: " + error.getMessage());
        assertEquals(1, error.violation().lines().size(), error::getMessage);
    }

    @Test
    void aRecoveryThatShowsWhatIsNotDurableIsFound() {
        assertInstanceOf(InterruptedRecoveryError.class, explore(Undo.NOT_PERSISTED).violations().getFirst().thrown());
    }

    @Test
    void aRecoveryThatIsNotIdempotentIsFound() {
        Violation violation = explore(Undo.COUNTS_ITS_RUNS).violations().getFirst();
        assertInstanceOf(RecoveryDiffersError.class, violation.thrown());
    }

    @Test
    void withoutInterruptionsALogDroppedTooEarlyIsNotFound() {
        Report report = Exploration.of(changes()).crashesDuringRecovery(0)
                .explore((CrashImage image) -> recover(image, Undo.LOG_DROPPED_FIRST), RecoveryTest::check);
        report.orThrow();
        assertEquals(0, report.inRecovery());
    }

    @Test
    void recoveryIsInterruptedAsOftenAsWanted() {
        Report once = explore(Undo.RIGHT_ORDER);
        Report twice = Exploration.of(changes()).crashesDuringRecovery(2)
                .explore((CrashImage image) -> recover(image, Undo.RIGHT_ORDER), RecoveryTest::check);
        twice.orThrow();
        assertTrue(twice.inRecovery() > once.inRecovery(), twice::coverage);
    }

    @Test
    void theCheckerIsAskedOnceAboutEachState() {
        AtomicInteger asked = new AtomicInteger();
        List<List<Long>> states = new ArrayList<>();
        Report report = Exploration.of(changes()).explore((CrashImage image) -> recover(image, Undo.RIGHT_ORDER),
                (state, image) -> {
                    asked.incrementAndGet();
                    states.add(state);
                });
        assertEquals(report.states(), asked.get());
        assertTrue(asked.get() < report.explored(), report::coverage);
    }

    @Test
    void recoveryThroughTheMemoryItselfIsInterruptedToo() {
        Report report = Exploration.of(changes()).explore((CrashImage image) -> {
            MemorySegment memory = image.memory();
            PersistentRegion region = PersistentRegion.over(memory, image.persister());
            if (region.getLong(SAVED_VALID) == 1) {
                Undo.LOG_DROPPED_FIRST.undo(region);
            }
            return List.of(region.getLong(LEFT), region.getLong(RIGHT));
        }, RecoveryTest::check);
        assertInstanceOf(InterruptedRecoveryError.class, report.violations().getFirst().thrown());
    }
}
