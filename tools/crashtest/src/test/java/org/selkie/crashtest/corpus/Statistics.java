// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

import java.util.List;
import org.selkie.crashtest.trace.PersistentRegion;

/** A count and a sum that belong together: two copies and a word that selects one, or updated in place. */
final class Statistics extends Structure {

    Statistics(Bug bug) {
        super(bug);
    }

    private long active(PersistentRegion region) {
        return has(Bug.TORN_COUNTERS) ? LINE : LINE * (1 + region.getLong(0) % 2);
    }

    @Override
    void operate(PersistentRegion region, int number) {
        List<Long> now = recover(region);
        long version = region.getLong(0);
        long to = has(Bug.TORN_COUNTERS) ? LINE : LINE * (1 + (version + 1) % 2);
        region.putLong(to, now.getFirst() + 1);
        region.putLong(to + Long.BYTES, now.getLast() + number * 10L);
        region.persist(to, 2 * Long.BYTES);
        region.putLong(0, version + 1);
        region.persist(0, Long.BYTES);
    }

    @Override
    List<Long> recover(PersistentRegion region) {
        long from = active(region);
        return List.of(region.getLong(from), region.getLong(from + Long.BYTES));
    }
}
