// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A record in the making. Fill {@link #segment}, then {@link #commit} it or {@link #abort} it; closing an open claim aborts
 * it. For one thread. After a crash before commit returned, the record is there as a whole or not at all.
 */
public final class Claim implements AutoCloseable {

    private final Log log;
    private final int lengthBytes;
    private @Nullable MemorySegment staged;

    Claim(Log log, MemorySegment staged, int lengthBytes) {
        this.log = log;
        this.staged = staged;
        this.lengthBytes = lengthBytes;
    }

    /** The payload, to be written in place, aligned to 64. Its bytes are undefined at first. */
    public MemorySegment segment() {
        return open().asSlice(0, lengthBytes);
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
        java.util.Objects.checkFromIndexSize(0, usedBytes, lengthBytes);
        MemorySegment payload = open();
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
        staged = null;
        log.staging().giveBack(payload);
    }

    private MemorySegment open() {
        MemorySegment payload = staged;
        if (payload == null) {
            throw new IllegalStateException("this claim on log " + log.name() + " was committed or aborted; make a new one");
        }
        return payload;
    }
}
