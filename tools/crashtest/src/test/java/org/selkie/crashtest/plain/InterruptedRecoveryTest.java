// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.plain;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.MappedByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.selkie.crashtest.AcknowledgedOperations;
import org.selkie.crashtest.CrashConsistencyError;
import org.selkie.crashtest.InterruptedRecoveryError;
import org.selkie.crashtest.junit.CrashRun;
import org.selkie.crashtest.junit.CrashTest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Recovery on plain memory is recorded by the agent, so that the power can go while it repairs. */
final class InterruptedRecoveryTest {

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final long UNDOING = 0;
    private static final long SAVED = 64;
    private static final long LEFT = 128;
    private static final long RIGHT = 192;

    private static void set(MemorySegment memory, long offset, long value) {
        memory.set(LONG, offset, value);
        memory.asSlice(offset, 8).force();
    }

    /** Two words that must change together, with an undo log of one entry. */
    private static void change(CrashRun run, MemorySegment memory) throws Exception {
        for (long value = 1; value <= 2; value++) {
            long changed = value;
            run.operation(value, () -> {
                set(memory, SAVED, memory.get(LONG, LEFT));
                set(memory, UNDOING, 1);
                set(memory, LEFT, changed);
                set(memory, RIGHT, changed);
                set(memory, UNDOING, 0);
            });
        }
    }

    private static List<Long> recover(MemorySegment memory, boolean dropsTheLogFirst) {
        if (memory.get(LONG, UNDOING) == 1) {
            if (dropsTheLogFirst) {
                set(memory, UNDOING, 0);
            }
            set(memory, LEFT, memory.get(LONG, SAVED));
            set(memory, RIGHT, memory.get(LONG, SAVED));
            if (!dropsTheLogFirst) {
                set(memory, UNDOING, 0);
            }
        }
        return List.of(memory.get(LONG, LEFT), memory.get(LONG, RIGHT));
    }

    @CrashTest(model = {"adr", "eadr", "page-cache-4096"})
    void aRightRecoveryOfASegmentIsNotAccused(CrashRun run) throws Exception {
        change(run, run.segment("pair", 4096));
        run.check(image -> recover(image.memory("pair"), false), (pair, image) -> assertEquals(pair.get(0), pair.get(1)));
    }

    @CrashTest
    void aRecoveryOfASegmentThatDropsItsLogFirstIsFound(CrashRun run) throws Exception {
        change(run, run.segment("pair", 4096));
        CrashConsistencyError error = assertThrows(CrashConsistencyError.class, () -> run.check(
                image -> recover(image.memory("pair"), true), (pair, image) -> assertEquals(pair.get(0), pair.get(1))));
        assertInstanceOf(InterruptedRecoveryError.class, error.getCause());
        String text = error.getMessage();
        assertTrue(text.contains("InterruptedRecoveryTest.set(InterruptedRecoveryTest.java:"), text);
        assertTrue(text.contains("broken by: a second crash, during recovery"), text);
    }

    @CrashTest
    void aRecoveryOfABufferThatChangesAndChangesBackIsFound(CrashRun run) throws Exception {
        MappedByteBuffer list = run.buffer("list", 4096);
        for (int i = 1; i <= 3; i++) {
            int value = i;
            run.operation((long) i, () -> {
                list.putLong(64 * value, value);
                list.force(64 * value, 8);
                list.putLong(0, value);
                list.force(0, 8);
            });
        }
        CrashConsistencyError error = assertThrows(CrashConsistencyError.class, () -> run.check(image -> {
            MappedByteBuffer left = image.buffer("list");
            long count = left.getLong(0);
            left.putLong(0, 0);
            left.force(0, 8);
            left.putLong(0, count);
            left.force(0, 8);
            List<Long> found = new ArrayList<>();
            for (int i = 1; i <= count; i++) {
                found.add(left.getLong(64 * i));
            }
            return found;
        }, AcknowledgedOperations.inOrder()));
        assertInstanceOf(InterruptedRecoveryError.class, error.getCause());
    }
}
