// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.selkie.crashtest.Exploration;
import org.selkie.crashtest.Report;
import org.selkie.crashtest.model.PersistenceModel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The explorer finds planted mistakes, all of them, and accuses nothing that is right. */
final class CorpusTest {

    /** What was found, for the list at the end. */
    private static final Map<Bug, Map<String, Long>> FOUND = new EnumMap<>(Bug.class);

    private static Report explore(Structure structure, Structure right, String name) {
        return structure.explore(Exploration.of(structure.record(right)).model(PersistenceModel.named(name)));
    }

    static Stream<Arguments> everyMistake() {
        return Corpus.SPECIMENS.stream().flatMap(specimen -> Corpus.MODELS.stream()
                .filter(specimen.foundUnder()::contains).map(model -> Arguments.of(specimen, model)));
    }

    @ParameterizedTest(name = "{0} is found under {1}")
    @MethodSource
    void everyMistake(Specimen specimen, String model) {
        Report report = explore(specimen.wrong(), specimen.right(), model);
        assertFalse(report.violations().isEmpty(), () -> specimen + " was not found: " + report);
        Finding finding = Structure.finding(report);
        boolean first = Corpus.MODELS.stream().filter(specimen.foundUnder()::contains).findFirst().orElseThrow().equals(model);
        if (first) {
            assertEquals(specimen.finding(), finding, report::toString);
        }
        FOUND.computeIfAbsent(specimen.bug(), bug -> new TreeMap<>()).put(model, report.explored());
    }

    static Stream<Arguments> mistakesThatDoNoHarm() {
        return Corpus.SPECIMENS.stream().flatMap(specimen -> Corpus.MODELS.stream()
                .filter(model -> !specimen.foundUnder().contains(model)).map(model -> Arguments.of(specimen, model)));
    }

    @ParameterizedTest(name = "{0} does no harm under {1}")
    @MethodSource
    void mistakesThatDoNoHarm(Specimen specimen, String model) {
        Report report = explore(specimen.wrong(), specimen.right(), model);
        assertTrue(report.violations().isEmpty(), report::toString);
        assertTrue(report.isComplete(), report::coverage);
    }

    static Stream<Arguments> everythingRight() {
        Map<String, Specimen> structures = new TreeMap<>();
        Corpus.SPECIMENS.forEach(specimen -> structures.put(specimen.name(), specimen));
        return structures.values().stream().flatMap(specimen -> Corpus.MODELS.stream()
                .map(model -> Arguments.of(specimen.right(), specimen.right(), model)));
    }

    @ParameterizedTest(name = "{0} is not accused under {2}")
    @MethodSource
    void everythingRight(Structure structure, Structure right, String model) {
        Report report = explore(structure, right, model);
        assertTrue(report.violations().isEmpty(), report::toString);
        // A copy of a whole page has a thousand moments in one sector, of which the model takes those between lines.
        boolean tooMany = structure instanceof Page && model.equals("page-cache-4096");
        assertTrue(report.isComplete() || tooMany, report::coverage);
    }

    @Test
    void everyMistakeHasASpecimen() {
        Set<Bug> planted = Corpus.SPECIMENS.stream().map(Specimen::bug).collect(Collectors.toSet());
        List<Bug> missing = Stream.of(Bug.values()).filter(bug -> bug != Bug.NONE && !planted.contains(bug)).toList();
        assertEquals(List.of(), missing);
        assertTrue(planted.size() >= 30, () -> planted.size() + " mistakes");
        assertEquals(planted.size(), Corpus.SPECIMENS.size(), "each mistake once");
    }

    @AfterAll
    static void printTheList() {
        String row = "%-19s %-58s %-34s %8s %8s %8s %8s%n";
        StringBuilder list = new StringBuilder("planted mistakes, and by the how many-th image each was found under each model; "
                + "a dash where it does no harm\n");
        list.append(String.format(row, "structure", "mistake", "found as", "adr", "eadr", "page-512", "page-4k"));
        for (Specimen specimen : Corpus.SPECIMENS) {
            Map<String, Long> images = FOUND.getOrDefault(specimen.bug(), Map.of());
            Object[] cells = Corpus.MODELS.stream().map(model -> !specimen.foundUnder().contains(model) ? "-"
                    : images.containsKey(model) ? images.get(model) : "not run").toArray();
            list.append(String.format(row, specimen.name(), specimen.bug().phrase, specimen.finding().phrase, cells[0], cells[1],
                    cells[2], cells[3]));
        }
        System.out.print(list);
    }
}
