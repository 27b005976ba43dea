// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

import java.util.ArrayList;
import java.util.List;
import org.selkie.crashtest.trace.PersistentRegion;

/** Entries of various lengths, one behind the other, up to a tail. */
final class TailLog extends Structure {

    private static final long START = LINE;

    TailLog(Bug bug) {
        super(bug);
    }

    @Override
    void operate(PersistentRegion region, int number) {
        long tail = region.getLong(0);
        long words = 2L + number;
        long at = START + tail;
        if (has(Bug.TAIL_BEFORE_ENTRY)) {
            tail(region, tail + 8 * (1 + words));
        }
        region.putLong(at, words);
        for (long word = 1; word <= words; word++) {
            region.putLong(at + 8 * word, number);
        }
        if (has(Bug.FLUSH_WITHOUT_HEADER)) {
            region.persist(at + 8, 8 * words);
        } else {
            region.persist(at, 8 * (1 + words));
        }
        tail(region, tail + 8 * (1 + words));
    }

    private static void tail(PersistentRegion region, long tail) {
        region.putLong(0, tail);
        region.persist(0, Long.BYTES);
    }

    @Override
    List<List<Long>> recover(PersistentRegion region) {
        List<List<Long>> entries = new ArrayList<>();
        long at = START;
        while (at < START + region.getLong(0)) {
            long words = region.getLong(at);
            if (words == 0) {
                throw new IllegalStateException("an entry without words at " + at);
            }
            List<Long> entry = new ArrayList<>();
            for (long word = 1; word <= words; word++) {
                entry.add(region.getLong(at + 8 * word));
            }
            entries.add(entry);
            at += 8 * (1 + words);
        }
        return entries;
    }
}
