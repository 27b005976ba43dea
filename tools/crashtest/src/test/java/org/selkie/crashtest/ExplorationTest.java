// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.io.IOException;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.selkie.crashtest.trace.RecordedRegion;
import org.selkie.crashtest.trace.Recorder;
import org.selkie.crashtest.trace.Trace;
import org.selkie.crashtest.trace.TraceException;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** How images are chosen, counted and reported. */
final class ExplorationTest {

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    /** Stores 1 to so many lines, without a flush. */
    private static Trace lines(int count) {
        Recorder recorder = Recorder.create();
        RecordedRegion region = recorder.allocate("r", 64L * Math.max(count, 64));
        for (int line = 0; line < count; line++) {
            region.putLong(64L * line, 1);
        }
        return recorder.trace();
    }

    private static int present(CrashImage image, int lines) {
        MemorySegment memory = image.memory();
        int count = 0;
        for (int line = 0; line < lines; line++) {
            count += (int) memory.get(LONG, 64L * line);
        }
        return count;
    }

    @Test
    void everyCombinationOfLinesIsSeenOnceWhenReadsAreNotKnown() {
        Set<String> seen = new HashSet<>();
        AtomicInteger asked = new AtomicInteger();
        Report report = Exploration.of(lines(10)).explore(image -> {
            asked.incrementAndGet();
            StringBuilder key = new StringBuilder();
            for (int line = 0; line < 10; line++) {
                key.append(image.memory().get(LONG, 64L * line));
            }
            seen.add(key.toString());
        });
        assertEquals(1024, seen.size());
        // Each once, and the first, second, fourth and so on again, because the same image must come to the same.
        assertEquals(1024 + 11, asked.get());
        assertEquals(1024, report.explored());
        assertEquals(1024, report.distinct());
        assertEquals(BigInteger.valueOf(1024), report.possible());
        assertTrue(report.isComplete());
    }

    @Test
    void linesThatRecoveryDoesNotReadAreNotBranchedOn() {
        Report report = Exploration.of(lines(60)).explore(image -> {
            // The second line matters only if the first one is there.
            if (image.region().getLong(0) == 1) {
                image.region().getLong(64);
            }
        });
        assertEquals(3, report.explored());
        assertEquals(BigInteger.TWO.pow(60), report.possible());
        assertTrue(report.isComplete(), report::coverage);
    }

    @Test
    void linesThatSomebodySaysAreNotReadAreNotBranchedOn() {
        Report report = Exploration.of(lines(60)).recoveryReads("r", 64, 128).explore(image -> present(image, 60));
        assertEquals(4, report.explored());
        assertTrue(report.isComplete(), report::coverage);
    }

    @Test
    void loadsThatAreReportedCountAsReads() {
        Report report = Exploration.of(lines(60)).explore(image -> {
            MemorySegment memory = image.memoryReportingLoads("r");
            image.loaded("r", 64, 8);
            memory.get(LONG, 64);
            memory.set(LONG, 64, 7);
        });
        assertEquals(2, report.explored());
        assertTrue(report.isComplete(), report::coverage);
    }

    @Test
    void boundsLimitHowManyLinesDeviate() {
        TreeSet<Integer> counts = new TreeSet<>();
        Report missing = Exploration.of(lines(20)).atMostMissing(2).explore(image -> counts.add(present(image, 20)));
        assertEquals(new TreeSet<>(Set.of(18, 19, 20)), counts);
        assertEquals(1 + 20 + 190, missing.explored());
        assertFalse(missing.isComplete());
        counts.clear();
        Report present = Exploration.of(lines(20)).atMostPresent(1).explore(image -> counts.add(present(image, 20)));
        assertEquals(new TreeSet<>(Set.of(0, 1)), counts);
        assertEquals(21, present.explored());
        counts.clear();
        Report both = Exploration.of(lines(20)).atMostMissing(1).atMostPresent(1)
                .explore(image -> counts.add(present(image, 20)));
        assertEquals(new TreeSet<>(Set.of(0, 1, 19, 20)), counts);
        assertEquals(42, both.explored());
        assertEquals(BigInteger.valueOf(42), both.covered());
    }

    @Test
    void theOnlyImageBehindAFenceIsCoveredWithinBothBounds() {
        Recorder recorder = Recorder.create();
        RecordedRegion region = recorder.allocate("r", 4096);
        for (int line = 0; line < 4; line++) {
            region.putLong(64L * line, 1);
        }
        region.persist(0, 256);
        Report both = Exploration.of(recorder.trace()).atMostMissing(1).atMostPresent(1).explore(image -> present(image, 4));
        assertEquals(BigInteger.valueOf(2 * 5 + 1), both.covered(), both::coverage);
    }

    @Test
    void aBudgetIsKeptAndWhatIsDrawnDependsOnTheSeed() {
        Report small = Exploration.of(lines(40)).budget(500).seed(7).explore(image -> present(image, 40));
        assertTrue(small.explored() <= 500 && small.explored() > 400, small::coverage);
        assertFalse(small.isComplete());
        assertTrue(small.fraction() > 0 && small.fraction() < 1e-9, small::coverage);
        assertEquals(drawn(7), drawn(7));
        assertFalse(drawn(7).equals(drawn(8)));
    }

    private static Set<Integer> drawn(long seed) {
        Set<Integer> seen = new HashSet<>();
        Exploration.of(lines(40)).budget(500).seed(seed).explore(image -> seen.add(Arrays.hashCode(image.bytes("r"))));
        return seen;
    }

    @Test
    void aSampleHasSingleLinesMissingAndPresentFirst() {
        TreeSet<Integer> counts = new TreeSet<>();
        Exploration.of(lines(40)).budget(1000).explore(image -> counts.add(present(image, 40)));
        assertTrue(counts.containsAll(Set.of(0, 1, 39, 40)), counts::toString);
    }

    /** Stores the numbers from 1 on in one word, each persisted before the next. */
    private static Trace numbers(int count) {
        Recorder recorder = Recorder.create();
        RecordedRegion region = recorder.allocate("r", 4096);
        for (int i = 0; i < count; i++) {
            region.putLong(0, i + 1);
            region.persist(0, 8);
        }
        return recorder.trace();
    }

    @Test
    void onlyCrashesBeforeTheEventsThatAreGivenAreLookedAt() {
        Trace trace = numbers(100);
        TreeSet<Integer> events = new TreeSet<>();
        Report report = Exploration.of(trace).onlyBefore(event -> event > 200).explore(image -> {
            assertTrue(image.region().getLong(0) >= 66);
            events.add(image.crashEvent());
        });
        assertTrue(events.getFirst() > 200, events::toString);
        assertEquals(trace.events().size(), events.getLast());
        assertEquals(events.size(), report.points());
        TraceException refused = assertThrows(TraceException.class,
                () -> Exploration.of(trace).onlyBefore(event -> false).explore(image -> { }));
        assertTrue(refused.getMessage().contains("no crash point comes before"), refused::getMessage);
    }

    @Test
    void aBudgetBelowTheNumberOfCrashPointsIsSpreadOverThem() {
        TreeSet<Integer> events = new TreeSet<>();
        Exploration small = Exploration.of(numbers(100)).budget(10);
        Report report = small.mayLeaveOutCrashPoints().explore(image -> {
            image.region().getLong(0);
            events.add(image.crashEvent());
        });
        assertEquals(10, report.explored());
        assertTrue(events.getLast() - events.getFirst() > 200, events::toString);
        TraceException refused = assertThrows(TraceException.class, () -> small.explore(image -> image.region().getLong(0)));
        assertTrue(refused.getMessage().contains("budget 10 is too small to reach the 101 crash points"), refused::getMessage);
    }

    @Test
    void badInputIsRefusedInClearWords() {
        Exploration exploration = Exploration.of(lines(1));
        assertTrue(assertThrows(TraceException.class, () -> exploration.budget(0)).getMessage().contains("at least one image"));
        assertThrows(TraceException.class, () -> exploration.threads(0));
        assertThrows(TraceException.class, () -> exploration.atMostMissing(-1));
        Recorder nothing = Recorder.create();
        nothing.allocate("r", 64);
        assertTrue(assertThrows(TraceException.class, () -> Exploration.of(nothing.trace()).explore(image -> { })).getMessage()
                .contains("no store"));
        assertThrows(TraceException.class, () -> nothing.allocate("s", 0));
    }

    @Test
    void severalThreadsCoverTheSame() {
        Recorder recorder = Recorder.create();
        RecordedRegion region = recorder.allocate("r", 4096);
        for (int i = 0; i < 40; i++) {
            region.putLong(64L * (i % 10), i + 1);
            region.putLong(64L * (i % 7) + 8, i + 1);
            if (i % 3 == 0) {
                region.flush(0, 640);
                region.fence();
            }
        }
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        Report one = Exploration.of(recorder.trace()).explore(image -> present(image, 10));
        Report three = Exploration.of(recorder.trace()).threads(3).explore(image -> {
            threads.add(Thread.currentThread());
            present(image, 10);
        });
        assertEquals(one.distinct(), three.distinct());
        assertEquals(one.possible(), three.possible());
        assertTrue(one.isComplete() && three.isComplete());
        assertTrue(!threads.isEmpty() && threads.size() <= 3 && !threads.contains(Thread.currentThread()), threads::toString);
    }

    @Test
    void whatACheckerWritesIsTakenBack() {
        Exploration.of(lines(8)).explore(image -> {
            for (int line = 0; line < 8; line++) {
                assertTrue(image.region().getLong(64L * line) <= 1);
                assertEquals(0, image.region().getLong(64L * line + 8));
            }
            image.region().putLong(0, 77);
            image.region().put(100, new byte[200]);
            image.memory().set(LONG, 72, 99);
            image.memory().fill((byte) 5);
        }).orThrow();
    }

    @Test
    void theSmallestSetOfLinesIsNamed() {
        Report report = Exploration.of(lines(12)).explore(image -> assertFalse(
                image.region().getLong(3 * 64) == 0 && image.region().getLong(7 * 64) == 1 && present(image, 12) < 10));
        Violation violation = report.violations().getFirst();
        assertFalse(violation.missing());
        assertEquals(1, violation.lines().size(), violation::toString);
        assertEquals(7 * 64, violation.lines().getFirst().place().offsetBytes());
        Report other = Exploration.of(lines(12)).explore(image -> assertFalse(present(image, 12) == 10));
        assertEquals(2, other.violations().getFirst().lines().size());
        assertTrue(other.violations().getFirst().missing());
    }

    @Test
    void ofManyStoresToALineOnlyTheLastThatMattersIsNamedLost() {
        Recorder recorder = Recorder.create();
        RecordedRegion region = recorder.allocate("r", 4096);
        for (int i = 1; i <= 6; i++) {
            region.putLong(8L * i, i);
        }
        region.putLong(64, 1);
        Report report = Exploration.of(recorder.trace())
                .explore(image -> assertFalse(image.region().getLong(64) == 1 && image.region().getLong(40) == 0));
        Violation violation = report.violations().getFirst();
        if (violation.missing()) {
            assertEquals(2, violation.lines().getFirst().lost().size(), violation::toString);
        } else {
            assertEquals(64, violation.lines().getFirst().place().offsetBytes());
        }
    }

    @Test
    void aReportHasNamesStacksAndReasonsAndIsSavedWithTheImage(@TempDir Path directory) throws IOException {
        Recorder recorder = Recorder.create();
        RecordedRegion region = recorder.allocate("a queue", 4096);
        region.putLong(8, 5);
        region.flush(8, 8);
        region.putLong(72, 5);
        region.putLong(144, 6);
        region.fence();
        region.persist(72, 8);
        MemoryLayout layout = MemoryLayout.structLayout(LONG.withName("head"), LONG.withName("tail"),
                MemoryLayout.sequenceLayout(10, MemoryLayout.structLayout(LONG.withName("key"), LONG.withName("value")))
                        .withName("slots"));
        Report report = Exploration.of(recorder.trace()).layout("a queue", layout).violations(10).saveTo(directory)
                .explore(image -> {
                    assertFalse(image.crashEvent() == 5 && image.region().getLong(8) == 0, "no tail");
                    assertFalse(image.crashEvent() == 7 && image.region().getLong(72) == 0, "no value");
                    assertFalse(image.crashEvent() == 8 && image.region().getLong(144) == 0, "no key");
                });
        String text = Files.readString(directory.resolve("report.txt"));
        assertEquals(report + "\n", text);
        assertTrue(text.contains("lost tail: #1 store PLAIN a queue[8, +8] at " + getClass().getName()), text);
        assertTrue(text.contains("flushed by #2 flush a queue[8, +8] at " + getClass().getName()), text);
        assertTrue(text.contains("and the next fence of that thread is too late: #5 fence"), text);
        assertTrue(text.contains("lost slots[3].value: #3 store"), text);
        assertTrue(text.contains("lost slots[8].key"), text);
        assertTrue(text.contains("no flush of its line follows in the whole trace"), text);
        assertEquals(3, report.violations().size(), text);
        byte[] image = Files.readAllBytes(directory.resolve("violation-1-a_queue.image"));
        assertEquals(4096, image.length);
        assertEquals(0, image[8]);
    }

    @Test
    void aCheckerThatAlwaysThrowsIsToldSo() {
        Report report = Exploration.of(lines(3)).explore(image -> {
            throw new IllegalStateException("wrong test");
        });
        assertTrue(report.toString().contains("no crash is needed to see this"), report::toString);
        CrashConsistencyError error = assertThrows(CrashConsistencyError.class, report::orThrow);
        assertEquals("wrong test", error.getCause().getMessage());
        assertEquals(report, error.report());
    }

    @Test
    void aCheckerThatDoesNotAnswerTheSameTwiceIsToldSo() {
        AtomicInteger asked = new AtomicInteger();
        Report report = Exploration.of(lines(3)).explore(image -> {
            present(image, 3);
            assertFalse(asked.incrementAndGet() == 3);
        });
        assertTrue(report.toString().contains("not always the same for one image"), report::toString);
    }
}
