// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.selkie.fault.RecordTooLargeException;
import org.selkie.format.RecordLayout;

/**
 * Records that become durable together, under one fence: after a crash all of them are there or none. They stand back to
 * back in the log. For one thread; can be used again after a commit.
 */
public final class Batch implements AutoCloseable {

    private static final long FIRST_BYTES = 16 * 1024;

    private final Log log;
    private @Nullable MemorySegment staging;
    private long usedBytes;
    private long lastOffset = -1;
    private int records;

    Batch(Log log) {
        this.log = log;
        this.staging = log.staging().take(FIRST_BYTES);
    }

    /** Copies a record into the batch, as the other {@code add}. Allocates nothing. */
    public Batch add(byte[] payload) {
        return add(payload, 0, payload.length);
    }

    /** Copies a part of an array into the batch, as the other {@code add}. Allocates nothing. */
    public Batch add(byte[] payload, int offset, int lengthBytes) {
        Objects.checkFromIndexSize(offset, lengthBytes, payload.length);
        MemorySegment staged = roomFor(lengthBytes);
        return added(staged,
                RecordLayout.stage(staged, usedBytes, payload, offset, lengthBytes, RecordLayout.DATA, firstFlags()));
    }

    public Batch add(ByteBuffer payload) {
        return add(MemorySegment.ofBuffer(payload));
    }

    /**
     * Copies a record into the batch.
     *
     * @throws RecordTooLargeException                 if the batch would not fit into an extent; it stays as it was
     * @throws org.selkie.fault.PayloadFaultException if the payload lies in a mapped file that was truncated; likewise
     */
    public Batch add(MemorySegment payload) {
        MemorySegment staged = roomFor(payload.byteSize());
        return added(staged, RecordLayout.stage(staged, usedBytes, payload, RecordLayout.DATA, firstFlags()));
    }

    private MemorySegment roomFor(long lengthBytes) {
        log.requireFits(lengthBytes);
        return room(usedBytes + RecordLayout.recordBytes(lengthBytes));
    }

    private int firstFlags() {
        return records == 0 ? 0 : RecordLayout.CONTINUES;
    }

    /** Only now that nothing can fail any more: the one before must not promise a member that does not come. */
    private Batch added(MemorySegment staged, long bytes) {
        if (lastOffset >= 0) {
            RecordLayout.restageFlags(staged, lastOffset,
                    RecordLayout.MORE | (lastOffset > 0 ? RecordLayout.CONTINUES : 0));
        }
        lastOffset = usedBytes;
        usedBytes += bytes;
        records++;
        return this;
    }

    /** How many records it holds. */
    public int size() {
        return records;
    }

    /** What it would take on media. */
    public long lengthBytes() {
        return usedBytes;
    }

    /**
     * Appends them all, durably, and empties the batch. Returns the first one's position.
     *
     * @throws IllegalStateException if it is empty
     */
    public long commit() {
        if (records == 0) {
            throw new IllegalStateException("an empty batch on log " + log.name() + "; add a record first");
        }
        long position = log.writeBatch(room(usedBytes), usedBytes);
        clear();
        return position;
    }

    /** Forgets what was added. */
    public void clear() {
        usedBytes = 0;
        lastOffset = -1;
        records = 0;
    }

    /** Forgets what was added and gives the memory back. */
    @Override
    public void close() {
        clear();
        MemorySegment staged = staging;
        if (staged != null) {
            staging = null;
            log.staging().giveBack(staged);
        }
    }

    private MemorySegment room(long neededBytes) {
        MemorySegment staged = staging;
        if (staged == null) {
            throw new IllegalStateException("this batch on log " + log.name() + " was closed; make a new one");
        }
        long limitBytes = RecordLayout.recordBytes(log.maxPayloadBytes());
        if (neededBytes > limitBytes) {
            throw new RecordTooLargeException("a batch of " + neededBytes + " bytes on media does not fit: log " + log.name()
                    + " takes at most " + limitBytes + " at once; commit what it holds first");
        }
        if (neededBytes <= staged.byteSize()) {
            return staged;
        }
        MemorySegment larger = log.staging().take(Math.min(limitBytes, 2 * neededBytes));
        MemorySegment.copy(staged, 0, larger, 0, usedBytes);
        log.staging().giveBack(staged);
        staging = larger;
        return larger;
    }
}
