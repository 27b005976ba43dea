// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import org.selkie.fault.DamagedRecordException;
import org.selkie.fault.PoolFormatException;
import org.selkie.format.RecordLayout;
import org.selkie.log.RecoveryMode;
import org.selkie.log.StoreLog;
import org.selkie.log.Visibility;

/**
 * Builds the index from the log. Each record names the one that it replaces, so that a key is compared only where that one
 * is not in the index: because it was a deletion, or was trimmed, or was lost.
 */
final class Replay {

    private final StoreLog log;
    private final Index index;
    private final Call call = new Call();
    private final FoundRecord read = new FoundRecord();

    private final RecoveryMode mode;
    private boolean isStores;

    Replay(StoreLog log, Index index, RecoveryMode mode) {
        this.log = log;
        this.index = index;
        this.mode = mode;
    }

    void run() {
        StoreLog.Cursor cursor = log.cursor(Visibility.VISIBLE);
        while (true) {
            try {
                if (!cursor.reader().next()) {
                    return;
                }
            } catch (DamagedRecordException e) {
                // Recovery has said so, and what it was asked to do about it was to go on.
                if (cursor.reader().skipDamaged() == 0) {
                    throw e;
                }
                continue;
            }
            take(cursor);
        }
    }

    private void take(StoreLog.Cursor cursor) {
        int type = cursor.type();
        if (cursor.isForeign()) {
            passForeign(cursor.reader().position());
            return;
        }
        isStores = true;
        if (cursor.isIndex()) {
            return;
        }
        long position = cursor.reader().position();
        read.takeCopied(log.log().name(), cursor, position);
        byte[] key = read.key();
        call.key(key);
        call.hash = index.hash(key, 0, key.length);
        Stripe stripe = index.stripe(call.hash);
        long previous = read.previous();
        int slot = previous == 0 ? -1 : stripe.indexOf(call.hash, previous);
        // Its length is wanted, and where the one before is not there, its key.
        slot = slot >= 0 && call.found.readOrDamaged(log, previous) ? slot
                : index.findLocked(call.found, stripe, key, 0, key.length, call.hash);
        enter(stripe, slot, position, type == RecordLayout.PUT);
    }

    /** What a user wrote to a store's log, as an earlier version let him, is passed if that was asked for. */
    private void passForeign(long position) {
        String name = log.log().name();
        if (!isStores) {
            throw new PoolFormatException("log " + name + " is a user's and no store: it begins with a user's record, at"
                    + " position " + position + "; open it with Pool.log, a store needs a name of its own");
        }
        if (mode != RecoveryMode.SALVAGE) {
            throw new PoolFormatException("store " + name + " is whole, but its log holds a record of a user's, at position "
                    + position + ", which an earlier version let in; open the pool with RecoveryMode.SALVAGE, and the store"
                    + " passes such records (selkie verify lists them, selkie log cat shows them)");
        }
    }

    private void enter(Stripe stripe, int slot, long position, boolean holdsValue) {
        long before = slot >= 0 ? call.found.recordBytes() : 0;
        long bytes = RecordLayout.recordBytes(read.payloadBytes());
        if (slot < 0 && holdsValue) {
            stripe.reserve();
            index.insert(stripe, call.key, 0, call.keyBytes, call.hash, position);
        } else if (slot >= 0 && holdsValue) {
            stripe.replace(slot, call.hash, position);
        } else if (slot >= 0) {
            index.remove(stripe, slot, call.key, call.keyOffset, call.keyBytes);
        }
        stripe.count((holdsValue ? bytes : 0) - before, (holdsValue ? 1 : 0) - (slot >= 0 ? 1 : 0));
    }
}
