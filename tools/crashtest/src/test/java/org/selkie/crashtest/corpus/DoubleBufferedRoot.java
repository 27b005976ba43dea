// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

import java.util.List;
import org.selkie.crashtest.trace.PersistentRegion;

/** A root of two lines in two buffers, and a word that says which one counts. */
final class DoubleBufferedRoot extends Structure {

    DoubleBufferedRoot(Bug bug) {
        super(bug);
    }

    private static long buffer(long selector) {
        return LINE * (1 + 2 * (selector % 2));
    }

    @Override
    void operate(PersistentRegion region, int number) {
        long selector = region.getLong(0);
        long to = buffer(has(Bug.ACTIVE_BUFFER_OVERWRITTEN) ? selector : selector + 1);
        region.putLong(to, number);
        region.putLong(to + LINE, number);
        if (has(Bug.SELECTOR_TOO_EARLY)) {
            region.putLong(0, selector + 1);
            region.persist(0, Long.BYTES);
        }
        region.persist(to, 2 * LINE);
        if (!has(Bug.ACTIVE_BUFFER_OVERWRITTEN)) {
            region.putLong(0, selector + 1);
            region.persist(0, Long.BYTES);
        }
    }

    @Override
    List<Long> recover(PersistentRegion region) {
        long from = buffer(region.getLong(0));
        return List.of(region.getLong(from), region.getLong(from + LINE));
    }
}
