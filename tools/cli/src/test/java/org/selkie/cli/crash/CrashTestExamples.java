// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli.crash;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.selkie.crashtest.junit.CrashRun;
import org.selkie.crashtest.junit.CrashTest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

/** What the command is run on: not found by the build, because of its name. */
final class CrashTestExamples {

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
            CrashTestExamples.run(run, true);
        }

        @Test
        void isNoCrashTest() {
            fail("only crash tests are run");
        }
    }

    static final class Bad {
        @CrashTest
        void theValueIsForgotten(CrashRun run) throws Exception {
            CrashTestExamples.run(run, false);
        }
    }

    static final class Exits {
        @CrashTest
        void theCheckerEndsTheProcess(CrashRun run) throws Exception {
            run.operation("set", () -> run.region("word", 64).putLong(0, 1));
            run.check(image -> System.exit(0));
        }
    }

    static final class Halts {
        @CrashTest
        void theCheckerHaltsTheProcess(CrashRun run) throws Exception {
            run.operation("set", () -> run.region("word", 64).putLong(0, 1));
            run.check(image -> Runtime.getRuntime().halt(0));
        }
    }

    static final class Switched {
        @Disabled("not today")
        @CrashTest
        void isOff(CrashRun run) throws Exception {
            CrashTestExamples.run(run, true);
        }
    }

    static final class CannotBegin {
        @BeforeAll
        static void fails() {
            throw new IllegalStateException("no such disk");
        }

        @CrashTest
        void isNeverReached(CrashRun run) throws Exception {
            CrashTestExamples.run(run, true);
        }
    }

    static final class Empty {
        @Test
        void isNoCrashTest() {
            // Nothing to run here.
        }
    }

    private CrashTestExamples() {
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
