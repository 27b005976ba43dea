// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.time.InstantSource;

/**
 * How a store is opened.
 *
 * @param clock                 by which entries expire
 * @param compactAbove          how many times its live bytes the log may take on media, beside two extents, before the oldest
 *                              extent is emptied; more than 1
 * @param compactionShare       of the bytes that are written, how much may be compaction's while others write; above 0 and
 *                              below 1. If the log is too long already, writers wait instead: all of them together write
 *                              no more than compaction gains; and in a full pool each waits for compaction to make room
 * @param compactsInBackground  whether a thread of the store's does it; if not, {@link KvStore#compact} does
 * @param ordered               whether {@link KvStore#ordered} goes through the keys in order, which costs a copy of each key on
 *                              the heap
 */
public record StoreOptions(InstantSource clock, double compactAbove, double compactionShare, boolean compactsInBackground,
        boolean ordered) {

    /** Checks what was given. */
    public StoreOptions {
        if (!(compactAbove > 1) || !(compactionShare > 0 && compactionShare < 1)) {
            throw new IllegalArgumentException("compaction above " + compactAbove + " times the live bytes with a share of "
                    + compactionShare + "; expected more than 1, and a share above 0 and below 1");
        }
    }

    /** Compacts above 1.35 times the live bytes, with half of what is written. */
    public static StoreOptions defaults() {
        return new StoreOptions(InstantSource.system(), 1.35, 0.5, true, false);
    }

    public StoreOptions withClock(InstantSource source) {
        return new StoreOptions(source, compactAbove, compactionShare, compactsInBackground, ordered);
    }

    /** With the keys in order. */
    public StoreOptions withOrder() {
        return new StoreOptions(clock, compactAbove, compactionShare, compactsInBackground, true);
    }

    public StoreOptions withCompaction(double above, double share) {
        return new StoreOptions(clock, above, share, compactsInBackground, ordered);
    }

    public StoreOptions withoutBackground() {
        return new StoreOptions(clock, compactAbove, compactionShare, false, ordered);
    }
}
