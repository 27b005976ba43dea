// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

/**
 * Asks the kernel about standard output. {@code log cat --follow | head} would otherwise go on until the next record:
 * only a write fails on a pipe that nobody reads, and there is nothing to write.
 */
final class StandardOutput {
    private static final int FILE_DESCRIPTOR = 1;
    /** {@code struct pollfd}: fd, events, revents; poll(2). */
    private static final long POLLFD_BYTES = 8;
    private static final long REVENTS_OFFSET = 6;
    /** The values of poll(2) on every Linux, {@code <asm-generic/poll.h>}. */
    private static final int POLLERR = 0x8;
    private static final int POLLHUP = 0x10;

    private StandardOutput() {
    }

    /** Whether standard output is a pipe or a socket whose other end is closed. */
    static boolean readerIsGone() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pollfd = arena.allocate(POLLFD_BYTES, Integer.BYTES);
            pollfd.set(JAVA_INT, 0, FILE_DESCRIPTOR);
            int ready = (int) Poll.CALL.invokeExact(pollfd, 1L, 0);
            return ready > 0 && (pollfd.get(JAVA_SHORT, REVENTS_OFFSET) & (POLLERR | POLLHUP)) != 0;
        } catch (Throwable e) {
            throw new IllegalStateException("poll(fd=1) could not be called", e);
        }
    }

    /** Bound when it is first needed: most commands end without asking. */
    private static final class Poll {
        static final MethodHandle CALL = bind();

        @SuppressWarnings("restricted")
        private static MethodHandle bind() {
            Linker linker = Linker.nativeLinker();
            return linker.downcallHandle(linker.defaultLookup().findOrThrow("poll"),
                FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
        }
    }
}
