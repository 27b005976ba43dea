// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.selkie.fault.RecordTooLargeException;
import org.selkie.format.RecordLayout;
import org.selkie.persist.Persister;

/**
 * Records that become durable together, under one fence: after a crash all of them are there or none. They stand back to
 * back in the log. For one thread; can be used again after a commit.
 *
 * <p>They are staged in an array as long as they fit into {@link Persister#LONG_BYTES}, and then in native memory.
 */
public final class Batch implements AutoCloseable {

    /** What every record is staged with; the first and the last are told apart by {@link #commit}. */
    private static final int WITHIN = RecordLayout.MORE | RecordLayout.CONTINUES;

    private final Log log;
    /** Null once the batch has outgrown it, or is closed. */
    private byte @Nullable [] near;
    /** The array, or native memory. Null once the batch is closed. */
    private @Nullable MemorySegment staging;
    private long usedBytes;
    private long lastOffset;
    private int records;

    Batch(Log log) {
        this.log = log;
        long limitBytes = RecordLayout.recordBytes(log.maxPayloadBytes());
        byte[] array = limitBytes < StagingPool.ARRAY_BYTES ? new byte[(int) limitBytes] : log.staging().takeArray();
        this.near = array;
        this.staging = MemorySegment.ofArray(array);
    }

    /** Copies a record into the batch, as the other {@code add}. Allocates nothing. */
    public Batch add(byte[] payload) {
        return add(payload, 0, payload.length);
    }

    /** Copies a part of an array into the batch, as the other {@code add}. Allocates nothing. */
    public Batch add(byte[] payload, int offset, int lengthBytes) {
        Objects.checkFromIndexSize(offset, lengthBytes, payload.length);
        byte[] array = near;
        // What fits into the array is not too long for the log.
        if (array != null && lengthBytes <= array.length - RecordLayout.OVERHEAD_BYTES
                && usedBytes + RecordLayout.recordBytes(lengthBytes) <= array.length) {
            return added(RecordLayout.stage(array, (int) usedBytes, payload, offset, lengthBytes, RecordLayout.DATA, WITHIN));
        }
        MemorySegment staged = roomFor(lengthBytes);
        return added(RecordLayout.stage(staged, usedBytes, payload, offset, lengthBytes, RecordLayout.DATA, WITHIN));
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
        return added(RecordLayout.stage(staged, usedBytes, payload, RecordLayout.DATA, WITHIN));
    }

    private MemorySegment roomFor(long lengthBytes) {
        log.requireFits(lengthBytes);
        return room(usedBytes + RecordLayout.recordBytes(lengthBytes));
    }

    private Batch added(long bytes) {
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
        MemorySegment staged = room(usedBytes);
        // Whether it succeeds or not: the batch stays as it was if it does not, and may grow before it is tried again.
        RecordLayout.restageFlags(staged, 0, RecordLayout.MORE);
        RecordLayout.restageFlags(staged, lastOffset, lastOffset > 0 ? RecordLayout.CONTINUES : 0);
        long position;
        try {
            position = log.writeBatch(staged, usedBytes);
        } catch (Throwable e) {
            RecordLayout.restageFlags(staged, lastOffset, WITHIN);
            throw e;
        }
        clear();
        return position;
    }

    /** Forgets what was added. */
    public void clear() {
        usedBytes = 0;
        lastOffset = 0;
        records = 0;
    }

    /** Forgets what was added and gives the memory back. */
    @Override
    public void close() {
        clear();
        giveBack();
        near = null;
        staging = null;
    }

    private void giveBack() {
        byte[] array = near;
        MemorySegment staged = staging;
        if (array != null) {
            log.staging().giveBack(array);
        } else if (staged != null) {
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
        return neededBytes <= staged.byteSize() ? staged : grow(staged, neededBytes, limitBytes);
    }

    private MemorySegment grow(MemorySegment from, long neededBytes, long limitBytes) {
        byte[] larger = neededBytes <= Persister.LONG_BYTES
                ? new byte[(int) Math.min(Math.min(limitBytes, Persister.LONG_BYTES), 2 * neededBytes)] : null;
        MemorySegment memory = larger != null ? MemorySegment.ofArray(larger)
                : log.staging().take(Math.min(limitBytes, 2 * neededBytes));
        MemorySegment.copy(from, ValueLayout.JAVA_BYTE, 0, memory, ValueLayout.JAVA_BYTE, 0, usedBytes);
        giveBack();
        near = larger;
        staging = memory;
        return memory;
    }
}
