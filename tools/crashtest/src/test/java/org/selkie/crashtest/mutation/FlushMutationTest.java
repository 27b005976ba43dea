// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.mutation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.selkie.crashtest.Checker;
import org.selkie.crashtest.CrashConsistencyError;
import org.selkie.crashtest.model.PersistenceModel;
import org.selkie.crashtest.trace.Event;
import org.selkie.crashtest.trace.Operation;
import org.selkie.crashtest.trace.PersistentRegion;
import org.selkie.crashtest.trace.RecordedRegion;
import org.selkie.crashtest.trace.Recorder;
import org.selkie.crashtest.trace.Trace;
import org.selkie.crashtest.trace.TraceException;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Mutants of a list of values whose count is on its first line, with and without more flushes than it needs. */
final class FlushMutationTest {

    private static final int VALUES = 3;

    /** Right. What else it writes and flushes is up to those that extend it. */
    private static class Values {

        void add(PersistentRegion region, long value) {
            long count = region.getLong(0);
            region.putLong(64 * (count + 1), value);
            region.persist(64 * (count + 1), Long.BYTES);
            region.putLong(0, count + 1);
            region.persist(0, Long.BYTES);
        }
    }

    private static final class FlushingOnceMore extends Values {

        @Override
        void add(PersistentRegion region, long value) {
            flushAgain(region);
            super.add(region, value);
        }

        private static void flushAgain(PersistentRegion region) {
            region.persist(0, Long.BYTES);
        }
    }

    /** Keeps the largest value as well, which the checker does not look at. */
    private static final class KeepingTheLargest extends Values {

        @Override
        void add(PersistentRegion region, long value) {
            keepLargest(region, value);
            super.add(region, value);
        }

        private static void keepLargest(PersistentRegion region, long value) {
            region.putLong(2048, Math.max(region.getLong(2048), value));
            region.persist(2048, Long.BYTES);
        }
    }

    /** Writes two lines for each value, and flushes three. */
    private static final class FlushingTooFar extends Values {

        @Override
        void add(PersistentRegion region, long value) {
            long count = region.getLong(0);
            long at = 64 + 128 * count;
            region.putLong(at, value);
            region.putLong(at + 64, value);
            flushRecord(region, at);
            region.putLong(0, count + 1);
            region.persist(0, Long.BYTES);
        }

        private static void flushRecord(PersistentRegion region, long at) {
            region.persist(at, 3 * 64);
        }
    }

    private static Trace record(Values values, Recorder recorder) {
        RecordedRegion region = recorder.allocate("values", 4096);
        for (long value = 1; value <= VALUES; value++) {
            Operation add = recorder.begin(value);
            values.add(region, value);
            recorder.acknowledge(add);
        }
        return recorder.trace();
    }

    private static Checker valuesEvery(long strideBytes, int copies) {
        return image -> {
            PersistentRegion region = image.region();
            long count = region.getLong(0);
            List<Long> found = new ArrayList<>();
            for (long at = 64; found.size() < count * copies; at += 64) {
                found.add(region.getLong(at));
            }
            assertEquals(LongStream.rangeClosed(1, count).flatMap(i -> LongStream.generate(() -> i).limit(copies)).boxed()
                    .toList(), found, () -> "every " + strideBytes + " bytes");
            assertTrue(count >= image.acknowledged().size());
            assertTrue(count <= image.acknowledged().size() + image.inFlight().size());
        };
    }

    private static final Checker VALUES_IN_ORDER = valuesEvery(64, 1);

    private static MutationReport mutate(Values values, Checker checker) {
        MutationReport report = FlushMutation.of(record(values, Recorder.create())).explore(run -> run.explore(checker));
        System.out.println(values.getClass().getSimpleName() + ": " + report);
        return report;
    }

    @Test
    void ofARightStructureEveryMutantIsNoticed() {
        MutationReport report = mutate(new Values(), VALUES_IN_ORDER);
        assertEquals(1.0, report.score());
        // Two flushes and two fences, each dropped and delayed; and these for each value alone.
        assertEquals(8, report.mutants().stream().filter(Mutant::isOfWholeSite).count());
        assertEquals(8 + 8 * VALUES, report.mutants().size());
        assertDoesNotThrow(report::orThrow);
    }

    @Test
    void aRedundantFlushIsNamedWithItsCallSite() {
        MutationReport report = mutate(new FlushingOnceMore(), VALUES_IN_ORDER);
        List<Mutant> survivors = report.survivors();
        assertEquals(List.of(Mutation.DROPPED_FLUSH, Mutation.DROPPED_FENCE), survivors.stream().map(Mutant::mutation).toList());
        for (Mutant survivor : survivors) {
            assertEquals(Verdict.REDUNDANT, survivor.verdict());
            assertEquals("flushAgain", survivor.site().frames().getFirst().getMethodName());
            assertTrue(survivor.toString().contains("FlushMutationTest.java"), survivor::toString);
            assertEquals(VALUES, survivor.events().size());
        }
        assertTrue(report.score() < 1);
        AssertionError thrown = assertThrows(AssertionError.class, report::orThrow);
        assertTrue(thrown.getMessage().contains("redundant: without the flush"), thrown::getMessage);
    }

    @Test
    void ofAMutantOnlyCrashesThatLeaveMoreAreLookedAt() {
        MutationReport report = mutate(new Values(), VALUES_IN_ORDER);
        List<Mutant> ofTheLast = report.mutants().stream()
                .filter(mutant -> mutant.mutation() == Mutation.DROPPED_FENCE && mutant.events().size() == 1).toList();
        assertEquals(2 * VALUES, ofTheLast.size());
        ofTheLast.forEach(mutant -> assertTrue(mutant.report().points() < report.baseline().points(), mutant::toString));
    }

    @Test
    void anUntestedFlushIsNamedWithItsCallSite() {
        List<Mutant> survivors = mutate(new KeepingTheLargest(), VALUES_IN_ORDER).survivors();
        assertEquals(List.of(Mutation.DROPPED_FLUSH, Mutation.DROPPED_FENCE), survivors.stream().map(Mutant::mutation).toList());
        for (Mutant survivor : survivors) {
            assertEquals(Verdict.UNTESTED, survivor.verdict());
            assertEquals("keepLargest", survivor.site().frames().getFirst().getMethodName());
        }
    }

    @Test
    void ofTwoFlushesThatCoverEachOtherBothAreNamed() {
        Values twice = new Values() {
            @Override
            void add(PersistentRegion region, long value) {
                super.add(region, value);
                region.persist(0, Long.BYTES);
            }
        };
        List<Mutant> survivors = mutate(twice, VALUES_IN_ORDER).survivors();
        assertEquals(Collections.nCopies(4, Verdict.REDUNDANT), survivors.stream().map(Mutant::verdict).toList());
    }

    @Test
    void aFlushThatIsTooLongIsRedundantInItsLastLine() {
        List<Mutant> survivors = mutate(new FlushingTooFar(), valuesEvery(128, 2)).survivors();
        assertEquals(List.of(Mutation.SHORTENED_FLUSH), survivors.stream().map(Mutant::mutation).toList());
        assertEquals(Verdict.REDUNDANT, survivors.getFirst().verdict());
        assertEquals("flushRecord", survivors.getFirst().site().frames().getFirst().getMethodName());
    }

    @Test
    void whatTheBudgetDoesNotReachIsUndecided() {
        Checker none = image -> assertTrue(image.memory().byteSize() > 0);
        MutationReport report = FlushMutation.of(record(new Values(), Recorder.create()))
                .explore(run -> run.budget(1).mayLeaveOutCrashPoints().explore(none));
        assertTrue(report.survivors().stream().anyMatch(mutant -> mutant.verdict() == Verdict.UNDECIDED), report::toString);
    }

    @Test
    void theBudgetOfSingleEventsIsSharedOutAndWhatIsLeftOutIsSaid() {
        Trace trace = record(new Values(), Recorder.create());
        MutationReport report = FlushMutation.of(trace).singleEvents(8).explore(run -> run.explore(VALUES_IN_ORDER));
        assertEquals(16, report.mutants().size());
        assertEquals(16, report.skipped());
        assertTrue(report.summary().contains("16 more left out"), report::summary);
        MutationReport none = FlushMutation.of(trace).singleEvents(0).explore(run -> run.explore(VALUES_IN_ORDER));
        assertEquals(8, none.mutants().size());
    }

    @Test
    void callSitesAreToldApartByAsManyFramesAsIsSaid() {
        Recorder recorder = Recorder.create();
        RecordedRegion region = recorder.allocate("values", 4096);
        new Values().add(region, 1);
        new Values().add(region, 2);
        Checker checker = image -> assertTrue(image.region().getLong(0) <= 2);
        List<Mutant> all = FlushMutation.of(recorder.trace()).explore(run -> run.explore(checker)).mutants();
        List<Mutant> innermost = FlushMutation.of(recorder.trace()).frames(1).explore(run -> run.explore(checker)).mutants();
        assertEquals(2 * innermost.size(), all.size());
        assertTrue(all.getFirst().place().contains(" from "), all::toString);
    }

    @Test
    void onlyWhatIsAskedForIsTried() {
        MutationReport report = FlushMutation.of(record(new FlushingOnceMore(), Recorder.create()))
                .only((mutation, site) -> mutation == Mutation.DROPPED_FENCE
                        && site.frames().getFirst().getMethodName().equals("flushAgain"))
                .explore(run -> run.explore(VALUES_IN_ORDER));
        assertEquals(List.of(Mutation.DROPPED_FENCE), report.mutants().stream().map(Mutant::mutation).toList());
        assertEquals(Verdict.REDUNDANT, report.mutants().getFirst().verdict());
    }

    @Test
    void aFlushIsShortenedByWhatIsWrittenBackAsAWhole() {
        Recorder recorder = Recorder.create();
        RecordedRegion region = recorder.allocate("pages", 2 * 4096);
        for (long[] places : new long[][] {{0, 4096}, {4096, 4096 + 64}}) {
            Operation put = recorder.begin(places);
            region.putLong(places[0], 1);
            region.putLong(places[1], 1);
            flush(region, places[0], places[1] + Long.BYTES - places[0]);
            recorder.acknowledge(put);
        }
        Checker acknowledged = image -> image.acknowledged().forEach(put -> {
            for (long place : (long[]) put.description()) {
                assertEquals(1, image.region().getLong(place));
            }
        });
        for (PersistenceModel model : List.of(PersistenceModel.pageCache(512), PersistenceModel.adr())) {
            List<Mutant> shortened = FlushMutation.of(recorder.trace()).model(model)
                    .explore(run -> run.explore(acknowledged)).mutants().stream()
                    .filter(mutant -> mutant.mutation() == Mutation.SHORTENED_FLUSH && mutant.isOfWholeSite()).toList();
            assertEquals(1, shortened.size(), shortened::toString);
            assertEquals(Verdict.KILLED, shortened.getFirst().verdict(), model.name());
            // The second flush is of two lines, and of one page.
            assertEquals(model.needsFence() ? 2 : 1, shortened.getFirst().events().size(), shortened::toString);
        }
    }

    private static void flush(RecordedRegion region, long offset, long lengthBytes) {
        region.flush(offset, lengthBytes);
        region.fence();
    }

    @Test
    void whatDoesNothingUnderAModelIsNotMutatedThere() {
        MutationReport eadr = FlushMutation.of(record(new Values(), Recorder.create())).model(PersistenceModel.eadr())
                .explore(run -> run.explore(VALUES_IN_ORDER));
        assertTrue(eadr.mutants().stream().noneMatch(mutant -> mutant.mutation().isOfFlush()), eadr::toString);
        // Stores become visible in order: only the promise needs a fence, and a crash a little earlier leaves the same.
        assertEquals(List.of(Verdict.REDUNDANT, Verdict.KILLED, Verdict.KILLED), eadr.mutants().stream()
                .filter(Mutant::isOfWholeSite).map(Mutant::verdict).toList());
        MutationReport sectors = FlushMutation.of(record(new Values(), Recorder.create())).model(PersistenceModel.pageCache(512))
                .explore(run -> run.explore(VALUES_IN_ORDER));
        assertTrue(sectors.mutants().stream().allMatch(mutant -> mutant.mutation().isOfFlush()
                && mutant.mutation() != Mutation.DELAYED_FLUSH), sectors::toString);
    }

    @Test
    void operationsOfAMutatedRunBeginWhereTheirEventsAre() {
        Trace trace = record(new Values(), Recorder.create());
        Trace mutated = new MutatedRun(trace, Mutation.DROPPED_FENCE, trace.events().stream()
                .filter(Event.Fence.class::isInstance).map(Event::number).collect(Collectors.toSet()),
                PersistenceModel.adr()).trace();
        assertEquals(trace.events().size() - 2 * VALUES, mutated.events().size());
        Map<Operation, Integer> began = new HashMap<>();
        for (Event event : mutated.events()) {
            if (event instanceof Event.Begin begin) {
                assertEquals(event.number(), begin.operation().beganAt());
                began.put(begin.operation(), event.number());
            } else if (event instanceof Event.Acknowledge acknowledge) {
                assertTrue(began.containsKey(acknowledge.operation()), acknowledge::toString);
            }
        }
        assertEquals(VALUES, began.size());
    }

    @Test
    void progressIsToldOfEachMutant() {
        List<Mutant> told = new ArrayList<>();
        MutationReport report = FlushMutation.of(record(new Values(), Recorder.create())).progress(told::add)
                .explore(run -> run.explore(VALUES_IN_ORDER));
        assertEquals(report.mutants(), told);
    }

    @Test
    void codeThatBreaksUnchangedIsNotMutated() {
        Trace trace = record(new Values(), Recorder.create());
        assertThrows(CrashConsistencyError.class, () -> FlushMutation.of(trace).explore(run -> run.explore(image -> {
            assertEquals(0, image.region().getLong(0));
        })));
    }

    @Test
    void aTraceWithoutStacksOrWithoutFlushesIsRefusedWithTheRemedy() {
        Trace noSites = record(new Values(), Recorder.withoutSites());
        TraceException sites = assertThrows(TraceException.class,
                () -> FlushMutation.of(noSites).explore(run -> run.explore(VALUES_IN_ORDER)));
        assertTrue(sites.getMessage().contains("record with Recorder.create()"), sites::getMessage);

        Recorder recorder = Recorder.create();
        recorder.allocate("values", 64).putLong(0, 1);
        TraceException nothing = assertThrows(TraceException.class,
                () -> FlushMutation.of(recorder.trace()).explore(run -> run.explore(image -> { })));
        assertTrue(nothing.getMessage().contains("nothing to mutate"), nothing::getMessage);
        assertThrows(TraceException.class, () -> FlushMutation.of(noSites).singleEvents(-1));
        assertThrows(TraceException.class, () -> FlushMutation.of(noSites).frames(0));
    }
}
