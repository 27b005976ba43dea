// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.selkie.crashtest.Lint.Finding;
import org.selkie.crashtest.Lint.Rule;
import org.selkie.crashtest.trace.Operation;
import org.selkie.crashtest.trace.RecordedRegion;
import org.selkie.crashtest.trace.Recorder;
import org.selkie.crashtest.trace.TraceException;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What a trace can be suspected of before any image is looked at: one run for each rule, and the run beside it that is right. */
final class LintRulesTest {

    private final Recorder recorder = Recorder.create();
    private RecordedRegion region;

    @BeforeEach
    void allocate() {
        region = recorder.allocate("table", 4096);
    }

    private void acknowledged(Runnable operation) {
        Operation begun = recorder.begin("operation");
        operation.run();
        recorder.acknowledge(begun);
    }

    /** Each rule that was broken, with the number of times. */
    private Map<Rule, Integer> broken() {
        Map<Rule, Integer> broken = new EnumMap<>(Rule.class);
        Lint.of(recorder.trace()).forEach(finding -> broken.merge(finding.rule(), finding.count(), Integer::sum));
        return broken;
    }

    private static void onAnotherThread(Runnable step) throws InterruptedException {
        Thread thread = new Thread(step);
        thread.start();
        thread.join();
    }

    @Test
    void whatIsStoredFlushedFencedAndThenAcknowledgedIsNotSuspected() {
        acknowledged(() -> {
            region.putLong(0, 1);
            region.putLong(8, 2);
            region.put(64, new byte[200]);
            region.flush(0, 300);
            region.fence();
            region.putNonTemporal(1024, new byte[64]);
            region.fence();
        });
        assertEquals(List.of(), Lint.of(recorder.trace()));
    }

    @Test
    void aLineThatIsNotFlushedWhenItsOperationIsAcknowledgedIsNamed() {
        acknowledged(() -> {
            region.putLong(0, 1);
            region.putLong(64, 2);
            region.persist(0, 8);
        });
        region.persist(64, 8);
        assertEquals(Map.of(Rule.UNFLUSHED_AT_ACKNOWLEDGEMENT, 1), broken());
        Finding finding = Lint.of(recorder.trace()).getFirst();
        assertTrue(finding.what().contains("table[64, +8]"), finding::toString);
        assertTrue(finding.what().contains("LintRulesTest.java"), finding::toString);
        assertTrue(finding.what().contains("operation 0"), finding::toString);
    }

    @Test
    void aMissingFenceIsNamed() {
        acknowledged(() -> {
            region.putLong(0, 1);
            region.flush(0, 8);
        });
        assertEquals(Map.of(Rule.UNFENCED_AT_ACKNOWLEDGEMENT, 1, Rule.NEVER_FENCED, 1), broken());
    }

    @Test
    void aNonTemporalCopyWithoutAFenceIsNamed() {
        acknowledged(() -> region.putNonTemporal(0, new byte[64]));
        assertEquals(Map.of(Rule.UNFENCED_AT_ACKNOWLEDGEMENT, 1, Rule.NEVER_FENCED, 1), broken());
    }

    @Test
    void theFenceOfAnotherThreadIsNotTheOneThatIsMissing() throws InterruptedException {
        Operation operation = recorder.begin("operation");
        region.putLong(0, 1);
        region.flush(0, 8);
        onAnotherThread(region::fence);
        recorder.acknowledge(operation);
        region.fence();
        assertEquals(Map.of(Rule.UNFENCED_AT_ACKNOWLEDGEMENT, 1, Rule.IDLE_FENCE, 1), broken());
    }

    @Test
    void anotherThreadMayFlushAndFenceWhatWasStored() throws InterruptedException {
        Operation operation = recorder.begin("operation");
        region.putLong(0, 1);
        onAnotherThread(() -> region.persist(0, 8));
        recorder.acknowledge(operation);
        assertEquals(Map.of(), broken());
    }

    @Test
    void whoFlushesWhatAnotherThreadHasNotFencedYetDoesNotFlushTwice() throws InterruptedException {
        region.putLong(0, 1);
        region.flush(0, 8);
        onAnotherThread(() -> region.persist(0, 8));
        region.fence();
        assertEquals(Map.of(), broken());
    }

    @Test
    void aLineThatIsNeverFlushedIsNamedWithoutAnyOperation() {
        region.putLong(0, 1);
        assertEquals(Map.of(Rule.NEVER_FLUSHED, 1), broken());
    }

    @Test
    void aFlushOfACleanLineIsNamedAsWaste() {
        region.putLong(0, 1);
        region.persist(0, 8);
        region.flush(64, 8);
        region.putLong(0, 2);
        region.persist(0, 8);
        assertEquals(Map.of(Rule.FLUSH_OF_CLEAN_LINES, 1), broken());
        assertTrue(Rule.FLUSH_OF_CLEAN_LINES.isWaste());
    }

    @Test
    void aFlushBeforeTheStoreIsAFlushOfACleanLineAndOneThatIsMissing() {
        acknowledged(() -> {
            region.flush(0, 8);
            region.putLong(0, 1);
            region.fence();
        });
        assertEquals(Map.of(Rule.FLUSH_OF_CLEAN_LINES, 1, Rule.IDLE_FENCE, 1, Rule.UNFLUSHED_AT_ACKNOWLEDGEMENT, 1,
                Rule.NEVER_FLUSHED, 1), broken());
    }

    @Test
    void aSecondFlushOfALineIsNamedAsWaste() {
        region.putLong(0, 1);
        region.flush(0, 8);
        region.flush(8, 8);
        region.fence();
        assertEquals(Map.of(Rule.FLUSHED_TWICE, 1), broken());
        assertTrue(Rule.FLUSHED_TWICE.isWaste());
    }

    @Test
    void aFlushAfterAnotherStoreIsNoSecondFlush() {
        region.putLong(0, 1);
        region.flush(0, 8);
        region.putLong(8, 2);
        region.flush(8, 8);
        region.fence();
        assertEquals(Map.of(), broken());
    }

    @Test
    void aFenceWithNothingToWaitForIsNamedAsWaste() {
        region.putLong(0, 1);
        region.fence();
        region.persist(0, 8);
        region.fence();
        assertEquals(Map.of(Rule.IDLE_FENCE, 2), broken());
        assertTrue(Rule.IDLE_FENCE.isWaste());
    }

    @Test
    void aCommitWordThatLiesInTwoLinesOrTwoWordsIsNamed() {
        region.putLong(60, 1);
        region.putLong(132, 1);
        region.putInt(62, 1);
        region.persist(0, 192);
        assertEquals(Map.of(Rule.STORE_ACROSS_LINES, 2, Rule.STORE_ACROSS_WORDS, 1), broken());
    }

    @Test
    void aCopyOverManyLinesIsNoCommitWord() {
        region.put(60, new byte[100]);
        region.putInt(4, 1);
        region.putInt(12, 1);
        region.persist(0, 192);
        assertEquals(Map.of(), broken());
    }

    @Test
    void recoveryThatReadsWhatWasNeverFlushedIsNamed() {
        region.putLong(0, 1);
        region.persist(0, 8);
        region.putLong(64, 2);
        List<Finding> reading = Lint.of(recorder.trace(), image -> assertEquals(3, image.region().getLong(0)
                + image.region().getLong(64)));
        assertEquals(List.of(Rule.NEVER_FLUSHED, Rule.RECOVERY_READS_UNFLUSHED), reading.stream().map(Finding::rule).toList());
        assertTrue(reading.getLast().what().contains("table[64, +8]"), reading::toString);
        List<Finding> passing = Lint.of(recorder.trace(), image -> assertEquals(1, image.region().getLong(0)));
        assertEquals(List.of(Rule.NEVER_FLUSHED), passing.stream().map(Finding::rule).toList());
    }

    @Test
    void recoveryThatFailsThoughNothingIsLostIsSaid() {
        region.putLong(0, 1);
        TraceException thrown = assertThrows(TraceException.class, () -> Lint.of(recorder.trace(),
                image -> assertEquals(0, image.region().getLong(0))));
        assertTrue(thrown.getMessage().contains("even where nothing was lost"), thrown::getMessage);
    }

    @Test
    void whatOnePlaceDoesAgainAndAgainIsOneFinding() {
        for (int line = 0; line < 10; line++) {
            region.putLong(line * 64L, 1);
        }
        List<Finding> findings = Lint.of(recorder.trace());
        assertEquals(1, findings.size(), findings::toString);
        assertEquals(10, findings.getFirst().count());
        assertTrue(findings.getFirst().toString().contains("10 times"), findings::toString);
    }

    @Test
    void whatWasInARegionThatIsGoneIsNotMissed() {
        region.putLong(0, 1);
        recorder.detach(region);
        assertEquals(Map.of(), broken());
    }

    @Test
    void onlyWhatCostsTimeAndNoDataIsWaste() {
        assertEquals(List.of(Rule.FLUSH_OF_CLEAN_LINES, Rule.FLUSHED_TWICE, Rule.IDLE_FENCE),
                Arrays.stream(Rule.values()).filter(Rule::isWaste).toList());
    }
}
