// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.selkie.fault.WrongWriterException;
import org.selkie.format.RecordLayout;

/**
 * Appends by one thread, the first that comes: no place has to be claimed from others, and every record proves that the
 * one before it is durable.
 */
final class SingleWriter implements LogWriter {

    private final LogState state;
    private final int slot;
    private @Nullable Thread owner;

    SingleWriter(LogState state) {
        this.state = state;
        this.slot = state.writers.enter(PositionSlots.FREE - 1);
        state.writers.leave(slot);
    }

    @Override
    public long append(MemorySegment payload, long lengthBytes) {
        LogState log = state;
        long bytes = RecordLayout.recordBytes(lengthBytes);
        // 1. Say that this thread is at work, then look whether the log still runs: whoever stops it does the reverse.
        long position = begin(bytes, lengthBytes);
        LogExtent extent = log.active;
        // 2. Write it, with its checksum, and fence.
        try {
            extent.persister.append(extent.addressOf(position), payload, lengthBytes, position,
                    RecordLayout.kindSeed(RecordLayout.DATA, 0, extent.seed), log.singleWriterLagLines(position));
        } catch (Throwable e) {
            log.failAt(position, e);
            log.writers.leave(slot);
            throw e;
        }
        finish(extent, position, bytes);
        return position;
    }

    @Override
    public long batch(MemorySegment staged, long lengthBytes) {
        LogState log = state;
        long position = begin(lengthBytes, lengthBytes);
        LogExtent extent = log.active;
        try {
            extent.persister.batch(extent.addressOf(position), staged, lengthBytes, position, extent.seed & 0xffffffffL,
                    log.singleWriterLagLines(position));
        } catch (Throwable e) {
            log.failAt(position, e);
            log.writers.leave(slot);
            throw e;
        }
        finish(extent, position, lengthBytes);
        return position;
    }

    /** The place of the next record, with the slot held; nothing is held if it throws. */
    private long begin(long bytes, long payloadBytes) {
        LogState log = state;
        if (Thread.currentThread() != owner) {
            bind();
        }
        log.writers.occupy(slot, log.tail() & ~LogState.STOPPED);
        try {
            while (true) {
                log.requireRunning();
                long position = log.tail();
                LogExtent extent = log.active;
                if (position >= extent.first && position + bytes <= extent.end) {
                    return position;
                }
                log.makeRoom(bytes, payloadBytes);
                log.writers.raise(slot, log.tail() & ~LogState.STOPPED);
            }
        } catch (Throwable e) {
            log.writers.leave(slot);
            throw e;
        }
    }

    private void finish(LogExtent extent, long position, long bytes) {
        LogState log = state;
        // 3. The tail moves when the record is durable, so that nobody sees a claim that is not written.
        log.advanceTail(position + bytes);
        log.writers.leave(slot);
        if (!log.durableOnReturn) {
            log.awaitPersisted(position + bytes);
        }
        log.prepareAhead(extent, position);
    }

    private void bind() {
        synchronized (this) {
            if (owner == null) {
                owner = Thread.currentThread();
                return;
            }
        }
        throw new WrongWriterException("log " + state.name + " was opened for a single writer, which is thread \""
                + owner.getName() + "\"; thread \"" + Thread.currentThread().getName()
                + "\" cannot append: open it without LogOptions.singleWriter");
    }
}
