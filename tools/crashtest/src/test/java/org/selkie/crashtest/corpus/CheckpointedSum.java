// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

import org.selkie.crashtest.trace.PersistentRegion;

/**
 * A sum: what the checkpoint says, and the entries of a log that are newer. Every second operation ends with a checkpoint,
 * after which the log begins again.
 */
final class CheckpointedSum extends Structure {

    private static final long LOG = 3 * LINE;

    CheckpointedSum(Bug bug) {
        super(bug);
    }

    /** Two checkpoints in turn, each a sum and, stored last, up to which entry. */
    private static long checkpoint(long upTo) {
        return LINE * (1 + upTo / 2 % 2);
    }

    private static long newest(PersistentRegion region) {
        return region.getLong(LINE + 8) >= region.getLong(2 * LINE + 8) ? LINE : 2 * LINE;
    }

    @Override
    void operate(PersistentRegion region, int number) {
        long count = region.getLong(0);
        region.putLong(LOG + LINE * count, number * 10L);
        region.putLong(LOG + LINE * count + 8, number);
        region.persist(LOG + LINE * count, LINE);
        count(region, count + 1);
        if (number % 2 == 0) {
            long sum = recover(region);
            if (has(Bug.LOG_TRUNCATED_BEFORE_CHECKPOINT)) {
                count(region, 0);
            }
            region.putLong(checkpoint(number), sum);
            region.putLong(checkpoint(number) + 8, number);
            region.persist(checkpoint(number), LINE);
            count(region, 0);
        }
    }

    private static void count(PersistentRegion region, long entries) {
        region.putLong(0, entries);
        region.persist(0, Long.BYTES);
    }

    @Override
    Long recover(PersistentRegion region) {
        long from = newest(region);
        long sum = region.getLong(from);
        for (long i = 0; i < region.getLong(0); i++) {
            sum += region.getLong(LOG + LINE * i + 8) > region.getLong(from + 8) ? region.getLong(LOG + LINE * i) : 0;
        }
        return sum;
    }
}
