// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.lang.foreign.MemorySegment;
import java.util.function.LongSupplier;
import org.selkie.fault.DamagedRecordException;
import org.selkie.format.EntryLayout;
import org.selkie.format.RecordLayout;
import org.selkie.log.StoreLog;
import org.selkie.log.Visibility;

/**
 * Empties the oldest extent of a store's log: what the index still names there is written again at the log's end, and the
 * log is trimmed to behind it.
 *
 * <p>A record is live if the index names its position; no key is compared. Each is moved under its stripe's lock, as a
 * record that replaces the old one and says which version it holds. Nothing in the old place changes before the trim mark
 * is durable, and that is written after all moved records are: a crash at any point leaves both copies or the new one.
 *
 * <p>Deletions and expired entries that the index still names are dropped: everything that is older than they is trimmed
 * with them. While a snapshot is open nothing is moved or trimmed.
 */
final class Compactor {

    /** Everything is moved out of an extent in one go; in between the pace is asked this often. */
    private static final long PACE_BYTES = 64 * 1024;

    private final StoreLog log;
    private final Index index;
    private final Snapshots snapshots;
    private final Feeds feeds;
    private final LongSupplier clockMillis;
    private final FoundRecord found = new FoundRecord();
    private final Staging staging = new Staging();
    private long movedBytes;

    Compactor(StoreLog log, Index index, Snapshots snapshots, Feeds feeds, LongSupplier clockMillis) {
        this.log = log;
        this.index = index;
        this.snapshots = snapshots;
        this.feeds = feeds;
        this.clockMillis = clockMillis;
    }

    /** What has been moved, on media, since the store was opened. */
    long movedBytes() {
        return movedBytes;
    }

    /** Called between records. */
    interface Pace {
        /** Returns false to stop. */
        boolean goOn(long movedBytes);
    }

    /**
     * Empties the oldest extent. Returns whether it was given back: not if it is the one being written, a snapshot is open, a
     * feed has still to read it, or the pace said to stop. For one thread at a time.
     */
    boolean compactOldest(Pace pace) {
        log.emptying(true);
        try {
            return emptyOldest(pace);
        } finally {
            log.emptying(false);
        }
    }

    private boolean emptyOldest(Pace pace) {
        StoreLog.Cursor cursor = log.cursor(Visibility.PERSISTED);
        long start = log.log().startPosition();
        long end = log.endOfExtent(start);
        if (end > log.tailPosition()) {
            return false;
        }
        if (!hasRoomFor(start, end)) {
            return false;
        }
        cursor.reader().seek(start);
        long asked = movedBytes;
        while (next(cursor)) {
            if (cursor.reader().position() >= end) {
                log.awaitPersisted(log.tailPosition());
                return feeds.trim(cursor.reader().position());
            }
            if (!take(cursor)) {
                return false;
            }
            if (movedBytes - asked >= PACE_BYTES) {
                asked = movedBytes;
                if (!pace.goOn(movedBytes)) {
                    return false;
                }
            }
        }
        return false;
    }

    /** In a full pool: whether what lives in the extent has room, as half of it moved would only fill the pool further. */
    private boolean hasRoomFor(long start, long end) {
        boolean ahead = log.hasOneAhead() || log.takeOneAhead();
        if (ahead && !log.isPoolFull()) {
            return true;
        }
        long bytes = 0;
        long most = 0;
        StoreLog.Cursor cursor = log.cursor(Visibility.PERSISTED);
        cursor.reader().seek(start);
        while (next(cursor) && cursor.reader().position() < end) {
            long position = cursor.reader().position();
            found.takeCopied(log.log().name(), cursor, position);
            long hash = index.hash(found.memory(), found.keyOffset(), found.keyBytes());
            if (index.stripe(hash).names(hash, position)) {
                long moved = RecordLayout.recordBytes(EntryLayout.payloadBytes(found.form() | EntryLayout.MOVED,
                        found.valueBytes()));
                bytes += moved;
                most = Math.max(most, moved);
            }
        }
        // At the end of the rest there may be no room for the longest one.
        return bytes <= log.restBytes() || (ahead && bytes <= log.maxRecordBytes() + Math.max(0, log.restBytes() - most));
    }

    /**
     * Stops at what cannot be read and is still named by the index: to trim it would turn a damaged value into none. What
     * was overwritten since, no index names, and it is skipped.
     */
    private boolean next(StoreLog.Cursor cursor) {
        while (true) {
            long at = cursor.reader().nextPosition();
            try {
                return cursor.next();
            } catch (DamagedRecordException e) {
                long skipped = cursor.reader().skipDamaged();
                if (skipped == 0 || index.namesAny(at, at + skipped)) {
                    throw e;
                }
            }
        }
    }

    /** Returns false if a snapshot is open. */
    private boolean take(StoreLog.Cursor cursor) {
        long position = cursor.reader().position();
        found.takeCopied(log.log().name(), cursor, position);
        long hash = index.hash(found.memory(), found.keyOffset(), found.keyBytes());
        Stripe stripe = index.stripe(hash);
        stripe.lock();
        try {
            // Asked of every record: what no index names any more may be what a snapshot that was opened meanwhile reads.
            if (snapshots.areOpen()) {
                return false;
            }
            int slot = stripe.indexOf(hash, position);
            if (slot < 0) {
                return true;
            }
            if (found.hasValueAt(clockMillis.getAsLong())) {
                move(stripe, slot, hash, position);
            } else {
                if (!found.isDeletion()) {
                    stripe.count(-found.recordBytes(), -1);
                }
                byte[] key = found.key();
                index.remove(stripe, slot, key, 0, key.length);
            }
            return true;
        } finally {
            stripe.unlock();
        }
    }

    private void move(Stripe stripe, int slot, long hash, long position) {
        int form = found.form() | EntryLayout.MOVED;
        long contentBytes = (long) found.keyBytes() + found.valueBytes();
        int contentAt = EntryLayout.keyOffset(form);
        long payloadBytes = contentAt + contentBytes;
        MemorySegment staged = staging.memory(payloadBytes);
        EntryLayout.write(staged, 0, position, form, found.expiryMillis(), found.version());
        MemorySegment.copy(found.memory(), found.keyOffset(), staged, contentAt, contentBytes);
        long moved = log.appendUrgently(RecordLayout.PUT, staged, payloadBytes);
        stripe.replace(slot, hash, moved);
        long bytes = RecordLayout.recordBytes(payloadBytes);
        stripe.count(bytes - found.recordBytes(), 0);
        movedBytes += bytes;
    }
}
