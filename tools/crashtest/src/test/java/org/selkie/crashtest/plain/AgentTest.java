// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.plain;

import java.lang.foreign.MemorySegment;
import java.nio.MappedByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.selkie.crashtest.CrashConsistencyError;
import org.selkie.crashtest.CrashImage;
import org.selkie.crashtest.junit.CrashRun;
import org.selkie.crashtest.junit.CrashTest;
import org.selkie.crashtest.trace.Operation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Structures that know nothing of crashtest, recorded store by store. */
final class AgentTest {

    private static void fill(CrashRun run, SegmentStack stack) throws Exception {
        for (long value = 1; value <= 4; value++) {
            long pushed = value;
            run.operation(value, () -> stack.push(pushed));
        }
    }

    private static void fill(CrashRun run, BufferStack stack) throws Exception {
        for (long value = 1; value <= 4; value++) {
            long pushed = value;
            run.operation(value, () -> stack.push(pushed));
        }
    }

    private static void check(CrashImage image, List<Object> found) {
        List<Object> acknowledged = image.acknowledged().stream().map(Operation::description).toList();
        assertTrue(found.size() >= acknowledged.size(), () -> found + " lacks some of " + acknowledged);
        assertEquals(acknowledged, found.subList(0, acknowledged.size()));
        assertTrue(found.size() <= acknowledged.size() + image.inFlight().size());
    }

    /** The number of the line of a class's source that holds a text. */
    private static int line(String type, String text) throws Exception {
        List<String> lines = Files.readAllLines(Path.of("src/test/java/org/selkie/crashtest/plain", type + ".java"));
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).contains(text)) {
                return i + 1;
            }
        }
        throw new AssertionError(type + " has no line with " + text);
    }

    @CrashTest(model = {"adr", "page-cache-4096", "eadr"})
    void theRightStackOnASegmentIsNotAccused(CrashRun run) throws Exception {
        fill(run, new SegmentStack(run.segment("stack", 4096), true));
        run.check(image -> check(image, new SegmentStack(image.memory("stack"), true).values()));
    }

    @CrashTest(model = {"adr", "page-cache-4096", "eadr"})
    void theRightStackOnABufferIsNotAccused(CrashRun run) throws Exception {
        fill(run, new BufferStack(run.buffer("stack", 4096), true));
        run.check(image -> check(image, new BufferStack(image.buffer("stack"), true).values()));
    }

    @CrashTest
    void theWrongStackOnASegmentIsFoundAtItsLine(CrashRun run) throws Exception {
        run.layout("stack", SegmentStack.LAYOUT);
        fill(run, new SegmentStack(run.segment("stack", 4096), false));
        String text = assertThrows(CrashConsistencyError.class,
                () -> run.check(image -> check(image, new SegmentStack(image.memory("stack"), false).values()))).getMessage();
        assertTrue(text.contains("SegmentStack.push(SegmentStack.java:" + line("SegmentStack", "VALUE.set(") + ")"), text);
        assertTrue(text.contains("slots[0].value stack[64, +8] = 1"), text);
        assertTrue(text.contains("before the store "), text);
        assertTrue(text.contains("SegmentStack.java:" + line("SegmentStack", "COUNT.setRelease(")), text);
    }

    @CrashTest
    void theWrongStackOnABufferIsFoundAtItsLine(CrashRun run) throws Exception {
        fill(run, new BufferStack(run.buffer("stack", 4096), false));
        String text = assertThrows(CrashConsistencyError.class,
                () -> run.check(image -> check(image, new BufferStack(image.buffer("stack"), false).values()))).getMessage();
        assertTrue(text.contains("BufferStack.push(BufferStack.java:" + line("BufferStack", "buffer.put(new byte") + ")"), text);
        assertTrue(text.contains("remedy: flush stack[80, +3] and fence, before the store"), text);
        assertTrue(text.contains("BufferStack.java:" + line("BufferStack", "buffer.putInt(0")), text);
    }

    @Test
    void whatIsNoneOfACrashTestIsStoredAsEver() {
        try (java.lang.foreign.Arena arena = java.lang.foreign.Arena.ofConfined()) {
            SegmentStack stack = new SegmentStack(arena.allocate(SegmentStack.LAYOUT), false);
            assertThrows(UnsupportedOperationException.class, () -> stack.push(1));
            assertEquals(List.of(1L), stack.values());
        }
        assertFalse(MappedByteBuffer.allocateDirect(8).putInt(1).hasArray());
        assertEquals(7, MemorySegment.ofArray(new byte[7]).fill((byte) 1).byteSize());
    }
}
