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
    private static final String EXAMPLES = "org.selkie.cli.crash.CrashTestExamples$";

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
        assertTrue(run.text().contains("CrashTestExamples.java:"), run::text);
        assertTrue(run.text().endsWith("crashtest: 1 test, 1 broken by a crash\n"), run::text);
        assertTrue(Files.readString(page).startsWith("<!DOCTYPE html>"));
        try (Stream<Path> saved = Files.list(images)) {
            assertEquals(4096, Files.size(saved.findFirst().orElseThrow()));
        }
    }

    @Test
    void aTestThatEndsItsProcessIsNoSuccess() {
        for (String example : new String[] {"Exits", "Halts"}) {
            Run run = Run.of("crashtest", EXAMPLES + example);
            assertEquals(1, run.status(), run::text);
            assertTrue(run.err().contains("ended with status 0 before its tests did"), run::err);
        }
    }

    @Test
    void testsThatDoNotRunAreNoSuccess() {
        Run off = Run.of("crashtest", EXAMPLES + "Switched");
        assertEquals(2, off.status(), off::text);
        assertTrue(off.text().contains("was skipped: ") && off.text().contains("1 skipped"), off::text);
        assertTrue(off.err().contains("was skipped, so nothing was tested"), off::err);
        Run broken = Run.of("crashtest", EXAMPLES + "CannotBegin");
        assertEquals(1, broken.status(), broken::text);
        assertTrue(broken.text().contains("no such disk"), broken::text);
    }

    @Test
    void whatIsNoTestIsSaidInOneLine() {
        assertTrue(Run.of("crashtest", "com.acme.None").failedWith(2).startsWith("selkie crashtest: there is no class "
            + "com.acme.None on the class path"));
        assertTrue(Run.of("crashtest", EXAMPLES + "Empty").failedWith(2).contains("has no method with @CrashTest"));
        assertTrue(Run.of("crashtest", "X", "--model=adr-2").failedWith(2).contains("adr-2"));
        assertTrue(Run.of("crashtest", "X", "--model=").failedWith(2).contains("--model is empty"));
        assertTrue(Run.of("crashtest", "X", "--budget=0").failedWith(2).contains("--budget 0; expected 1 or more"));
        assertTrue(Run.of("crashtest", "X", "--k=-1").failedWith(2).contains("--k -1; expected 0 or more"));
    }
}
