// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import org.selkie.log.StoreLog;
import org.selkie.os.HotEntry;

/**
 * The short way to a value: from the index straight to the key's last record, which is checked, compared and copied to
 * memory of its thread in one step. Whatever is not as plain as that is left to {@link Index#find}, which then looks from the
 * beginning: values that expire, records that are not to be seen yet, damage, long records, trimmed ones.
 */
final class Lookup {

    /** {@link Index#find} is to be asked. */
    static final int UNDECIDED = -2;

    private final StoreLog log;
    private final Index index;

    Lookup(StoreLog log, Index index) {
        this.log = log;
        this.index = index;
    }

    /**
     * Copies a key's durable value to the call's memory. Returns its length, which may be more than what there is room for: then
     * nothing was copied; or {@link KvStore#NO_VALUE}; or {@link #UNDECIDED}.
     */
    int value(Call call) {
        long hash = call.hash;
        Stripe stripe = index.stripe(hash);
        int moves = stripe.moves();
        SlotTable table = stripe.table();
        long limit = log.isDurableOnReturn() ? Index.EVERYTHING : log.log().persistedPosition();
        int slot = table.start(SlotTable.spread(hash));
        int probes = table.capacity();
        for (long word = table.get(slot); word != SlotTable.EMPTY; word = table.get(slot)) {
            if (SlotTable.isTagOf(word, hash)) {
                long length = read(call, SlotTable.position(word), limit);
                if (length != HotEntry.OTHER_KEY) {
                    return length >= 0 ? (int) length : UNDECIDED;
                }
            }
            slot = table.after(slot);
            if (--probes < 0) {
                return UNDECIDED;
            }
        }
        return stripe.hasMovedSince(moves) ? UNDECIDED : KvStore.NO_VALUE;
    }

    private long read(Call call, long at, long limit) {
        // Looked at only now: a word that was taken before a batch was published is seen with the batch.
        if (at >= limit || index.isHidden(at)) {
            return HotEntry.NOT_PLAIN;
        }
        return log.readValue(at, call.keyAddress(), call.keyBytes, call.scratchAddress(), call.scratchBytes());
    }
}
