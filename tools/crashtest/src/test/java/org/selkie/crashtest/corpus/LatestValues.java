// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

import java.util.List;
import java.util.stream.LongStream;
import org.selkie.crashtest.trace.PersistentRegion;

/** A ring of the latest three values: one place more than is counted, so that what is overwritten does not count. */
final class LatestValues extends Structure {

    private static final int KEPT = 3;

    LatestValues(Bug bug) {
        super(bug);
    }

    private long at(long number) {
        return LINE * (1 + number % (has(Bug.NO_SPARE_SLOT) ? KEPT : KEPT + 1));
    }

    @Override
    int operations() {
        return 6;
    }

    @Override
    void operate(PersistentRegion region, int number) {
        region.putLong(at(number), number * 11L);
        region.persist(at(number), Long.BYTES);
        region.putLong(0, number);
        region.persist(0, Long.BYTES);
    }

    @Override
    List<Long> recover(PersistentRegion region) {
        long tail = region.getLong(0);
        return LongStream.rangeClosed(Math.max(1, tail - KEPT + 1), tail).map(i -> region.getLong(at(i))).boxed().toList();
    }
}
