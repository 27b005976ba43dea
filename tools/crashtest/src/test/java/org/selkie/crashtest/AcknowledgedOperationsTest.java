// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.selkie.crashtest.trace.Operation;
import org.selkie.crashtest.trace.RecordedRegion;
import org.selkie.crashtest.trace.Recorder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What the ready oracle takes and refuses, for sequences and for anything with a model. */
final class AcknowledgedOperationsTest {

    private final Recorder recorder = Recorder.create();
    private final RecordedRegion region = recorder.allocate("r", 64);

    private Operation begin(Object value) {
        Operation operation = recorder.begin(value);
        region.putLong(0, operation.number() + 1);
        return operation;
    }

    private Operation done(Object value) {
        Operation operation = begin(value);
        recorder.acknowledge(operation);
        return operation;
    }

    private Operation beginElsewhere(Object value) {
        AtomicReference<Operation> operation = new AtomicReference<>();
        Litmus.onAnotherThread(() -> operation.set(begin(value)));
        return operation.get();
    }

    /** Asks about a crash at the end; what is thrown, or null. */
    private <S> String refused(S recovered, StateChecker<S> checker) {
        int end = recorder.size();
        Report report = Exploration.of(recorder.trace()).explore((CrashImage image) -> {
            image.bytes(image.regionNames().getFirst());
            return recovered;
        }, (state, image) -> {
            if (image.crashEvent() == end) {
                checker.check(state, image);
            }
        });
        return report.violations().isEmpty() ? null : report.violations().getFirst().thrown().getMessage();
    }

    private String inOrder(Object... recovered) {
        return refused(List.of(recovered), AcknowledgedOperations.inOrder());
    }

    @Test
    void whatWasAcknowledgedIsThereOnceInOrder() {
        done("a");
        done("b");
        done("a");
        assertNull(inOrder("a", "b", "a"));
        assertTrue(inOrder("a", "b").contains("acknowledged and lost"));
        assertTrue(inOrder("a", "b", "a", "a").contains("more often"));
        assertTrue(inOrder("a", "b", "a", "c").contains("nobody has put c"));
        assertTrue(inOrder("a", "a", "b").contains("out of order"));
    }

    @Test
    void whatIsInFlightMayBeThereWithoutHoles() {
        done("a");
        begin("b");
        begin("c");
        assertNull(inOrder("a"));
        assertNull(inOrder("a", "b"));
        assertNull(inOrder("a", "b", "c"));
        assertTrue(inOrder("a", "c").contains("a hole"));
        assertTrue(inOrder("b", "a").contains("out of order"));
    }

    @Test
    void operationsThatOverlapComeInAnyOrder() {
        Operation a = begin("a");
        Operation b = beginElsewhere("b");
        recorder.acknowledge(a);
        recorder.acknowledge(b);
        done("c");
        beginElsewhere("d");
        assertNull(inOrder("a", "b", "c"));
        assertNull(inOrder("b", "a", "c", "d"));
        assertTrue(inOrder("b", "c", "a").contains("out of order"));
    }

    private static StateChecker<Long> lastWins() {
        return AcknowledgedOperations.applied(0L, (state, operation) -> (Long) operation.description());
    }

    @Test
    void aStateIsOneThatTheOperationsLeadTo() {
        done(1L);
        done(2L);
        begin(3L);
        assertNull(refused(2L, lastWins()));
        assertNull(refused(3L, lastWins()));
        assertTrue(refused(1L, lastWins()).contains("to which no order leads"));
        assertTrue(refused(4L, lastWins()).contains("to which no order leads"));
    }

    @Test
    void aStateMayComeFromAnyOrderOfWhatOverlapped() {
        Operation one = begin(1L);
        Operation two = beginElsewhere(2L);
        Operation three = beginElsewhere(3L);
        recorder.acknowledge(three);
        recorder.acknowledge(one);
        recorder.acknowledge(two);
        assertNull(refused(1L, lastWins()));
        assertNull(refused(2L, lastWins()));
        assertNull(refused(3L, lastWins()));
        done(4L);
        assertNull(refused(4L, lastWins()));
        assertTrue(refused(1L, lastWins()).contains("to which no order leads"));
    }

    @Test
    void aLongHistoryCostsNoMoreThanItsLength() {
        for (long i = 1; i <= 5000; i++) {
            done(i);
        }
        StateChecker<Long> sum = AcknowledgedOperations.applied(0L, (state, operation) -> state + (Long) operation.description());
        long start = System.nanoTime();
        assertNull(refused(5000L * 5001 / 2, sum));
        assertTrue(System.nanoTime() - start < 30_000_000_000L);
        assertEquals("recovered 1,", refused(1L, sum).substring(0, 12));
    }
}
