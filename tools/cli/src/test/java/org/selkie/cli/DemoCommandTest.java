// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

@Timeout(120)
final class DemoCommandTest extends PlaceTest {
    private static final Pattern LAST_LINE = Pattern.compile("demo: (\\d+) acknowledged, (\\d+) recovered, 0 lost");

    private static void requireGood(Run run) {
        run.succeeded();
        String last = run.text().lines().reduce("", (before, line) -> line);
        Matcher matcher = LAST_LINE.matcher(last);
        assertTrue(matcher.matches(), run::text);
        assertEquals(matcher.group(1), matcher.group(2));
        assertTrue(Long.parseLong(matcher.group(1)) > 0, run::text);
        assertTrue(run.text().contains("records/s  ns/append  flushes  fences"), run::text);
    }

    @Test
    void nothingIsLostOnWhatThisMachineHas() {
        Run run = Run.of("demo", "--seconds", "2", "--kills", "2");
        requireGood(run);
        assertTrue(run.text().contains("PROCESS_CRASH"), run::text);
    }

    @Test
    void nothingIsLostInADirectoryThatIsNamedAndNothingIsLeftThere() throws IOException {
        Run run = Run.of("demo", "--path", place(), "--seconds=0.6", "--kills=2", "--threads=3", "--record-size=100",
            "--seed=7");
        requireGood(run);
        assertTrue(run.text().contains("(seed 7)"), run::text);
        assertEquals(List.of(), Places.names(place()), "something was left behind");
    }

    @Test
    void anInterruptedDemoTakesItsProcessAndItsFilesAway() throws Exception {
        Process demo = start("demo", "--path", place(), "--seconds=30", "--kills=1");
        try (BufferedReader out = demo.inputReader()) {
            String line = out.readLine();
            while (line != null && !line.startsWith(place().toString())) {
                line = out.readLine();
            }
            assertNotNull(line);
            while (demo.children().findAny().isEmpty()) {
                Thread.sleep(20);
            }
            ProcessHandle child = demo.children().findAny().orElseThrow();
            Thread.sleep(500);
            demo.toHandle().destroy();
            assertEquals(143, demo.waitFor());
            assertTrue(child.onExit().thenApply(handle -> !handle.isAlive()).join());
        }
        assertEquals(List.of(), Places.names(place()), "something was left behind");
    }

    @Test
    void aPlaceThatDoesNotKeepWhatIsAskedForIsRefused() {
        if (Run.of("probe", place()).text().contains("tmpfs")) {
            String line = Run.of("demo", "--path", place(), "--durability=power-failure", "--seconds=1").failedWith(1);
            assertTrue(line.contains("cannot keep POWER_FAILURE"), line);
        }
        Path none = place().resolve("none");
        assertTrue(Run.of("demo", "--path", none).failedWith(2).endsWith("there is no directory " + none));
    }
}
