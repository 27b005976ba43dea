// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.trace;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where in the code something happened. Resolved only when somebody asks, because most are never looked at. */
public final class Site {

    /** Nobody recorded where. */
    public static final Site UNKNOWN = new Site(null);

    /** Classes that record, or stand between the code under test and the memory: not what a reader looks for. */
    private static final List<String> RECORDING = List.of("org.selkie.crashtest.trace.", "org.selkie.crashtest.agent.",
            "org.selkie.crashtest.ImageRegion", "org.selkie.crashtest.junit.CrashRun", "java.lang.invoke.",
            "java.lang.foreign.", "java.nio.", "jdk.internal.");

    private final @Nullable Throwable stack;

    private Site(@Nullable Throwable stack) {
        this.stack = stack;
    }

    /** The caller's stack. */
    public static Site here() {
        return new Site(new Throwable());
    }

    /** From the code under test outwards; empty when it was not recorded. */
    public List<StackTraceElement> frames() {
        if (stack == null) {
            return List.of();
        }
        return Arrays.stream(stack.getStackTrace()).dropWhile(Site::records).toList();
    }

    private static boolean records(StackTraceElement frame) {
        return RECORDING.stream().anyMatch(frame.getClassName()::startsWith);
    }

    /** The innermost frame of the code under test, such as {@code Queue.put(Queue.java:42)}. */
    @Override
    public String toString() {
        List<StackTraceElement> frames = frames();
        return frames.isEmpty() ? "unknown place" : frames.getFirst().toString();
    }
}
