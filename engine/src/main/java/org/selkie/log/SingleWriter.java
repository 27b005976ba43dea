// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.selkie.fault.WrongWriterException;
import org.selkie.format.RecordLayout;

/**
 * Appends by one thread, the first that comes: no place has to be claimed from others, and every record proves that the
 * one before it is durable. The tail moves when a record is written, so that nobody sees a claim that is not.
 */
final class SingleWriter implements LogWriter {

    private final LogState log;
    private final int slot;
    private @Nullable Thread owner;

    SingleWriter(LogState log) {
        this.log = log;
        this.slot = log.writers.enter(PositionSlots.FREE - 1);
        log.writers.leave(slot);
    }

    @Override
    public long append(MemorySegment payload, long lengthBytes) {
        long bytes = RecordLayout.recordBytes(lengthBytes);
        long position = begin(bytes);
        LogExtent extent = log.active;
        try {
            extent.persister.append(extent.addressOf(position), payload, lengthBytes, position,
                    RecordLayout.kindSeed(RecordLayout.DATA, 0, extent.seed), log.singleWriterLagLines(position));
        } catch (Throwable e) {
            throw failed(position, e);
        }
        finish(extent, position, bytes);
        return position;
    }

    @Override
    public long appendLong(MemorySegment payload, long lengthBytes) {
        long bytes = RecordLayout.recordBytes(lengthBytes);
        long position = begin(bytes);
        LogExtent extent = log.active;
        try {
            extent.persister.appendLong(extent.addressOf(position), payload, lengthBytes, position,
                    RecordLayout.kindSeed(RecordLayout.DATA, 0, extent.seed), log.singleWriterLagLines(position));
        } catch (Throwable e) {
            throw failed(position, e);
        }
        finish(extent, position, bytes);
        return position;
    }

    @Override
    public long batch(MemorySegment staged, long lengthBytes) {
        long position = begin(lengthBytes);
        LogExtent extent = log.active;
        try {
            extent.persister.batch(extent.addressOf(position), staged, lengthBytes, position, extent.seed & 0xffffffffL,
                    log.singleWriterLagLines(position));
        } catch (Throwable e) {
            throw failed(position, e);
        }
        finish(extent, position, lengthBytes);
        return position;
    }

    /**
     * The place of the next record, with the slot held; nothing is held if it throws. The slot is taken before it looks
     * whether the log still runs; whoever stops the log does the reverse.
     */
    private long begin(long bytes) {
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
                log.makeRoom(bytes);
                log.writers.raise(slot, log.tail() & ~LogState.STOPPED);
            }
        } catch (Throwable e) {
            log.writers.leave(slot);
            throw e;
        }
    }

    private RuntimeException failed(long position, Throwable e) {
        log.failAt(position, e);
        log.writers.leave(slot);
        return LogState.rethrow(e);
    }

    private void finish(LogExtent extent, long position, long bytes) {
        log.advanceTail(position + bytes);
        log.writers.leave(slot);
        if (!log.durableOnReturn) {
            log.awaitPersisted(position + bytes);
        }
        log.prepareAhead(extent, position);
    }

    private synchronized void bind() {
        if (owner == null) {
            owner = Thread.currentThread();
            return;
        }
        throw new WrongWriterException("log " + log.name + " was opened for a single writer, which is thread \""
                + owner.getName() + "\"; thread \"" + Thread.currentThread().getName()
                + "\" cannot append: open it without LogOptions.singleWriter");
    }
}
