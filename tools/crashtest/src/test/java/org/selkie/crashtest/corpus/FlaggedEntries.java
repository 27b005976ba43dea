// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

import java.util.List;
import java.util.stream.LongStream;
import org.selkie.crashtest.trace.PersistentRegion;

/** Entries that are deleted by a flag, and removed later. */
final class FlaggedEntries extends Structure {

    FlaggedEntries(Bug bug) {
        super(bug);
    }

    @Override
    void format(PersistentRegion region) {
        for (int i = 1; i <= 6; i++) {
            region.putLong(LINE * i, i);
        }
    }

    @Override
    void operate(PersistentRegion region, int number) {
        region.putLong(LINE * number + Long.BYTES, 1);
        if (!has(Bug.DELETION_NOT_FLUSHED)) {
            region.persist(LINE * number, LINE);
        }
    }

    @Override
    List<Long> recover(PersistentRegion region) {
        return LongStream.rangeClosed(1, 6).filter(i -> region.getLong(LINE * i + Long.BYTES) == 0)
                .map(i -> region.getLong(LINE * i)).boxed().toList();
    }
}
