// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.selkie.crashtest.trace.Trace;

/** What one thread needs to look at images: one memory, changed from image to image. */
final class Workspace {

    final Trace trace;
    final ImageMemory memory;
    final LineAccess access;
    final CrashImage image;
    final Watched watched;
    /** What recovery gave of the last image, {@link Examiner#NO_STATE} for a plain checker. */
    @Nullable Object recovered;
    /** Whether somebody has read something of the last image. */
    boolean wasRead;

    Workspace(Trace trace, Watched watched) {
        this.trace = trace;
        this.watched = watched;
        memory = new ImageMemory(trace);
        access = new LineAccess(memory, watched);
        image = new CrashImage(trace, memory, access);
    }

    /** The examination that a thread has under way, for whoever watches that it ends. */
    static final class Watched {

        private final Duration limit;
        /** Counts beginnings and ends: odd while an examination runs. Written by the thread alone, an end under the monitor. */
        private volatile long examination;
        /** The examination took too long: whatever it reads next throws. */
        volatile boolean expired;
        volatile @Nullable Search search;
        /** Where it was when it had taken too long. */
        private volatile StackTraceElement[] where = new StackTraceElement[0];

        Watched(Duration limit) {
            this.limit = limit;
        }

        /** Whether it is the outermost one: one within another belongs to it. */
        boolean begin() {
            long count = examination;
            if ((count & 1) != 0) {
                return false;
            }
            examination = count + 1;
            return true;
        }

        synchronized void end() {
            long count = examination;
            examination = count + 1;
            if (expired) {
                expired = false;
                // Whoever watches has interrupted this thread; the next image must not suffer for it.
                Thread.interrupted();
            }
        }

        /** Odd while an examination runs, and another number for each. */
        long examination() {
            return examination;
        }

        /** An examination has taken too long. If it has ended by now, the one after it must not suffer. */
        synchronized void expire(long number, Thread thread) {
            if (examination != number) {
                return;
            }
            where = thread.getStackTrace();
            expired = true;
            thread.interrupt();
        }

        /** What is reported instead of what came of the interruption. */
        RecoveryTimeoutException timeout(@Nullable Throwable cause) {
            RecoveryTimeoutException timeout = new RecoveryTimeoutException("recovery or check did not end within "
                    + limit.toMillis() + " ms; this exception's stack is where it was then; where an image needs longer, give a "
                    + "timeLimit");
            timeout.setStackTrace(where);
            if (cause != null) {
                timeout.addSuppressed(cause);
            }
            return timeout;
        }
    }
}
