// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

import java.util.List;
import org.selkie.crashtest.trace.PersistentRegion;

/** Two accounts on two lines; a transfer notes what will be there, commits, and then applies the note. */
final class RedoLog extends Structure {

    private static final long FIRST = 0;
    private static final long SECOND = LINE;
    private static final long COMMITTED = 2 * LINE;
    private static final long NOTE = 3 * LINE;

    RedoLog(Bug bug) {
        super(bug);
    }

    @Override
    int operations() {
        return 3;
    }

    @Override
    void format(PersistentRegion region) {
        region.putLong(FIRST, 100);
        region.putLong(SECOND, 200);
    }

    private static void set(PersistentRegion region, long at, long value) {
        region.putLong(at, value);
        region.persist(at, Long.BYTES);
    }

    @Override
    void operate(PersistentRegion region, int number) {
        boolean deltas = has(Bug.REDO_OF_DELTAS);
        region.putLong(NOTE, (deltas ? 0 : region.getLong(FIRST)) - number);
        region.putLong(NOTE + Long.BYTES, (deltas ? 0 : region.getLong(SECOND)) + number);
        region.persist(NOTE, 2 * Long.BYTES);
        region.putLong(COMMITTED, 1);
        if (!has(Bug.REDO_APPLIED_BEFORE_COMMIT)) {
            region.persist(COMMITTED, Long.BYTES);
        }
        apply(region);
        if (has(Bug.REDO_DISCARDED_EARLY)) {
            set(region, COMMITTED, 0);
        }
        region.persist(FIRST, 2 * LINE);
        set(region, COMMITTED, 0);
    }

    private void apply(PersistentRegion region) {
        boolean deltas = has(Bug.REDO_OF_DELTAS);
        region.putLong(FIRST, (deltas ? region.getLong(FIRST) : 0) + region.getLong(NOTE));
        region.putLong(SECOND, (deltas ? region.getLong(SECOND) : 0) + region.getLong(NOTE + Long.BYTES));
    }

    @Override
    List<Long> recover(PersistentRegion region) {
        if (region.getLong(COMMITTED) == 1) {
            apply(region);
            if (has(Bug.RECOVERY_CLEARS_LOG_EARLY)) {
                set(region, COMMITTED, 0);
            }
            region.persist(FIRST, 2 * LINE);
            set(region, COMMITTED, 0);
        }
        return List.of(region.getLong(FIRST), region.getLong(SECOND));
    }
}
