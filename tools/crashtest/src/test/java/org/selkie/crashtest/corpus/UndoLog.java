// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

import java.util.List;
import org.selkie.crashtest.trace.PersistentRegion;

/** Two accounts on two lines; a transfer notes what was there before. */
final class UndoLog extends Structure {

    private static final long FIRST = 0;
    private static final long SECOND = LINE;
    private static final long VALID = 2 * LINE;
    private static final long OLD = 3 * LINE;

    UndoLog(Bug bug) {
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
        if (has(Bug.UNDO_FLAG_BEFORE_CONTENT)) {
            set(region, VALID, 1);
        }
        long first = region.getLong(FIRST);
        long second = region.getLong(SECOND);
        region.putLong(OLD, first);
        region.putLong(OLD + Long.BYTES, second);
        if (has(Bug.UNDO_NOT_DURABLE)) {
            region.putLong(VALID, 1);
        } else {
            region.persist(OLD, 2 * Long.BYTES);
            set(region, VALID, 1);
        }
        region.putLong(FIRST, first - number);
        region.putLong(SECOND, second + number);
        if (has(Bug.UNDO_TRUNCATED_EARLY)) {
            set(region, VALID, 0);
        }
        region.persist(FIRST, 2 * LINE);
        set(region, VALID, 0);
    }

    @Override
    List<Long> recover(PersistentRegion region) {
        if (region.getLong(VALID) == 1) {
            region.putLong(FIRST, region.getLong(OLD));
            region.putLong(SECOND, region.getLong(OLD + Long.BYTES));
            region.persist(FIRST, 2 * LINE);
            set(region, VALID, 0);
        }
        return List.of(region.getLong(FIRST), region.getLong(SECOND));
    }
}
