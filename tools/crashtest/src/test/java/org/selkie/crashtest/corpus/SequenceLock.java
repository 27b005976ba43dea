// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

import java.util.List;
import org.selkie.crashtest.trace.PersistentRegion;

/** Data on two lines under a number that is odd while they change; what was there before is kept aside. */
final class SequenceLock extends Structure {

    private static final long DATA = LINE;
    private static final long BEFORE = 3 * LINE;

    SequenceLock(Bug bug) {
        super(bug);
    }

    private static void copy(PersistentRegion region, long from, long to) {
        region.putLong(to, region.getLong(from));
        region.putLong(to + LINE, region.getLong(from + LINE));
        region.persist(to, 2 * LINE);
    }

    @Override
    void operate(PersistentRegion region, int number) {
        long sequence = region.getLong(0);
        copy(region, DATA, BEFORE);
        region.putLong(0, sequence + 1);
        if (!has(Bug.ODD_NOT_DURABLE)) {
            region.persist(0, Long.BYTES);
        }
        region.putLong(DATA, number);
        region.putLong(DATA + LINE, number * 10L);
        if (has(Bug.EVEN_TOO_EARLY)) {
            region.putLong(0, sequence + 2);
            region.flush(0, Long.BYTES);
        }
        region.persist(DATA, 2 * LINE);
        region.putLong(0, sequence + 2);
        region.persist(0, Long.BYTES);
    }

    @Override
    List<Long> recover(PersistentRegion region) {
        long sequence = region.getLong(0);
        if (sequence % 2 == 1) {
            copy(region, BEFORE, DATA);
            region.putLong(0, sequence - 1);
            region.persist(0, Long.BYTES);
        }
        return List.of(region.getLong(DATA), region.getLong(DATA + LINE));
    }
}
