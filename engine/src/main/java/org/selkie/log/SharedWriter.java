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

    private final LogState state;
    private final PositionSlots writers;

    SharedWriter(LogState state) {
        this.state = state;
        this.writers = state.writers;
    }

    @Override
    public long append(MemorySegment payload, long lengthBytes) {
        LogState log = state;
        long bytes = RecordLayout.recordBytes(lengthBytes);
        // 1. Say that this thread is at work, at or above what is known to be finished.
        int slot = writers.enter(log.knownFrontier());
        LogExtent extent;
        long position;
        try {
            // 2. Claim the place.
            while (true) {
                extent = log.active;
                position = log.tail();
                if (position >= extent.first && position + bytes <= extent.end) {
                    if (log.claim(position, position + bytes)) {
                        break;
                    }
                } else {
                    log.makeRoom(bytes, lengthBytes);
                }
            }
        } catch (Throwable e) {
            // Nothing was claimed, so there is no hole.
            writers.leave(slot);
            throw e;
        }
        writers.raise(slot, position);
        // 3. Write it, with its checksum, and fence.
        try {
            extent.persister.append(extent.addressOf(position), payload, lengthBytes, position,
                    RecordLayout.kindSeed(RecordLayout.DATA, 0, extent.seed), log.lagLines(position, slot));
        } catch (Throwable e) {
            log.failAt(position, e);
            writers.leave(slot);
            throw e;
        }
        writers.leave(slot);
        // 4. Where pages are written back by the kernel, wait for that.
        if (!log.durableOnReturn) {
            log.awaitPersisted(position + bytes);
        }
        log.prepareAhead(extent, position);
        return position;
    }

    @Override
    public long batch(MemorySegment staged, long lengthBytes) {
        LogState log = state;
        int slot = writers.enter(log.knownFrontier());
        LogExtent extent;
        long position;
        try {
            while (true) {
                extent = log.active;
                position = log.tail();
                if (position >= extent.first && position + lengthBytes <= extent.end) {
                    if (log.claim(position, position + lengthBytes)) {
                        break;
                    }
                } else {
                    log.makeRoom(lengthBytes, lengthBytes);
                }
            }
        } catch (Throwable e) {
            writers.leave(slot);
            throw e;
        }
        writers.raise(slot, position);
        try {
            extent.persister.batch(extent.addressOf(position), staged, lengthBytes, position, extent.seed & 0xffffffffL,
                    log.lagLines(position, slot));
        } catch (Throwable e) {
            log.failAt(position, e);
            writers.leave(slot);
            throw e;
        }
        writers.leave(slot);
        if (!log.durableOnReturn) {
            log.awaitPersisted(position + lengthBytes);
        }
        log.prepareAhead(extent, position);
        return position;
    }
}
