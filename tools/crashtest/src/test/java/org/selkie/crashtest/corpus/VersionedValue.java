// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

import java.util.List;
import org.selkie.crashtest.trace.PersistentRegion;

/** Two places in turn, each with a version: the higher one counts. */
final class VersionedValue extends Structure {

    VersionedValue(Bug bug) {
        super(bug);
    }

    private static long place(long version) {
        return 2 * LINE * (version % 2);
    }

    @Override
    void operate(PersistentRegion region, int number) {
        long at = place(number);
        if (has(Bug.VERSION_BEFORE_VALUE)) {
            region.putLong(at, number);
        }
        region.putLong(at + 8, number * 3L);
        region.putLong(at + LINE, number * 5L);
        region.persist(at, 2 * LINE);
        region.putLong(at, number);
        region.persist(at, Long.BYTES);
    }

    @Override
    List<Long> recover(PersistentRegion region) {
        long at = place(region.getLong(place(0)) >= region.getLong(place(1)) ? 0 : 1);
        return List.of(region.getLong(at + 8), region.getLong(at + LINE));
    }
}
