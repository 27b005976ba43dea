// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

/** Recording knows nothing of models, models nothing of exploration, and none of them JUnit. */
final class PackageOrderTest {

    private static final Path SOURCES = Path.of("src/main/java/org/selkie/crashtest");
    private static final String OURS = "import org.selkie.crashtest.";

    @Test
    void eachPackageUsesOnlyWhatStandsBelowIt() throws IOException {
        assertEquals(List.of(), imports("trace", List.of("trace.")));
        assertEquals(List.of(), imports("model", List.of("trace.", "model.")));
        assertEquals(List.of(), imports("", List.of("trace.", "model.")));
    }

    /** What files of a package import of ours from elsewhere, and of JUnit. */
    private static List<String> imports(String directory, List<String> allowed) throws IOException {
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(SOURCES.resolve(directory))) {
            List<Path> sources = files.filter(file -> file.toString().endsWith(".java")).toList();
            assertFalse(sources.isEmpty());
            for (Path source : sources) {
                Files.readAllLines(source).stream().filter(line -> line.startsWith("import org.junit.")
                        || (line.startsWith(OURS) && allowed.stream().noneMatch(name -> line.startsWith(OURS + name))
                                && Character.isLowerCase(line.charAt(OURS.length()))))
                        .forEach(line -> found.add(source.getFileName() + ": " + line));
            }
        }
        return found;
    }
}
