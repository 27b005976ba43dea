// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.selkie.crashtest.Lint;
import org.selkie.crashtest.Lint.Rule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Which of the planted mistakes are suspected without looking at any image, and that nothing right is. */
final class CorpusLintTest {

    /** Mistakes whose own rule there is. */
    private static final Map<Bug, Rule> SUSPECTED = Map.ofEntries(
            Map.entry(Bug.MISSING_FLUSH, Rule.UNFLUSHED_AT_ACKNOWLEDGEMENT),
            Map.entry(Bug.FLUSH_BEFORE_STORE, Rule.UNFLUSHED_AT_ACKNOWLEDGEMENT),
            Map.entry(Bug.FLUSH_OF_WRONG_RANGE, Rule.UNFLUSHED_AT_ACKNOWLEDGEMENT),
            Map.entry(Bug.FLUSH_OF_FIRST_LINE_ONLY, Rule.UNFLUSHED_AT_ACKNOWLEDGEMENT),
            Map.entry(Bug.FLUSH_WITHOUT_HEADER, Rule.UNFLUSHED_AT_ACKNOWLEDGEMENT),
            Map.entry(Bug.FLUSH_STOPS_AT_WRAP, Rule.UNFLUSHED_AT_ACKNOWLEDGEMENT),
            Map.entry(Bug.PADDING_FORGOTTEN, Rule.UNFLUSHED_AT_ACKNOWLEDGEMENT),
            Map.entry(Bug.COMMIT_NOT_FLUSHED, Rule.UNFLUSHED_AT_ACKNOWLEDGEMENT),
            Map.entry(Bug.DELETION_NOT_FLUSHED, Rule.UNFLUSHED_AT_ACKNOWLEDGEMENT),
            Map.entry(Bug.LAST_FENCE_MISSING, Rule.UNFENCED_AT_ACKNOWLEDGEMENT),
            Map.entry(Bug.EARLY_ACKNOWLEDGEMENT, Rule.UNFENCED_AT_ACKNOWLEDGEMENT),
            Map.entry(Bug.COMMIT_WORD_ACROSS_LINES, Rule.STORE_ACROSS_LINES),
            Map.entry(Bug.UNALIGNED_WORD, Rule.STORE_ACROSS_WORDS),
            Map.entry(Bug.FENCE_BY_ANOTHER_THREAD, Rule.IDLE_FENCE));

    private static Set<Rule> broken(Structure structure, Structure right) {
        return Lint.of(structure.record(right)).stream().map(Lint.Finding::rule).collect(Collectors.toCollection(TreeSet::new));
    }

    static Stream<Specimen> suspected() {
        return Corpus.SPECIMENS.stream().filter(specimen -> SUSPECTED.containsKey(specimen.bug()));
    }

    @ParameterizedTest(name = "{0} is suspected")
    @MethodSource
    void suspected(Specimen specimen) {
        Set<Rule> broken = broken(specimen.wrong(), specimen.right());
        assertTrue(broken.contains(SUSPECTED.get(specimen.bug())), broken::toString);
    }

    static Stream<Structure> right() {
        Map<String, Structure> structures = new TreeMap<>();
        Corpus.SPECIMENS.forEach(specimen -> structures.put(specimen.name(), specimen.right()));
        return structures.values().stream();
    }

    @ParameterizedTest(name = "{0} is not suspected of losing anything")
    @MethodSource
    void right(Structure structure) {
        List<Rule> losing = broken(structure, structure).stream().filter(rule -> !rule.isWaste()).toList();
        assertEquals(List.of(), losing);
    }

    @Test
    void theRestIsFoundOnlyByLookingAtImages() {
        long missed = Corpus.SPECIMENS.stream().filter(specimen -> broken(specimen.wrong(), specimen.right()).stream()
                .allMatch(Rule::isWaste)).count();
        System.out.println("of " + Corpus.SPECIMENS.size() + " planted mistakes " + (Corpus.SPECIMENS.size() - missed)
                + " are suspected of losing something by rules alone; the others need the exploration");
        assertTrue(missed > Corpus.SPECIMENS.size() / 2, () -> missed + " are missed");
    }
}
