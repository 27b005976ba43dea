// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.lang.foreign.MemorySegment;
import org.selkie.format.RecordLayout;

/**
 * Appends by any number of threads. A thread claims its place by moving the tail, writes and fences its record on its own,
 * and does not wait for those before it: a record that another thread had claimed and not yet written when the power went
 * is a hole, and recovery looks past it (docs/format.md, "Holes").
 */
final class SharedWriter implements LogWriter {

    private final LogState log;
    private final PositionSlots writers;

    SharedWriter(LogState log) {
        this.log = log;
        this.writers = log.writers;
    }

    @Override
    public long append(MemorySegment payload, long lengthBytes) {
        long bytes = RecordLayout.recordBytes(lengthBytes);
        int slot = writers.enter(log.knownFrontier());
        long position = claim(slot, bytes);
        LogExtent extent = log.extentOf(position);
        try {
            extent.persister.append(extent.addressOf(position), payload, lengthBytes, position,
                    RecordLayout.kindSeed(RecordLayout.DATA, 0, extent.seed), log.lagLines(position, slot));
        } catch (Throwable e) {
            throw failed(slot, position, e);
        }
        finish(slot, extent, position, bytes);
        return position;
    }

    @Override
    public long appendLong(MemorySegment payload, long lengthBytes) {
        long bytes = RecordLayout.recordBytes(lengthBytes);
        int slot = writers.enter(log.knownFrontier());
        long position = claim(slot, bytes);
        LogExtent extent = log.extentOf(position);
        try {
            extent.persister.appendLong(extent.addressOf(position), payload, lengthBytes, position,
                    RecordLayout.kindSeed(RecordLayout.DATA, 0, extent.seed), log.lagLines(position, slot));
        } catch (Throwable e) {
            throw failed(slot, position, e);
        }
        finish(slot, extent, position, bytes);
        return position;
    }

    @Override
    public long batch(MemorySegment staged, long lengthBytes) {
        int slot = writers.enter(log.knownFrontier());
        long position = claim(slot, lengthBytes);
        LogExtent extent = log.extentOf(position);
        try {
            extent.persister.batch(extent.addressOf(position), staged, lengthBytes, position, extent.seed & 0xffffffffL,
                    log.lagLines(position, slot));
        } catch (Throwable e) {
            throw failed(slot, position, e);
        }
        finish(slot, extent, position, lengthBytes);
        return position;
    }

    /** Claims a place, with the slot held; leaves the slot if it throws, as nothing was claimed then. */
    private long claim(int slot, long bytes) {
        try {
            while (true) {
                LogExtent extent = log.active;
                long position = log.tail();
                if (position < extent.first || position + bytes > extent.end) {
                    log.makeRoom(bytes);
                } else if (log.claim(position, position + bytes)) {
                    writers.raise(slot, position);
                    return position;
                }
            }
        } catch (Throwable e) {
            writers.leave(slot);
            throw e;
        }
    }

    /** The claimed place stays a hole: readers stop before it, and recovery covers it. */
    private RuntimeException failed(int slot, long position, Throwable e) {
        log.failAt(position, e);
        writers.leave(slot);
        return LogState.rethrow(e);
    }

    private void finish(int slot, LogExtent extent, long position, long bytes) {
        writers.leave(slot);
        if (!log.durableOnReturn) {
            log.awaitPersisted(position + bytes);
        }
        log.prepareAhead(extent, position);
    }
}
