// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

import java.util.List;
import java.util.stream.LongStream;
import org.selkie.crashtest.trace.PersistentRegion;

/** Values that come three at a time, all or none. */
final class Batches extends Structure {

    Batches(Bug bug) {
        super(bug);
    }

    @Override
    int operations() {
        return 3;
    }

    @Override
    void operate(PersistentRegion region, int number) {
        long count = region.getLong(0);
        for (int i = 1; i <= 3; i++) {
            region.putLong(LINE + 8 * (count + i), number * 10L + i);
            if (has(Bug.BATCH_COUNTED_PIECEMEAL)) {
                region.persist(LINE + 8 * (count + i), Long.BYTES);
                region.putLong(0, count + i);
                region.persist(0, Long.BYTES);
            }
        }
        region.persist(LINE + 8 * (count + 1), 3 * Long.BYTES);
        region.putLong(0, count + 3);
        region.persist(0, Long.BYTES);
    }

    @Override
    List<Long> recover(PersistentRegion region) {
        return LongStream.rangeClosed(1, region.getLong(0)).map(i -> region.getLong(LINE + 8 * i)).boxed().toList();
    }
}
