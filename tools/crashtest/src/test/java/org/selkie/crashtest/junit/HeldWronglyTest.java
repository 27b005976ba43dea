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
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.selkie.crashtest.Checker;
import org.selkie.crashtest.trace.Operation;
import org.selkie.crashtest.trace.RecordedRegion;
import org.selkie.crashtest.trace.Recorder;
import org.selkie.crashtest.trace.TraceException;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What a test does with a CrashRun that it should not, and what it is told then. */
final class HeldWronglyTest {

    /** Run by the tests below alone. */
    static final class Examples {

        private MemorySegment early = MemorySegment.NULL;

        @BeforeEach
        void map() throws IOException {
            early = mapped(Arena.ofAuto());
        }

        private static MemorySegment mapped(Arena arena) throws IOException {
            Path file = Files.createTempFile("own", ".mapping");
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE,
                    StandardOpenOption.DELETE_ON_CLOSE)) {
                return channel.map(FileChannel.MapMode.READ_WRITE, 0, 4096, arena);
            }
        }

        @CrashTest(model = {})
        void noModel(CrashRun run) {
            run.check(Ledger::check);
        }

        @CrashTest
        void storesAfterCheck(CrashRun run) throws Exception {
            RecordedRegion region = run.region("ledger", 4096);
            Ledger.fill(run, region, true);
            run.check(Ledger::check);
            region.putLong(8, 1);
        }

        @CrashTest
        void looksAtNoImage(CrashRun run) throws Exception {
            RecordedRegion region = run.region("ledger", 4096);
            Ledger.fill(run, region, true);
            run.check(image -> assertTrue(region.getLong(0) > 0));
        }

        @CrashTest
        void mapsBeforeTheMethod(CrashRun run) {
            run.region("ledger", 4096);
            early.set(ValueLayout.JAVA_LONG, 64, 1);
            run.check(Ledger::check);
        }

        @CrashTest
        void closesItsMapping(CrashRun run) throws IOException {
            run.region("ledger", 4096);
            try (Arena arena = Arena.ofConfined()) {
                mapped(arena).set(ValueLayout.JAVA_LONG, 64, 1);
            }
            run.check(Ledger::check);
        }

        @CrashTest
        void closesWhatIsCompared(CrashRun run) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment memory = arena.allocate(4096, 64);
                run.recorder().attachByDifference("compared", memory);
                memory.set(ValueLayout.JAVA_LONG, 0, 1);
            }
            run.begin("late");
        }

        @CrashTest
        void namesAFieldOfNoRegion(CrashRun run) throws Exception {
            run.field("leger", 0, 8, "count");
            Ledger.fill(run, run.region("ledger", 4096), true);
            run.check(Ledger::check);
        }

        @CrashTest
        void namesAFieldOfNoBytes(CrashRun run) {
            run.field("ledger", -8, 8, "count");
        }

        @CrashTest(imageMillis = 0)
        void noTime(CrashRun run) throws Exception {
            Ledger.fill(run, run.region("ledger", 4096), true);
            run.check(Ledger::check);
        }

        @CrashTest(imageMillis = Long.MAX_VALUE)
        void allTheTime(CrashRun run) throws Exception {
            Ledger.fill(run, run.region("ledger", 4096), true);
            run.check(Ledger::check);
        }

        @CrashTest(threads = 100_000)
        void tooManyThreads(CrashRun run) throws Exception {
            Ledger.fill(run, run.region("ledger", 4096), true);
            run.check(Ledger::check);
        }

        @CrashTest
        void hugeSegment(CrashRun run) {
            run.segment("huge", 1L << 50);
        }

        @CrashTest
        void hugeRegion(CrashRun run) {
            run.region("huge", 3L << 30);
        }

        @CrashTest
        void nameWithANul(CrashRun run) {
            run.region("a\0b", 64);
        }

        @CrashTest
        void nameWithoutLetters(CrashRun run) {
            run.region(" ", 64);
        }

        @CrashTest
        void acknowledgesTwice(CrashRun run) {
            Operation operation = run.begin("once");
            run.acknowledge(operation);
            run.acknowledge(operation);
        }

        @CrashTest
        void acknowledgesWhatAnotherBegan(CrashRun run) {
            run.begin("put");
            run.acknowledge(Recorder.create().begin("put"));
        }

        @CrashTest
        @SuppressWarnings("NullAway") // What is tested.
        void noChecker(CrashRun run) {
            run.check((Checker) null);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "noModel                      | model of @CrashTest is empty",
        "storesAfterCheck             | run.check was called, and 1 event was recorded after it, the first #",
        "looksAtNoImage               | neither recovery nor the checker read anything",
        "mapsBeforeTheMethod          | (stored to at org.selkie.crashtest.junit.HeldWronglyTest$Examples.mapsBeforeTheMethod(",
        "closesItsMapping             | (stored to at org.selkie.crashtest.junit.HeldWronglyTest$Examples.closesItsMapping(",
        "closesWhatIsCompared         | region compared was attached by difference, and its memory was closed",
        "namesAFieldOfNoRegion        | region leger = no such region; there are [ledger (4096 bytes)]",
        "namesAFieldOfNoBytes         | field(ledger, -8, 8, count) = no range",
        "noTime                       | give from 1 millisecond to a day",
        "allTheTime                   | give from 1 millisecond to a day",
        "tooManyThreads               | threads(100000): each has memory of its own",
        "hugeSegment                  | region(huge, 1125899906842624) = no such length; give from 1 to 1073741824",
        "hugeRegion                   | region(huge, 3221225472) = no such length",
        "nameWithANul                 | region(\"a?b\", 64) = no name",
        "nameWithoutLetters           | region(\" \", 64) = no name",
        "acknowledgesTwice            | acknowledge(operation 0 (once)): it was acknowledged before",
        "acknowledgesWhatAnotherBegan | is none that this recorder has begun",
        "noChecker                    | check(null): nobody would look at the images"
    })
    void itIsSaid(String example, String complaint) {
        Throwable failure = Example.run(Examples.class, example).orElseThrow(() -> new AssertionError(example + " passed"));
        while (!(failure instanceof TraceException) && failure.getCause() != null) {
            failure = failure.getCause();
        }
        String message = assertInstanceOf(TraceException.class, failure).getMessage();
        assertTrue(message.contains(complaint), message);
    }

    @Test
    void aRegionThatWasAttachedToTheRecorderIsNoUnseenFile() throws IOException {
        MemorySegment memory = Examples.mapped(Arena.ofAuto());
        UnseenStores unseen = new UnseenStores();
        Recorder recorder = Recorder.create();
        MemorySegment other = Examples.mapped(Arena.ofAuto());
        recorder.attachByDifference("other", other);
        assertTrue(unseen.unseen(recorder.regions()).isEmpty(), () -> unseen.unseen(recorder.regions()).toString());
        assertTrue(unseen.unseen(List.of()).size() == 1 && memory.byteSize() > 0, () -> unseen.unseen(List.of()).toString());
    }
}
