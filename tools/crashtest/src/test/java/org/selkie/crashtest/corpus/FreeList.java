// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

import java.util.ArrayList;
import java.util.List;
import org.selkie.crashtest.trace.PersistentRegion;

/** Blocks chained by their first words. The block that is being freed is noted, so that recovery can finish what began. */
final class FreeList extends Structure {

    private static final long HEAD = 0;
    private static final long INTENT = LINE;

    FreeList(Bug bug) {
        super(bug);
    }

    private static void set(PersistentRegion region, long at, long value) {
        region.putLong(at, value);
        region.persist(at, Long.BYTES);
    }

    private static long next(long block) {
        return LINE * (1 + block);
    }

    @Override
    void operate(PersistentRegion region, int number) {
        set(region, INTENT, number);
        push(region, number);
        set(region, INTENT, 0);
    }

    private static void push(PersistentRegion region, long block) {
        set(region, next(block), region.getLong(HEAD));
        set(region, HEAD, block);
    }

    @Override
    List<Long> recover(PersistentRegion region) {
        long intent = region.getLong(INTENT);
        if (intent != 0) {
            if (has(Bug.DOUBLE_FREE_AFTER_RECOVERY) || region.getLong(HEAD) != intent) {
                push(region, intent);
            }
            set(region, INTENT, 0);
        }
        List<Long> free = new ArrayList<>();
        for (long block = region.getLong(HEAD); block != 0; block = region.getLong(next(block))) {
            if (free.contains(block)) {
                throw new IllegalStateException("block " + block + " is free twice, after " + free);
            }
            free.add(block);
        }
        return free;
    }
}
