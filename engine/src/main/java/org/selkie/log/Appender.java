// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.lang.foreign.MemorySegment;
import org.selkie.format.RecordLayout;
import org.selkie.persist.Persister;

/**
 * The hot path: claim a place, write the record there with its checksum and fence, and say that it is written
 * (docs/format.md, "Writing a record"). The four ways differ only in where the payload lies. What is needed after the call
 * is computed anew rather than kept: each value that lives across it is a store next to the fence (decision 0005).
 */
final class Appender {

    private final LogState log;
    private final Claims claims;

    Appender(LogState log, Claims claims) {
        this.log = log;
        this.claims = claims;
    }

    /** From an array, which becomes a segment only next to the downcall, so that nothing is allocated for it. */
    long append(byte[] payload, int offset, int lengthBytes) {
        int slot = claims.enter();
        long position = claims.claim(slot, RecordLayout.recordBytes(lengthBytes));
        LogExtent extent = log.extentOf(position);
        long written;
        try {
            written = extent.persister.append(extent.addressOf(position), payload, offset, lengthBytes, position,
                    RecordLayout.stamp(RecordLayout.DATA, extent.seed, claims.lagLines(slot, position)));
        } catch (Throwable e) {
            throw claims.failed(slot, position, RecordLayout.recordBytes(lengthBytes), e);
        }
        return finish(slot, position, written);
    }

    /** From a segment on the heap or off it. */
    long append(MemorySegment payload, long lengthBytes) {
        int slot = claims.enter();
        long position = claims.claim(slot, RecordLayout.recordBytes(lengthBytes));
        LogExtent extent = log.extentOf(position);
        long written;
        try {
            written = extent.persister.append(extent.addressOf(position), payload, lengthBytes, position,
                    RecordLayout.stamp(RecordLayout.DATA, extent.seed, claims.lagLines(slot, position)));
        } catch (Throwable e) {
            throw claims.failed(slot, position, RecordLayout.recordBytes(lengthBytes), e);
        }
        return finish(slot, position, written);
    }

    /** More than {@link org.selkie.persist.Persister#LONG_BYTES}, from native memory. */
    long appendLong(MemorySegment payload, long lengthBytes) {
        int slot = claims.enter();
        long position = claims.claim(slot, RecordLayout.recordBytes(lengthBytes));
        LogExtent extent = log.extentOf(position);
        long written;
        try {
            written = extent.persister.appendLong(extent.addressOf(position), payload, lengthBytes, position,
                    RecordLayout.stamp(RecordLayout.DATA, extent.seed, claims.lagLines(slot, position)));
        } catch (Throwable e) {
            throw claims.failed(slot, position, RecordLayout.recordBytes(lengthBytes), e);
        }
        return finish(slot, position, written);
    }

    /** A record of any type and length from native memory, without waiting until pages are written back. */
    long store(int type, MemorySegment payload, long lengthBytes) {
        int slot = claims.enter();
        long position = claims.claim(slot, RecordLayout.recordBytes(lengthBytes));
        LogExtent extent = log.extentOf(position);
        long written;
        try {
            long to = extent.addressOf(position);
            long stamp = RecordLayout.stamp(type, extent.seed, claims.lagLines(slot, position));
            written = lengthBytes > Persister.LONG_BYTES ? extent.persister.appendLong(to, payload, lengthBytes, position, stamp)
                    : extent.persister.append(to, payload, lengthBytes, position, stamp);
        } catch (Throwable e) {
            throw claims.failed(slot, position, RecordLayout.recordBytes(lengthBytes), e);
        }
        claims.written(slot, position, written);
        log.prepareAhead(position);
        return position;
    }

    /** Makes room for a record with the extent that is kept ahead. */
    void spendOneAhead(long recordBytes) {
        int slot = claims.enter();
        try {
            log.makeRoomUrgently(slot, recordBytes);
        } finally {
            log.writers.leave(slot);
        }
    }

    /** As {@link #batch}, without waiting until pages are written back. */
    long storeBatch(MemorySegment staged, long lengthBytes) {
        int slot = claims.enter();
        long position = claims.claim(slot, lengthBytes);
        LogExtent extent = log.extentOf(position);
        long written;
        try {
            written = extent.persister.batch(extent.addressOf(position), staged, lengthBytes, position,
                    RecordLayout.stamp(0, extent.seed, claims.lagLines(slot, position)));
        } catch (Throwable e) {
            throw claims.failed(slot, position, lengthBytes, e);
        }
        claims.written(slot, position, written);
        log.prepareAhead(position);
        return position;
    }

    /** Records that stand staged in native memory, as one. Returns the first one's position. */
    long batch(MemorySegment staged, long lengthBytes) {
        int slot = claims.enter();
        long position = claims.claim(slot, lengthBytes);
        LogExtent extent = log.extentOf(position);
        long written;
        try {
            written = extent.persister.batch(extent.addressOf(position), staged, lengthBytes, position,
                    RecordLayout.stamp(0, extent.seed, claims.lagLines(slot, position)));
        } catch (Throwable e) {
            throw claims.failed(slot, position, lengthBytes, e);
        }
        return finish(slot, position, written);
    }

    private long finish(int slot, long position, long bytes) {
        claims.written(slot, position, bytes);
        if (!log.durableOnReturn) {
            log.awaitPersisted(position + bytes);
        }
        log.prepareAhead(position);
        return position;
    }
}
