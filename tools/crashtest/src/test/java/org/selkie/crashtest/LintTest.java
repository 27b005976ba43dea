// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.util.List;
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

/** Every rule broken once, and code that breaks none. */
final class LintTest {

    private final Recorder recorder = Recorder.create();
    private final RecordedRegion region = recorder.allocate("r", 4096);

    private void found(Rule... rules) {
        List<Finding> findings = Lint.of(recorder.trace());
        assertEquals(List.of(rules), findings.stream().map(Finding::rule).toList(), findings::toString);
    }

    @Test
    void rightCodeIsNotSuspected() {
        for (int i = 0; i < 3; i++) {
            Operation operation = recorder.begin(i);
            region.putLong(64L * i, 1);
            region.flush(64L * i, 8);
            region.putNonTemporal(1024, new byte[64]);
            region.fence();
            recorder.acknowledge(operation);
        }
        found();
    }

    @Test
    void anUnflushedStoreAtAnAcknowledgement() {
        Operation operation = recorder.begin("put");
        region.putLong(0, 1);
        recorder.acknowledge(operation);
        found(Rule.UNFLUSHED_AT_ACKNOWLEDGEMENT, Rule.NEVER_FLUSHED);
    }

    @Test
    void aMissingFenceAtAnAcknowledgement() {
        Operation operation = recorder.begin("put");
        region.putLong(0, 1);
        region.flush(0, 8);
        recorder.acknowledge(operation);
        region.fence();
        found(Rule.UNFENCED_AT_ACKNOWLEDGEMENT);
    }

    @Test
    void aMissingFenceAfterNonTemporalStores() {
        Operation operation = recorder.begin("put");
        region.putNonTemporal(0, new byte[8]);
        recorder.acknowledge(operation);
        found(Rule.UNFENCED_AT_ACKNOWLEDGEMENT, Rule.NEVER_FENCED);
    }

    @Test
    void whatAnotherThreadHasNotFlushedIsNotTheFaultOfThisOperation() {
        Litmus.onAnotherThread(() -> region.putLong(64, 1));
        Operation operation = recorder.begin("put");
        region.putLong(0, 1);
        region.persist(0, 8);
        recorder.acknowledge(operation);
        found(Rule.NEVER_FLUSHED);
    }

    @Test
    void aFlushOfACleanLine() {
        region.putLong(0, 1);
        region.persist(0, 8);
        region.flush(0, 8);
        found(Rule.FLUSH_OF_CLEAN_LINES);
        assertTrue(Rule.FLUSH_OF_CLEAN_LINES.isWaste());
    }

    @Test
    void aLineFlushedTwice() {
        region.putLong(0, 1);
        region.flush(0, 8);
        region.flush(0, 8);
        region.fence();
        found(Rule.FLUSHED_TWICE);
    }

    @Test
    void aFenceWithNothingToWaitFor() {
        region.putLong(0, 1);
        region.persist(0, 8);
        region.fence();
        found(Rule.IDLE_FENCE);
    }

    @Test
    void aCommitWordAcrossLinesAndAcrossWords() {
        region.putLong(60, 1);
        region.putInt(6, 1);
        region.persist(0, 128);
        found(Rule.STORE_ACROSS_LINES, Rule.STORE_ACROSS_WORDS);
    }

    @Test
    void aRuleBrokenAtOnePlaceIsOneFinding() {
        for (int i = 0; i < 5; i++) {
            region.putLong(64L * i, 1);
        }
        List<Finding> findings = Lint.of(recorder.trace());
        assertEquals(1, findings.size(), findings::toString);
        assertEquals(5, findings.getFirst().count());
        assertTrue(findings.getFirst().toString().startsWith("NEVER_FLUSHED (5 times): #1 store PLAIN r[0, +8] at"),
                findings::toString);
    }

    @Test
    void recoveryThatReadsWhatWasNeverPersisted() {
        region.putLong(0, 1);
        region.persist(0, 8);
        region.putLong(64, 1);
        region.putLong(128, 1);
        List<Finding> findings = Lint.of(recorder.trace(), image -> {
            image.region().getLong(0);
            image.region().getLong(64);
        });
        assertEquals(1, findings.stream().filter(finding -> finding.rule() == Rule.RECOVERY_READS_UNFLUSHED).count());
        assertTrue(assertThrows(TraceException.class, () -> Lint.of(recorder.trace(), CrashImage::memory)).getMessage()
                .contains("not known"));
        assertTrue(assertThrows(TraceException.class, () -> Lint.of(recorder.trace(), image -> {
            throw new IllegalStateException("broken");
        })).getMessage().contains("even where nothing was lost"));
    }
}
