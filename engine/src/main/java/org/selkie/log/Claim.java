// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.selkie.os.ForeignMemory;

/**
 * A record in the making. Fill {@link #segment}, then {@link #commit} it or {@link #abort} it; closing an open claim aborts
 * it. For one thread. After a crash before commit returned, the record is there as a whole or not at all.
 */
public final class Claim implements AutoCloseable {

    private final Log log;
    private final int lengthBytes;
    private @Nullable MemorySegment staged;
    /** What was handed out of it, and for how long: others use the memory afterwards. */
    private @Nullable Arena handedOut;
    private @Nullable MemorySegment segment;

    Claim(Log log, MemorySegment staged, int lengthBytes) {
        this.log = log;
        this.staged = staged;
        this.lengthBytes = lengthBytes;
    }

    /**
     * The payload, to be written in place, aligned to 64. Its bytes are undefined at first. The thread that asks for it
     * first alone can access it, and finishes the claim; every access after that is an {@link IllegalStateException}.
     */
    public MemorySegment segment() {
        MemorySegment payload = open();
        MemorySegment handed = segment;
        return handed != null ? handed : handOut(payload);
    }

    // The arena is closed when the claim is finished; one that never is has nothing to release but memory.
    @SuppressWarnings("MustBeClosedChecker")
    private MemorySegment handOut(MemorySegment payload) {
        Arena arena = Arena.ofConfined();
        MemorySegment handed = ForeignMemory.view(payload, lengthBytes, arena);
        handedOut = arena;
        segment = handed;
        return handed;
    }

    /**
     * Appends the record, durably, and returns its position. If it throws, because the pool is full for example, the claim
     * is as it was, and can be committed later.
     */
    public long commit() {
        return commit(lengthBytes);
    }

    /** Appends the first {@code usedBytes} of it. */
    public long commit(int usedBytes) {
        Objects.checkFromIndexSize(0, usedBytes, lengthBytes);
        MemorySegment payload = open();
        requireFinishable();
        long position = log.write(payload, usedBytes);
        release(payload);
        return position;
    }

    /** Gives the memory back; nothing reaches the log. */
    public void abort() {
        release(open());
    }

    @Override
    public void close() {
        MemorySegment payload = staged;
        if (payload != null) {
            release(payload);
        }
    }

    private void release(MemorySegment payload) {
        requireFinishable();
        Arena handed = handedOut;
        if (handed != null) {
            handed.close();
        }
        staged = null;
        log.staging().giveBack(payload);
    }

    private void requireFinishable() {
        MemorySegment handed = segment;
        if (handed != null && !handed.isAccessibleBy(Thread.currentThread())) {
            throw new WrongThreadException("this claim on log " + log.name() + " is filled by another thread than \""
                    + Thread.currentThread().getName() + "\"; commit or abort it there");
        }
    }

    private MemorySegment open() {
        MemorySegment payload = staged;
        if (payload == null) {
            throw new IllegalStateException("this claim on log " + log.name() + " was committed or aborted; make a new one");
        }
        return payload;
    }
}
