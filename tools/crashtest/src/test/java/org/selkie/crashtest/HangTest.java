// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.selkie.crashtest.trace.RecordedRegion;
import org.selkie.crashtest.trace.Recorder;
import org.selkie.crashtest.trace.Trace;
import org.selkie.crashtest.trace.TraceException;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Recovery that does not end, and explorations that must. */
@Timeout(60)
final class HangTest {

    private static final Duration SHORT = Duration.ofMillis(100);

    private static volatile boolean released;

    /** A list of three nodes, of which the last points to the first for a moment. */
    private static Trace cycle() {
        Recorder recorder = Recorder.create();
        RecordedRegion region = recorder.allocate("list", 4096);
        region.putLong(0, 64);
        region.putLong(64, 128);
        region.putLong(128, 64);
        region.putLong(128, 0);
        region.persist(0, 192);
        return recorder.trace();
    }

    private static void assertHangFound(Report report, String method) {
        Violation violation = report.violations().getFirst();
        RecoveryTimeoutException thrown = assertInstanceOf(RecoveryTimeoutException.class, violation.thrown());
        assertTrue(Arrays.stream(thrown.getStackTrace()).anyMatch(frame -> frame.getMethodName().contains(method)),
                () -> List.of(thrown.getStackTrace()).toString());
    }

    @Test
    void aRecoveryThatGoesRoundInCirclesIsFoundAndEnded() {
        Report report = Exploration.of(cycle()).timeLimit(SHORT).explore(this::follow);
        assertHangFound(report, "follow");
        assertFalse(report.violations().getFirst().lines().isEmpty());
    }

    private void follow(CrashImage image) {
        long at = 0;
        do {
            at = image.region().getLong(at);
        } while (at != 0);
    }

    @Test
    void aRecoveryThatWaitsForSomethingIsInterrupted() {
        assertHangFound(Exploration.of(cycle()).timeLimit(SHORT).explore(this::sleep), "sleep");
    }

    private void sleep(CrashImage image) throws InterruptedException {
        if (image.region().getLong(128) == 64) {
            Thread.sleep(TimeUnit.HOURS.toMillis(1));
        }
    }

    @Test
    void aRecoveryThatCannotBeEndedIsLeftBehind() {
        try {
            assertHangFound(Exploration.of(cycle()).timeLimit(SHORT).explore(this::spin), "spin");
        } finally {
            released = true;
        }
    }

    private void spin(CrashImage image) {
        while (image.region().getLong(128) == 64 && !released) {
            long spun = 0;
            while (!released) {
                spun++;
            }
            assertTrue(spun > 0);
        }
    }

    @Test
    void anImageAfterAHangIsNotInterrupted() {
        List<Boolean> interrupted = new ArrayList<>();
        Report report = Exploration.of(cycle()).timeLimit(SHORT).violations(100).points(CrashPoints.EVERY_EVENT)
                .explore(image -> {
                    interrupted.add(Thread.currentThread().isInterrupted());
                    sleep(image);
                });
        assertTrue(report.violations().size() > 1);
        assertFalse(interrupted.contains(true));
    }

    @Test
    void anInterruptThatComesTooLateForItsImageHitsNoOther() {
        Workspace.Watched watched = new Workspace.Watched(SHORT);
        watched.begin();
        long slow = watched.examination();
        watched.end();
        watched.begin();
        watched.expire(slow, Thread.currentThread());
        assertFalse(watched.expired || Thread.interrupted());
        watched.expire(watched.examination(), Thread.currentThread());
        assertTrue(watched.expired && Thread.currentThread().isInterrupted());
        watched.end();
        assertFalse(watched.expired || Thread.interrupted());
    }

    @Test
    void anExplorationEndsWhenItsTimeIsUp() {
        Recorder recorder = Recorder.create();
        RecordedRegion region = recorder.allocate("r", 4096);
        for (int line = 0; line < 60; line++) {
            region.putLong(64L * line, 1);
        }
        List<Progress> progress = new ArrayList<>();
        Report report = Exploration.of(recorder.trace()).budget(Long.MAX_VALUE / 2).within(Duration.ofMillis(1500))
                .progress(progress::add).explore(image -> image.memory().get(ValueLayout.JAVA_LONG, 0));
        assertFalse(report.isComplete());
        assertTrue(report.elapsed().toMillis() < 20_000, report::coverage);
        assertFalse(progress.isEmpty());
        assertTrue(progress.getFirst().explored() > 0, progress::toString);
    }

    @Test
    void aTimeTooShortForTheFirstImageIsAClearError() {
        TraceException refused = assertThrows(TraceException.class, () -> Exploration.of(cycle()).within(Duration.ofNanos(1))
                .explore(image -> Thread.sleep(1000)));
        assertTrue(refused.getMessage().contains("before the first of"), refused::getMessage);
    }

    @Test
    void aStackOverflowInRecoveryIsAViolationToo() {
        Report report = Exploration.of(cycle()).explore(image -> descend(image, 0));
        assertInstanceOf(StackOverflowError.class, report.violations().getFirst().thrown());
        assertEquals(1, report.violations().size());
    }

    private long descend(CrashImage image, long at) {
        long next = image.region().getLong(at);
        return next == 0 ? 1 : 1 + descend(image, next);
    }
}
