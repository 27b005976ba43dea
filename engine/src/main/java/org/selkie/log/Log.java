// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.selkie.fault.RecordTooLargeException;
import org.selkie.format.RecordLayout;
import org.selkie.persist.Persister;

/**
 * A named sequence of records in a pool. A record is durable when {@code append} returns its position; what that survives
 * is the pool's {@link org.selkie.persist.Durability}.
 *
 * <p><b>After a crash</b> every record whose append had returned is there, byte for byte; one that had not returned is
 * there as a whole or not at all; a batch likewise. Records keep their positions for ever.
 *
 * <p><b>Order.</b> Any number of threads may append. Positions are one total order: an append that returned before
 * another began has the lower position. Readers see records in that order and only once all before them are finished,
 * so a reader never meets a hole.
 *
 * <p><b>Two numbers.</b> Below {@link #visiblePosition} every record is written; below {@link #persistedPosition} every
 * record is durable. They are the same where stores are durable by instructions alone, and differ while msync is on its
 * way.
 *
 * <p><b>Errors.</b> {@link org.selkie.fault.PoolFullException}: nothing was written, try again after {@link #trim}.
 * {@link RecordTooLargeException}: nothing was written. {@link org.selkie.fault.LogStoppedException}: the log was closed,
 * lost its seal, or a store to it failed; open the pool again. {@link org.selkie.fault.PayloadFaultException}: the payload
 * lies in a mapped file that was truncated; nothing was written, and the log goes on.
 * {@link org.selkie.fault.ReadOnlyException}: the pool was opened for reading, or the log is a store's, which users may read
 * only. Payloads are read, never changed, and a {@code ByteBuffer} keeps its position.
 */
public final class Log {

    private final LogState state;
    private final Appender appender;
    private final StagingPool staging;
    private final boolean isStores;

    /** @param isStores whether it is for a user to read what a store writes; the appender refuses then */
    Log(LogState state, Appender appender, boolean isStores) {
        this.state = state;
        this.appender = appender;
        this.isStores = isStores;
        this.staging = new StagingPool();
    }

    public String name() {
        return state.name;
    }

    /** Appends a record and makes it durable. Returns its position. Allocates nothing. */
    public long append(byte[] payload) {
        if (payload.length > Persister.LONG_BYTES) {
            return writeLong(MemorySegment.ofArray(payload), payload.length);
        }
        return appender.append(payload, 0, payload.length);
    }

    /** Appends a part of an array. */
    public long append(byte[] payload, int offset, int lengthBytes) {
        Objects.checkFromIndexSize(offset, lengthBytes, payload.length);
        if (lengthBytes > Persister.LONG_BYTES) {
            return writeLong(MemorySegment.ofArray(payload).asSlice(offset), lengthBytes);
        }
        return appender.append(payload, offset, lengthBytes);
    }

    /** Appends what is between the buffer's position and its limit, and leaves both as they are. */
    public long append(ByteBuffer payload) {
        return write(MemorySegment.ofBuffer(payload), payload.remaining());
    }

    /** Appends a segment, on the heap or off it. */
    public long append(MemorySegment payload) {
        return write(payload, payload.byteSize());
    }

    /** Appends the whole of an Agrona buffer: its capacity, not what a wrapped {@code ByteBuffer} has remaining. */
    public long append(DirectBuffer payload) {
        return append(payload, 0, payload.capacity());
    }

    /** Appends a part of an Agrona buffer. */
    public long append(DirectBuffer payload, int offset, int lengthBytes) {
        payload.boundsCheck(offset, lengthBytes);
        return write(AgronaBuffers.slice(payload, offset, lengthBytes), lengthBytes);
    }

    /**
     * Memory for a record of up to {@code lengthBytes}, to be filled in place and then committed, without another copy on
     * the heap. It holds no place in the log until {@link Claim#commit}, so a claim left open delays nobody.
     */
    public Claim claim(int lengthBytes) {
        requireUsers();
        requireFits(lengthBytes);
        return new Claim(this, staging.take(lengthBytes), lengthBytes);
    }

    /** Several records under one fence, all there or none after a crash. A batch can be used again after its commit. */
    public Batch batch() {
        requireUsers();
        return new Batch(this);
    }

    /** A cursor before the first record, over what is durable. */
    public LogReader reader() {
        return new LogReader(state, Visibility.PERSISTED);
    }

    /** A cursor before the first record. */
    public LogReader reader(Visibility visibility) {
        return new LogReader(state, visibility);
    }

    /**
     * The payload of the record at a position that an append returned.
     *
     * @throws org.selkie.fault.PositionException      if no record begins there, or it was trimmed
     * @throws org.selkie.fault.DamagedRecordException if its bytes changed on media
     */
    public byte[] read(long position) {
        return LogReader.read(state, position);
    }

    /**
     * What stands on media at a position, whether a record begins there or not.
     *
     * @param position a multiple of 64 within the log
     * @throws org.selkie.fault.PositionException    if the log does not hold it, or no record can begin there
     * @throws org.selkie.fault.ExtentFaultException if it cannot be read
     */
    public RecordImage image(long position) {
        return state.image(position);
    }

    /** Where the log begins: the first record's position, or that of the next one if there is none. */
    public long startPosition() {
        return state.startPosition();
    }

    /** Below it, every record is written and seen by readers that ask for the visible. */
    public long visiblePosition() {
        return state.visiblePosition();
    }

    /** Below it, every record is durable. */
    public long persistedPosition() {
        return state.persistedPosition();
    }

    /**
     * Forgets the records before a position and hands back the extents that hold nothing else. Durable when it returns;
     * after a crash in between, the log begins at the old position or at the new one.
     *
     * @param position of a record, or {@link #persistedPosition}, which empties the log
     * @throws org.selkie.fault.PositionException      if no record begins there, or the log does not hold it
     * @throws org.selkie.fault.DamagedRecordException if the record there is damaged: a log does not begin with one
     */
    public void trim(long position) {
        requireUsers();
        state.trim(position);
    }

    /**
     * Waits until everything that was visible when it was called is durable.
     *
     * @throws org.selkie.fault.LogStoppedException if the log was closed, which made everything durable, or has stopped
     */
    public void persist() {
        state.requireReadable();
        state.awaitPersisted(state.visiblePosition());
    }

    /** The longest payload that a record of this log can have. */
    public int maxPayloadBytes() {
        return (int) RecordLayout.payloadBytes(state.maxRecordBytes());
    }

    public LogStatistics statistics() {
        return state.statistics();
    }

    /** Whether the log still takes and gives records. */
    public boolean isRunning() {
        return state.stop.isRunning();
    }

    /** What a store's log holds may be read and not changed by anybody but the store. */
    private void requireUsers() {
        if (isStores) {
            throw RefusedClaims.refusal(name());
        }
    }

    StagingPool staging() {
        return staging;
    }

    long write(MemorySegment payload, long lengthBytes) {
        return lengthBytes > Persister.LONG_BYTES ? writeLong(payload, lengthBytes) : appender.append(payload, lengthBytes);
    }

    long writeBatch(MemorySegment staged, long lengthBytes) {
        if (lengthBytes > state.maxRecordBytes()) {
            throw new RecordTooLargeException("a batch of " + lengthBytes + " bytes on media does not fit: log " + name()
                    + " takes at most " + state.maxRecordBytes() + " at once; make smaller batches or a pool of larger extents");
        }
        return appender.batch(staged, lengthBytes);
    }

    void requireFits(long lengthBytes) {
        if (lengthBytes < 0) {
            throw new IllegalArgumentException("a length of " + lengthBytes + " bytes; expected 0 or more");
        }
        if (lengthBytes > maxPayloadBytes()) {
            throw new RecordTooLargeException("a record of " + lengthBytes + " bytes does not fit: log " + name()
                    + " takes at most " + maxPayloadBytes() + "; make a pool of larger extents (PoolOptions.extentBytes)");
        }
    }

    /** Long records are written by a call that does not hold up safepoints, and that takes native memory only. */
    private long writeLong(MemorySegment payload, long lengthBytes) {
        requireFits(lengthBytes);
        if (payload.isNative()) {
            return appender.appendLong(payload, lengthBytes);
        }
        MemorySegment staged = staging.take(lengthBytes);
        try {
            MemorySegment.copy(payload, 0, staged, 0, lengthBytes);
            return appender.appendLong(staged, lengthBytes);
        } finally {
            staging.giveBack(staged);
        }
    }
}
