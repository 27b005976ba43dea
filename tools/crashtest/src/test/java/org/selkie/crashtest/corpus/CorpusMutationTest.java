// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.selkie.crashtest.mutation.FlushMutation;
import org.selkie.crashtest.mutation.MutationReport;
import org.selkie.crashtest.mutation.Verdict;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The right structures of the corpus: nobody can take a flush away from them, but for the ones that are explained here. */
final class CorpusMutationTest {

    private static final Map<String, String> EXPLAINED = new TreeMap<>(Map.ofEntries(
            Map.entry("Page", "only the first byte of a sector changes, so the page's last line has nothing to lose"),
            Map.entry("SortedArray", "the first key: an empty copy that is selected is the same as the one before"),
            Map.entry("HashTable", "a new root that is lost leaves the old table, until the insertion's fence"),
            Map.entry("LinkedNodes", "nobody reads a wiped node before it is used again"),
            Map.entry("DoublyLinkedNodes", "recovery makes the backward links anew"),
            Map.entry("TreeLeaves", "a split that is lost leaves the full leaf, until the insertion's fence"),
            Map.entry("BitmapAllocator", "a bit that is still set leaks, and recovery takes it back"),
            Map.entry("FreeList", "without the note a block leaks, which the free ones do not tell; the first link is zero"),
            Map.entry("RedoLog", "a log that is applied once more gives the same"),
            Map.entry("CheckpointedSum", "entries that the checkpoint has are not counted again, and a zero is zero"),
            Map.entry("SequenceLock", "what is kept aside first are zeroes over zeroes"),
            Map.entry("HandOver", "the counting thread's first fence has nothing to wait for: it is there for the wrong variant"),
            Map.entry("SharedCounter", "the fence stands for a volatile store; who answers has persisted already")));

    static Stream<Specimen> structures() {
        Map<String, Specimen> structures = new TreeMap<>();
        Corpus.SPECIMENS.forEach(specimen -> structures.put(specimen.name(), specimen));
        return structures.values().stream();
    }

    @ParameterizedTest(name = "[{index}]")
    @MethodSource("structures")
    void everyMutantIsNoticedOrExplained(Specimen specimen) {
        Structure right = specimen.right();
        MutationReport report = FlushMutation.of(right.record(specimen.right())).explore(right::explore);
        String reason = EXPLAINED.get(right.toString());
        System.out.printf("%-18s %s%s%n", right, report.summary(), reason == null ? "" : "; survivors: " + reason);
        if (reason == null) {
            assertEquals(1.0, report.score(), report::toString);
        } else {
            assertNotEquals(1.0, report.score(), () -> right + " has no survivors, and an explanation for them");
            assertTrue(report.survivors().stream().noneMatch(mutant -> mutant.verdict() == Verdict.UNDECIDED), report::toString);
        }
    }

    @Test
    void onlyStructuresOfTheCorpusAreExplained() {
        assertTrue(structures().map(Specimen::name).toList().containsAll(EXPLAINED.keySet()));
    }
}
