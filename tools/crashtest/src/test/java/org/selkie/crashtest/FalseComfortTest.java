// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.selkie.crashtest.trace.Operation;
import org.selkie.crashtest.trace.PersistentRegion;
import org.selkie.crashtest.trace.RecordedRegion;
import org.selkie.crashtest.trace.Recorder;
import org.selkie.crashtest.trace.Trace;
import org.selkie.crashtest.trace.TraceException;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A wrong structure is not taken for a right one because somebody was asked too seldom, or looked at nothing. */
final class FalseComfortTest {

    /** Values on lines of their own and their count, all made durable at once: a count may come without its value. */
    private static Trace wrong() {
        Recorder recorder = Recorder.create();
        RecordedRegion region = recorder.allocate("r", 4096);
        for (long value = 1; value <= 3; value++) {
            Operation operation = recorder.begin(value);
            region.putLong(64 * value, value);
            region.putLong(0, value);
            region.persist(0, 320);
            recorder.acknowledge(operation);
        }
        return recorder.trace();
    }

    private static List<Long> values(PersistentRegion region) {
        List<Long> values = new ArrayList<>();
        for (long i = 1; i <= region.getLong(0); i++) {
            values.add(region.getLong(64 * i));
        }
        return values;
    }

    private static void noHole(List<Long> values) {
        assertFalse(values.contains(0L), () -> "hole in " + values);
    }

    private static void assertBroken(Report report) {
        assertEquals(1, report.violations().size(), report::coverage);
        assertTrue(report.violations().getFirst().thrown().getMessage().contains("hole in"), report::toString);
    }

    @Test
    void aCheckerThatReadsTheImageIsAskedAboutEveryImageThoughRecoveryGivesTheSame() {
        assertBroken(Exploration.of(wrong()).explore(image -> {
            image.region().getLong(0);
            return "recovered";
        }, (state, image) -> noHole(values(image.region()))));
        assertBroken(Exploration.of(wrong()).explore(image -> {
            image.memory("r").get(ValueLayout.JAVA_LONG, 0);
            return true;
        }, (state, image) -> noHole(values(image.region()))));
    }

    @Test
    void aCheckerThatReadsTheFilesOfRecoveryIsAskedAboutEveryImage(@TempDir Path directory) {
        assertBroken(Exploration.of(wrong()).explore(image -> {
            image.writeTo(directory);
            return directory.resolve("r");
        }, (file, image) -> {
            MemorySegment bytes = MemorySegment.ofArray(Files.readAllBytes(file));
            noHole(bytes.get(ValueLayout.JAVA_LONG_UNALIGNED, 0) == 0 ? List.of()
                    : List.of(bytes.get(ValueLayout.JAVA_LONG_UNALIGNED, 64)));
        }));
    }

    /** Two of one image's memory are equal, whatever the image. */
    private record View(MemorySegment memory) {
        List<Long> values() {
            List<Long> values = new ArrayList<>();
            for (long i = 1; i <= memory.get(ValueLayout.JAVA_LONG, 0); i++) {
                values.add(memory.get(ValueLayout.JAVA_LONG, 64 * i));
            }
            return values;
        }
    }

    @Test
    void aStateThatIsAViewOfTheMemoryIsCheckedForEveryImage() {
        assertBroken(Exploration.of(wrong()).explore(image -> new View(image.memory("r")),
                (view, image) -> noHole(view.values())));
    }

    @Test
    void aViewIsNotTakenForAValueWhereverItStandsInAState() {
        assertBroken(Exploration.of(wrong()).explore(image -> Optional.of(new View(image.memory("r"))),
                (view, image) -> noHole(view.get().values())));
        assertBroken(Exploration.of(wrong()).explore(image -> Map.of("all", new View(image.memory("r"))),
                (view, image) -> noHole(view.get("all").values())));
        assertBroken(Exploration.of(wrong()).explore(image -> List.of("first", new View(image.memory("r"))),
                (view, image) -> noHole(((View) view.get(1)).values())));
        assertBroken(Exploration.of(wrong()).explore(image -> new Held(new View(image.memory("r"))),
                (held, image) -> noHole(((View) held.anything()).values())));
    }

    @Test
    void aStateOfCopiesIsAskedAboutOnceHoweverManyImagesGiveIt() {
        AtomicInteger asked = new AtomicInteger();
        Report report = Exploration.of(wrong()).explore(image -> new Copied(image.memory("r").get(ValueLayout.JAVA_LONG, 0),
                new byte[] {1}, ByteBuffer.wrap(new byte[] {2})), (copied, image) -> asked.incrementAndGet());
        assertEquals(report.states(), asked.get());
        assertTrue(report.explored() > asked.get(), report::coverage);
    }

    /** Equal if the number is. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Copied(long count, byte[] bytes, ByteBuffer buffer) {

        @Override
        public boolean equals(Object other) {
            return other instanceof Copied copied && copied.count == count;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(count);
        }
    }

    /** What it holds is not in its type. */
    private record Held(Object anything) {
    }

    @Test
    void aCheckerThatReadsNothingOfAnyImageIsRefused() {
        TraceException refused = assertThrows(TraceException.class, () -> Exploration.of(wrong()).explore(image -> { }));
        assertTrue(refused.getMessage().contains("neither recovery nor the checker read anything"), refused::getMessage);
        assertThrows(TraceException.class, () -> Exploration.of(wrong()).explore(image -> image.acknowledged().size(),
                (state, image) -> { }));
        Exploration.of(wrong()).explore(image -> "", (state, image) -> values(image.region()));
    }

    @Test
    void rangesOfNoRegionAreRefused() {
        for (Exploration none : List.of(Exploration.of(wrong()).recoveryReads("q", 0, 64),
                Exploration.of(wrong()).recoveryReads("r", 4096, 64), Exploration.of(wrong()).recoveryReads("r", 4090, 64),
                Exploration.of(wrong()).layout("q", MemoryLayout.paddingLayout(8)))) {
            TraceException refused = assertThrows(TraceException.class, () -> none.explore(image -> image.region().getLong(0)));
            assertTrue(refused.getMessage().contains("no such region; there are [r (4096 bytes)]")
                    || refused.getMessage().contains("lies outside of [r (4096 bytes)]"), refused::getMessage);
        }
        assertThrows(TraceException.class, () -> Exploration.of(wrong()).recoveryReads("r", -64, 64));
        assertThrows(TraceException.class, () -> Exploration.of(wrong()).recoveryReads("r", 0, 0));
    }

    @Test
    void whatABrokenImageDoesToTheVirtualMachineIsAViolation() {
        for (Error error : List.of(new OutOfMemoryError("Requested array size exceeds VM limit"),
                new InternalError("a fault occurred in an unsafe memory access operation"))) {
            Report report = Exploration.of(wrong()).explore(image -> {
                if (values(image.region()).contains(0L)) {
                    throw error;
                }
            });
            assertEquals(error, report.violations().getFirst().thrown());
            assertEquals(1, report.violations().getFirst().lines().size(), report::toString);
        }
    }

    @Test
    void aRecoveryThatGivesNotAlwaysTheSameOfOneImageIsSaid() {
        AtomicInteger clock = new AtomicInteger();
        Report report = Exploration.of(wrong()).explore(image -> values(image.region()).size() + clock.incrementAndGet() % 2,
                (state, image) -> { });
        assertTrue(report.toString().contains("run again on the same image"), report::toString);
    }

    @Test
    void aStateThatCannotBeComparedIsSaid() {
        TraceException array = assertThrows(TraceException.class, () -> Exploration.of(wrong())
                .explore(image -> new long[] {image.region().getLong(0)}, (state, image) -> { }));
        assertTrue(array.getMessage().contains("recovery gives long[], and arrays are never equal"), array::getMessage);
        Report report = Exploration.of(wrong()).explore(image -> new Object() {
            private final long count = image.region().getLong(0);

            @Override
            public String toString() {
                return "count " + count;
            }
        }, (state, image) -> { });
        RecoveryDiffersError differs = assertInstanceOf(RecoveryDiffersError.class,
                report.violations().getFirst().thrown().getCause());
        assertTrue(differs.getMessage().contains("has no equals"), differs::getMessage);
    }
}
