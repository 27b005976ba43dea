// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.PrintWriter;
import java.util.function.Supplier;

/** A line on standard error that is drawn again and again while long work runs; nothing where no terminal is attached. */
final class Progress implements AutoCloseable {
    private static final long FIRST_AFTER_MILLIS = 400;
    private static final long EVERY_MILLIS = 200;
    private static final String CLEAR_LINE = "\r\u001b[K";
    /** Long enough for every line here, and no line must wrap: the next one could not clear it. */
    private static final int LONGEST = 79;

    private final PrintWriter err;
    private final Supplier<String> line;
    private final Thread painter;
    private boolean drawn;

    private Progress(PrintWriter err, Supplier<String> line) {
        this.err = err;
        this.line = line;
        this.painter = Thread.ofPlatform().daemon().name("selkie-progress").unstarted(this::paint);
    }

    /** Shows a line until it is closed; the line is asked for from another thread. */
    static Progress show(PrintWriter err, Supplier<String> line) {
        Progress progress = new Progress(err, line);
        if (Terminal.isAttached(Terminal.STANDARD_ERROR)) {
            progress.painter.start();
        }
        return progress;
    }

    private void paint() {
        try {
            Thread.sleep(FIRST_AFTER_MILLIS);
            while (true) {
                String text = line.get();
                err.print(CLEAR_LINE + text.substring(0, Math.min(text.length(), LONGEST)));
                err.flush();
                drawn = true;
                Thread.sleep(EVERY_MILLIS);
            }
        } catch (InterruptedException e) {
            if (drawn) {
                err.print(CLEAR_LINE);
                err.flush();
            }
        }
    }

    /** Takes the line away. */
    @Override
    public void close() {
        painter.interrupt();
        try {
            painter.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
