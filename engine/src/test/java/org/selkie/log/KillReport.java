// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What a process that is killed has been told, in a mapped file outside of the pool: stores to it are there after a SIGKILL.
 * Each thread has a part of its own with the number of its acknowledged operations and their positions.
 */
final class KillReport implements AutoCloseable {

    static final int MAX_THREADS = 4;
    /** More than a thread gets acknowledged in a round. */
    static final int MAX_OPERATIONS = 1 << 20;

    private static final long COUNT = 0;
    private static final long TRIM_BEGUN = 8;
    private static final long TRIM_DONE = 16;
    private static final long POSITIONS = 64;
    private static final long THREAD_BYTES = POSITIONS + 8L * MAX_OPERATIONS;
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

    private final Arena arena = Arena.ofShared();
    private final MemorySegment file;

    KillReport(Path path) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            file = channel.map(FileChannel.MapMode.READ_WRITE, 0, MAX_THREADS * THREAD_BYTES, arena);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long get(int thread, long offset) {
        return (long) LONG.getAcquire(file, thread * THREAD_BYTES + offset);
    }

    private void set(int thread, long offset, long value) {
        LONG.setRelease(file, thread * THREAD_BYTES + offset, value);
    }

    /** Notes that the thread's next operation has returned a position. */
    void acknowledge(int thread, long position) {
        int count = acknowledged(thread);
        set(thread, POSITIONS + 8L * count, position);
        set(thread, COUNT, count + 1);
    }

    int acknowledged(int thread) {
        return (int) get(thread, COUNT);
    }

    long position(int thread, int operation) {
        return get(thread, POSITIONS + 8L * operation);
    }

    void beginTrim(int thread, long position) {
        set(thread, TRIM_BEGUN, position);
    }

    void endTrim(int thread, long position) {
        set(thread, TRIM_DONE, position);
    }

    /** The log may begin here at the latest. */
    long highestTrimBegun() {
        return highest(TRIM_BEGUN);
    }

    /** The log begins here at the earliest. */
    long highestTrimDone() {
        return highest(TRIM_DONE);
    }

    private long highest(long offset) {
        long highest = 0;
        for (int thread = 0; thread < MAX_THREADS; thread++) {
            highest = Math.max(highest, get(thread, offset));
        }
        return highest;
    }

    @Override
    public void close() {
        arena.close();
    }
}
