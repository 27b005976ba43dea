// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

import java.util.List;
import java.util.stream.LongStream;
import org.selkie.crashtest.trace.PersistentRegion;

/** Keys in order, inserted in front: into another copy that is then selected, or by moving the others up. */
final class SortedArray extends Structure {

    SortedArray(Bug bug) {
        super(bug);
    }

    private static long copy(long selector) {
        return LINE * (1 + selector % 2);
    }

    @Override
    void operate(PersistentRegion region, int number) {
        long selector = region.getLong(0);
        boolean inPlace = has(Bug.SHIFT_IN_PLACE);
        long from = copy(selector);
        long to = copy(inPlace ? selector : selector + 1);
        long count = region.getLong(from);
        for (long i = count; i > 0; i--) {
            region.putLong(to + 8 * (i + 1), region.getLong(from + 8 * i));
        }
        region.putLong(to + 8, 100 - number);
        region.putLong(to, count + 1);
        region.persist(to, LINE);
        if (!inPlace) {
            region.putLong(0, selector + 1);
            region.persist(0, Long.BYTES);
        }
    }

    @Override
    List<Long> recover(PersistentRegion region) {
        long from = copy(region.getLong(0));
        return LongStream.rangeClosed(1, region.getLong(from)).map(i -> region.getLong(from + 8 * i)).boxed().toList();
    }
}
