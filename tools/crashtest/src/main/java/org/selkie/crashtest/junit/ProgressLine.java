// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.junit;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.selkie.crashtest.Progress;

/** A line on standard error that says how far an exploration is. Drawn over itself on a terminal, else line by line. */
final class ProgressLine {

    private static final String CLEAR_LINE = "\r\u001b[K";
    private static final long EVERY_SECONDS_IN_A_FILE = 5;

    private final PrintStream to;
    private final String name;
    private final boolean wanted;
    private final boolean terminal;
    private long nextSeconds;
    private boolean drawn;

    ProgressLine(PrintStream to, String name, boolean wanted) {
        this.name = name;
        this.to = to;
        this.wanted = wanted;
        this.terminal = isTerminal();
    }

    /** By the property when it is set, else whenever somebody looks at a terminal. */
    static boolean isWanted(@Nullable String property) {
        return property == null ? isTerminal() : !property.equals("false");
    }

    private static boolean isTerminal() {
        String type = System.getenv("TERM");
        if (type == null || type.equals("dumb")) {
            return false;
        }
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException e) {
            return false;
        }
    }

    /** Told by the exploration, about once a second. */
    void at(Progress progress) {
        long seconds = progress.elapsed().toSeconds();
        if (!wanted || (!terminal && seconds < nextSeconds)) {
            return;
        }
        nextSeconds = seconds + EVERY_SECONDS_IN_A_FILE;
        String line = name + ": " + progress;
        if (terminal) {
            to.print(CLEAR_LINE + line.substring(0, Math.min(line.length(), 79)));
            to.flush();
        } else {
            to.println(line);
        }
        drawn = true;
    }

    /** Takes the line away. */
    void end() {
        if (drawn && terminal) {
            to.print(CLEAR_LINE);
            to.flush();
        }
    }
}
