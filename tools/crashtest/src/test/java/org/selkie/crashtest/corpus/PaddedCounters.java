// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

import java.util.List;
import org.selkie.crashtest.trace.PersistentRegion;

/** Counters that are padded to a line each, against false sharing. */
final class PaddedCounters extends Structure {

    PaddedCounters(Bug bug) {
        super(bug);
    }

    @Override
    void operate(PersistentRegion region, int number) {
        int counter = number % 3;
        region.putLong(LINE * counter, number);
        region.persist((has(Bug.PADDING_FORGOTTEN) ? Long.BYTES : LINE) * counter, Long.BYTES);
    }

    @Override
    List<Long> recover(PersistentRegion region) {
        return List.of(region.getLong(0), region.getLong(LINE), region.getLong(2 * LINE));
    }
}
