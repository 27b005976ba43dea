// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import org.jspecify.annotations.Nullable;

/**
 * A store in numbers, each taken at its own moment.
 *
 * @param entries    keys with a value, those among them that have expired and were not dropped yet
 * @param liveBytes  what their records take on media
 * @param logBytes   what the store's log takes on media, from its beginning to its end
 * @param indexBytes of memory, for the index
 * @param snapshots  that are open
 * @param readScopes that are open
 * @param opening    how the index was made when the store was opened
 * @param compactionFailure why the last compaction in the background failed; null if it did not. It is tried again
 */
public record StoreStatistics(String name, long entries, long liveBytes, long logBytes, long indexBytes, int snapshots,
        int readScopes, StoreOpening opening, @Nullable String compactionFailure) {

    /** How many times its live bytes the store takes on media; 1 if it has none. */
    public double spaceAmplification() {
        return liveBytes == 0 ? 1 : (double) logBytes / liveBytes;
    }
}
