// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

/** Recording knows nothing of models, models nothing of exploration, and nobody but the extension of JUnit. */
final class PackageOrderTest {

    private static final Path SOURCES = Path.of("src/main/java/org/selkie/crashtest");
    private static final String OURS = "import org.selkie.crashtest.";
    /** The package with the exploration, which is above the others. */
    private static final String CORE = "[A-Z].*";

    /** By package, what it may import of ours, as expressions for what comes behind the packages' common name. */
    private static final Map<String, List<String>> ALLOWED = Map.of(
            "trace", List.of(),
            "model", List.of("trace\\..*"),
            "agent", List.of("trace\\..*"),
            // Of the agent only the list of recorders, which is there without an agent.
            "", List.of("trace\\..*", "model\\..*", "agent\\.Recording;"),
            "mutation", List.of(CORE, "trace\\..*", "model\\..*"),
            "report", List.of(CORE, "trace\\..*", "model\\..*"),
            "junit", List.of(CORE, "trace\\..*", "model\\..*", "agent\\..*", "report\\..*"));

    @Test
    void eachPackageUsesOnlyWhatStandsBelowIt() throws IOException {
        for (Map.Entry<String, List<String>> one : ALLOWED.entrySet()) {
            assertEquals(List.of(), imports(one.getKey(), one.getValue()), one.getKey());
        }
    }

    @Test
    void noPackageIsForgotten() throws IOException {
        TreeSet<String> found = new TreeSet<>();
        try (Stream<Path> files = Files.walk(SOURCES)) {
            files.filter(file -> file.toString().endsWith(".java"))
                    .forEach(file -> found.add(SOURCES.relativize(file.getParent()).toString()));
        }
        assertEquals(new TreeSet<>(ALLOWED.keySet()), found);
    }

    /** What files of a package import of ours without being allowed to, and of JUnit. */
    private static List<String> imports(String directory, List<String> allowed) throws IOException {
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(SOURCES.resolve(directory))) {
            List<Path> sources = files.filter(file -> file.toString().endsWith(".java")).toList();
            assertFalse(sources.isEmpty());
            for (Path source : sources) {
                Files.readAllLines(source).stream()
                        .filter(line -> (line.startsWith("import org.junit.") && !directory.equals("junit"))
                                || (line.startsWith(OURS) && allowed.stream().noneMatch(line.substring(OURS.length())::matches)))
                        .forEach(line -> found.add(source.getFileName() + ": " + line));
            }
        }
        return found;
    }
}
