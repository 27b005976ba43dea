// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.junit;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.selkie.crashtest.CrashConsistencyError;
import org.selkie.crashtest.RecoveryTimeoutException;
import org.selkie.crashtest.trace.PersistentRegion;
import org.selkie.crashtest.trace.RecordedRegion;
import org.selkie.crashtest.trace.TraceException;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What a crash test says, for what is right, what is wrong, and what was held wrongly. */
final class CrashTestExtensionTest {

    /** Run by the tests below alone. */
    static final class Examples {

        @CrashTest
        void right(CrashRun run) throws Exception {
            Ledger.fill(run, run.region("ledger", 4096), true);
            run.check(Ledger::check);
        }

        @CrashTest(model = {"eadr", "adr"}, seed = 77)
        void forgetsAFlush(CrashRun run) throws Exception {
            RecordedRegion region = run.region("ledger", 4096);
            run.field("ledger", 0, 8, "count");
            run.field("ledger", 64, 4032, "values");
            Ledger.fill(run, region, false);
            run.check(Ledger::check);
        }

        @CrashTest
        void throwsInTheChecker(CrashRun run) throws Exception {
            Ledger.fill(run, run.region("ledger", 4096), true);
            run.check(image -> {
                throw new IllegalStateException("header <damaged> & \"gone\"");
            });
        }

        @CrashTest(imageMillis = 300)
        void hangsReading(CrashRun run) throws Exception {
            Ledger.fill(run, run.region("ledger", 4096), true);
            run.check(image -> {
                PersistentRegion region = image.region();
                while (region.getLong(0) == 2) {
                    Thread.onSpinWait();
                }
            });
        }

        @CrashTest(imageMillis = 300)
        void hangsForEver(CrashRun run) throws Exception {
            Ledger.fill(run, run.region("ledger", 4096), true);
            run.check(image -> {
                long count = image.region().getLong(0);
                while (count == 2) {
                    Thread.onSpinWait();
                }
            });
        }

        @CrashTest(budget = 3)
        void hasASmallBudget(CrashRun run) throws Exception {
            Ledger.fill(run, run.region("ledger", 4096), true);
            run.check(Ledger::check);
        }

        @CrashTest
        void handsOverNoChecker(CrashRun run) throws Exception {
            Ledger.fill(run, run.region("ledger", 4096), true);
        }

        @CrashTest
        void takesNoRun() {
            // What is tested is what the extension says.
        }

        @CrashTest
        void hasNoMemory(CrashRun run) {
            run.check(Ledger::check);
        }

        @CrashTest
        void storesPastTheRecorder(CrashRun run) throws Exception {
            RecordedRegion region = run.region("ledger", 4096);
            Ledger.fill(run, region, true);
            region.memory().set(ValueLayout.JAVA_BYTE, 4000, (byte) 1);
            run.check(Ledger::check);
        }

        @CrashTest
        void mapsItsOwnFile(CrashRun run) throws IOException {
            run.region("ledger", 4096);
            Path file = Files.createTempFile("own", ".mapping");
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                    Arena arena = Arena.ofConfined()) {
                MemorySegment own = channel.map(FileChannel.MapMode.READ_WRITE, 0, 4096, arena);
                own.set(ValueLayout.JAVA_LONG, 0, 7);
                run.check(Ledger::check);
            } finally {
                Files.delete(file);
            }
        }

        @CrashTest(model = "adr-2")
        void namesAModelThatIsNone(CrashRun run) {
            run.check(Ledger::check);
        }
    }

    private static String complaintOf(String method) {
        return assertInstanceOf(TraceException.class, failureOf(method)).getMessage();
    }

    private static Throwable failureOf(String method) {
        return Example.run(Examples.class, method).orElseThrow(() -> new AssertionError(method + " passed"));
    }

    @Test
    void theRightOneIsNotAccused() {
        assertEquals(Optional.empty(), Example.run(Examples.class, "right"));
    }

    @Test
    void aForgottenFlushIsNamedWithItsStoreItsFieldAndItsRemedy() {
        CrashConsistencyError error = assertInstanceOf(CrashConsistencyError.class, failureOf("forgetsAFlush"));
        String text = error.getMessage();
        assertTrue(text.contains("model adr"), text);
        assertTrue(text.contains("broken by: one line that lost stores"), text);
        assertTrue(text.contains("values ledger[64, +8] = 100 (0x64)"), text);
        assertTrue(text.contains("Ledger.add(Ledger.java:18)"), text);
        assertTrue(text.contains("remedy: flush ledger[64, +8] and fence, before the store #3 at "
                + "org.selkie.crashtest.junit.Ledger.add(Ledger.java:22)"), text);
        assertTrue(text.contains("-Dselkie.seed=77"), text);
        assertTrue(text.contains("refused it at org.selkie.crashtest.junit.Ledger.check"), text);
        assertTrue(Files.isReadable(Path.of("target/crashtest/Examples.forgetsAFlush-adr.html")), text);
        assertTrue(Files.isReadable(Path.of("target/crashtest/Examples.forgetsAFlush-adr.ledger.img")), text);
    }

    @Test
    void theSavedImageIsTheOneThatBreaks() throws IOException {
        failureOf("forgetsAFlush");
        byte[] image = Files.readAllBytes(Path.of("target/crashtest/Examples.forgetsAFlush-adr.ledger.img"));
        assertEquals(4096, image.length);
        assertEquals(1, image[0], "the count came through");
        assertEquals(0, image[64], "the value did not");
    }

    @Test
    void aCheckerThatThrowsIsAViolationWithItsStack() {
        CrashConsistencyError error = assertInstanceOf(CrashConsistencyError.class, failureOf("throwsInTheChecker"));
        assertInstanceOf(IllegalStateException.class, error.getCause());
        assertTrue(error.getMessage().contains("CrashTestExtensionTest.java:"), error.getMessage());
    }

    @Test
    void aRecoveryThatHangsIsEndedAndIsAViolation() {
        for (String method : List.of("hangsReading", "hangsForEver")) {
            CrashConsistencyError error = assertInstanceOf(CrashConsistencyError.class, failureOf(method));
            assertInstanceOf(RecoveryTimeoutException.class, error.getCause());
            assertTrue(error.getMessage().contains("300"), error.getMessage());
            assertTrue(Arrays.stream(error.getCause().getStackTrace()).anyMatch(frame -> frame.toString().contains(method)),
                    () -> Arrays.toString(error.getCause().getStackTrace()));
        }
    }

    @Test
    void whatIsHeldWronglyIsSaid() {
        assertTrue(complaintOf("hasASmallBudget").contains("budget 3 is too small to reach the "));
        assertTrue(complaintOf("handsOverNoChecker").contains("handed over no checker; call run.check"));
        assertTrue(complaintOf("hasNoMemory").contains("has no memory; get some with run.region"));
        assertTrue(complaintOf("storesPastTheRecorder").contains("was changed at byte 4000 by a store that the recorder did "
                + "not see"));
        assertTrue(complaintOf("mapsItsOwnFile").matches(".*the code has mapped \\[.*own.*mapping.*\\] itself.*"));
        Throwable wrongModel = failureOf("namesAModelThatIsNone");
        assertTrue(wrongModel.getMessage().contains("adr-2"), wrongModel::toString);
        Throwable noRun = Example.runWithoutParameter(Examples.class, "takesNoRun").orElseThrow();
        assertTrue(noRun.getMessage().contains("takes no CrashRun"), noRun::toString);
    }
}
