// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

@Timeout(120)
final class CrashTestCommandTest {
    private static final String EXAMPLES = "org.selkie.cli.crash.ExampleCrashTests$";

    @Test
    void aTestThatNoCrashBreaksIsStatusZero() {
        String text = Run.of("crashtest", EXAMPLES + "Good", "--model", "adr,eadr", "--seed=5").succeeded().text();
        assertTrue(text.contains("model adr: "), text);
        assertTrue(text.contains("model eadr: "), text);
        assertTrue(text.contains("seed 5"), text);
        assertTrue(text.endsWith("crashtest: 1 test, 0 broken by a crash\n"), text);
    }

    @Test
    void aTestThatACrashBreaksIsStatusOneWithTheReportThePageAndTheImage(@TempDir Path directory) throws IOException {
        Path page = directory.resolve("report.html");
        Path images = directory.resolve("images");
        Run run = Run.of("crashtest", EXAMPLES + "Bad", "--html", page, "--image", images, "--k", "1", "--budget=1000");
        assertEquals(1, run.status(), run::text);
        assertEquals("", run.err());
        assertTrue(run.text().contains("crash consistency is broken: "), run::text);
        assertTrue(run.text().contains("ExampleCrashTests.java:"), run::text);
        assertTrue(run.text().endsWith("crashtest: 1 test, 1 broken by a crash\n"), run::text);
        assertTrue(Files.readString(page).startsWith("<!DOCTYPE html>"));
        try (Stream<Path> saved = Files.list(images)) {
            assertEquals(4096, Files.size(saved.findFirst().orElseThrow()));
        }
    }

    @Test
    void whatIsNoTestIsSaidInOneLine() {
        assertTrue(Run.of("crashtest", "com.acme.None").failedWith(2).startsWith("selkie crashtest: there is no class "
            + "com.acme.None on the class path"));
        assertTrue(Run.of("crashtest", EXAMPLES + "Empty").failedWith(2).contains("has no method with @CrashTest"));
        assertTrue(Run.of("crashtest", "X", "--model=adr-2").failedWith(2).contains("adr-2"));
        assertTrue(Run.of("crashtest", "X", "--budget=0").failedWith(2).contains("--budget 0; expected 1 or more"));
        assertTrue(Run.of("crashtest", "X", "--k=-1").failedWith(2).contains("--k -1; expected 0 or more"));
    }
}
