// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli.crash;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.selkie.crashtest.junit.CrashRun;
import org.selkie.crashtest.junit.CrashTest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

/** What the command is run on: not found by the build, because of its name. */
final class ExampleCrashTests {

    /** A value and its complement on another line, of plain segments. */
    static final class Good {
        private boolean prepared;

        @BeforeEach
        void prepare() {
            prepared = true;
        }

        @CrashTest
        void theValueIsDurable(CrashRun run) throws Exception {
            assertEquals(true, prepared);
            ExampleCrashTests.run(run, true);
        }

        @Test
        void isNoCrashTest() {
            fail("only crash tests are run");
        }
    }

    static final class Bad {
        @CrashTest
        void theValueIsForgotten(CrashRun run) throws Exception {
            ExampleCrashTests.run(run, false);
        }
    }

    static final class Empty {
        @Test
        void isNoCrashTest() {
            // Nothing to run here.
        }
    }

    private ExampleCrashTests() {
    }

    private static void run(CrashRun run, boolean right) throws Exception {
        MemorySegment memory = run.segment("pair", 4096);
        run.operation("set", () -> {
            memory.set(ValueLayout.JAVA_LONG, 64, 42);
            if (right) {
                memory.asSlice(64, 64).force();
            }
            memory.set(ValueLayout.JAVA_LONG, 0, 1);
            memory.asSlice(0, 64).force();
        });
        run.check(image -> {
            MemorySegment found = image.memory("pair");
            if (found.get(ValueLayout.JAVA_LONG, 0) == 1) {
                assertEquals(42, found.get(ValueLayout.JAVA_LONG, 64));
            } else {
                assertEquals(0, image.acknowledged().size());
            }
        });
    }
}
