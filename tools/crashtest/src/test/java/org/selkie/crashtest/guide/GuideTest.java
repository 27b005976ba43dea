// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.guide;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.selkie.crashtest.CrashConsistencyError;
import org.selkie.crashtest.junit.CrashRun;
import org.selkie.crashtest.junit.CrashTest;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The guide says what is so: its code is code of this package, and its report is what the wrong example gives. */
final class GuideTest {

    private static final Path GUIDE = Path.of("../../docs/crash-testing.md");
    private static final Path SOURCES = Path.of("src/test/java/org/selkie/crashtest/guide");
    /** What differs from run to run. */
    private static final List<String> CHANGING = List.of("  coverage:", "  repeat:", "  image:", "  page:");

    private static String guide() throws IOException {
        return Files.readString(GUIDE);
    }

    @Test
    void theCodeOfTheGuideIsTheCodeThatIsTested() throws IOException {
        Matcher block = Pattern.compile("<!-- (\\w+\\.java) -->\\n```java\\n(.*?)```", Pattern.DOTALL).matcher(guide());
        int blocks = 0;
        while (block.find()) {
            String source = Files.readString(SOURCES.resolve(block.group(1)));
            for (String part : block.group(2).strip().split("\n\\s*// \\.\\.\\.\n")) {
                assertTrue(plain(source).contains(plain(part)), () -> block.group(1) + " has no\n" + part);
            }
            blocks++;
        }
        assertTrue(blocks >= 3, "the guide shows the structure, its test, and the mended structure");
    }

    private static String plain(String code) {
        return code.replaceAll("\\s+", " ").strip();
    }

    @CrashTest(model = "adr")
    void theReportOfTheGuideIsThatOfTheWrongGuestbook(CrashRun run) throws Exception {
        Guestbook book = new WrongGuestbook(run.segment("book", 4096));
        for (String name : List.of("Ada", "Grace", "Barbara")) {
            run.operation(name, () -> book.sign(name));
        }
        CrashConsistencyError error = assertThrows(CrashConsistencyError.class, () -> run.check(GuestbookTest::check));
        Matcher block = Pattern.compile("```text\\n(crash consistency is broken.*?)```", Pattern.DOTALL).matcher(guide());
        assertTrue(block.find(), "the guide shows no report");
        String found = error.getMessage().replace("GuideTest.theReportOfTheGuideIsThatOfTheWrongGuestbook",
                "GuestbookTest.everyNameThatWasSignedIsFound");
        block.group(1).lines().filter(line -> CHANGING.stream().noneMatch(line::startsWith))
                .forEach(line -> assertTrue(found.contains(line), () -> "the report has no line\n" + line + "\nin\n" + found));
    }
}
