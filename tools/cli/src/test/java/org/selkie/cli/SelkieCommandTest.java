// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

final class SelkieCommandTest {
    static Stream<String> commands() {
        return Stream.of("", "demo", "probe", "log", "log append", "log cat", "log stat", "log trim", "verify", "explain",
            "crashtest", "bench", "emulate");
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandHasHelpWithExamples(String command) {
        Object[] words = Stream.concat(Stream.of(command.split(" ", -1)).filter(word -> !word.isEmpty()),
            Stream.of("--help")).toArray();
        ByteArrayOutputStream warnings = new ByteArrayOutputStream();
        PrintStream err = System.err;
        System.setErr(new PrintStream(warnings, true, StandardCharsets.UTF_8));
        String help;
        try {
            help = Run.of(words).succeeded().text();
        } finally {
            System.setErr(err);
        }
        assertEquals("", warnings.toString(StandardCharsets.UTF_8));
        assertTrue(help.startsWith("Usage: selkie" + (command.isEmpty() ? "" : " " + command)), help);
        assertTrue(help.contains("Examples:\n  selkie " + command), help);
        assertTrue(help.contains("Exit status:\n  0   "), help);
        assertTrue(help.lines().allMatch(line -> line.length() <= 80), help);
    }

    @Test
    void versionIsOneLine() {
        assertEquals(1, Run.of("--version").succeeded().text().lines().count());
    }

    @Test
    void anUnknownWordIsAnsweredInOneLineWithTheNearestRightOne() {
        assertEquals("selkie: unknown option --versoin; did you mean --version?", Run.of("--versoin").failedWith(2));
        assertEquals("selkie: unknown command lgo; did you mean log?", Run.of("lgo").failedWith(2));
        assertEquals("selkie: unknown command ver; did you mean verify?", Run.of("ver").failedWith(2));
        assertEquals("selkie log: unknown command apend; did you mean append?", Run.of("log", "apend").failedWith(2));
        assertEquals("selkie log cat: unknown option --folow; did you mean --follow?",
            Run.of("log", "cat", "p", "l", "--folow").failedWith(2));
        assertEquals("selkie log append: unknown option --durabilty=process-crash; did you mean --durability?",
            Run.of("log", "append", "p", "l", "--durabilty=process-crash").failedWith(2));
        assertEquals("selkie: unknown command xyzzy; see selkie --help", Run.of("xyzzy").failedWith(2));
        assertEquals("selkie verify: one argument too many: b; see selkie verify --help",
            Run.of("verify", "a", "b").failedWith(2));
    }

    @Test
    void aValueThatIsNoneIsAnsweredInOneLineWithTheNearestRightOne() {
        assertEquals("selkie log append: invalid value for option '--durability': 'power' is none of power-failure, "
            + "process-crash; did you mean power-failure?",
            Run.of("log", "append", "p", "l", "--durability=power").failedWith(2));
        assertTrue(Run.of("log", "append", "p", "l", "--extent-size", "12q").failedWith(2).contains("'12q' is no size"));
        assertTrue(Run.of("log", "append", "p", "l", "--extent-size", "3M").failedWith(2).contains("a power of two"));
        assertTrue(Run.of("log", "cat", "p", "l", "--from", "x").failedWith(2).contains("'x' is not a whole number"));
        assertTrue(Run.of("demo", "--seconds", "0").failedWith(2).contains("expected more than 0"));
        assertTrue(Run.of("demo", "--record-size", "8").failedWith(2).contains("expected 20 to"));
    }

    @Test
    void anEmptyPathAndABadNameAndACountBelowNothingAreRefusedBeforeAnythingIsDone() {
        assertTrue(Run.of("verify", "").failedWith(2).contains("the path is empty"));
        assertTrue(Run.of("probe", "").failedWith(2).contains("the path is empty"));
        assertTrue(Run.of("log", "append", "no-such-pool", "", "-").failedWith(2).contains("expected 1 to"));
        assertTrue(Run.of("log", "append", "no-such-pool", "a\tb", "-").failedWith(2).contains("without control characters"));
        assertFalse(Files.exists(Path.of("no-such-pool")));
        assertTrue(Run.of("log", "cat", "p", "l", "-n", "-5").failedWith(2).contains("-5 records; expected 0 or more"));
    }

    @Test
    void whatCannotBeWrittenIsAFailure() throws Exception {
        assumeTrue(Files.exists(Path.of("/dev/full")), "there is no /dev/full");
        Process help = Run.process("--help").redirectOutput(new File("/dev/full")).start();
        String said = new String(help.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(1, help.waitFor());
        assertEquals("selkie: standard output could not be written; free space where it goes, and run it again\n", said);
    }

    @Test
    void noCommandIsAnsweredInOneLine() {
        assertEquals("selkie: missing command, one of demo, probe, log, kv, verify, repair, explain, crashtest, bench, "
            + "emulate; see selkie --help",
            Run.of().failedWith(2));
        assertEquals("selkie log: missing command, one of append, cat, stat, trim; see selkie log --help",
            Run.of("log").failedWith(2));
    }

    @Test
    void wordsAreNearByFewChanges() {
        assertEquals(1, Nearest.distance("lgo", "log"));
        assertEquals(3, Nearest.distance("kitten", "sitting"));
        assertEquals("orders", Nearest.to("Oders", List.of("customers", "orders")).orElseThrow());
        assertTrue(Nearest.to("q", List.of("customers", "orders")).isEmpty());
    }

    @Test
    void sizesAreReadInPowersOf1024() {
        ByteSize size = new ByteSize();
        assertEquals(65536, size.convert("65536"));
        assertEquals(65536, size.convert("64K"));
        assertEquals(16L << 20, size.convert("16mib"));
        assertEquals(2L << 30, size.convert("2G"));
    }
}
