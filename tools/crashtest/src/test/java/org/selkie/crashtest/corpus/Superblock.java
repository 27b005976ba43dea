// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

import java.util.List;
import org.selkie.crashtest.trace.PersistentRegion;

/** Made once: what it says counts from the moment that its magic is there. */
final class Superblock extends Structure {

    private static final long MAGIC = 0x53454c4b49455342L;

    Superblock(Bug bug) {
        super(bug);
    }

    @Override
    int operations() {
        return 1;
    }

    @Override
    void operate(PersistentRegion region, int number) {
        if (has(Bug.MAGIC_BEFORE_CONTENT)) {
            region.putLong(0, MAGIC);
        }
        region.putLong(LINE, 4096);
        region.putLong(2 * LINE, 16);
        region.persist(0, 3 * LINE);
        region.putLong(0, MAGIC);
        region.persist(0, Long.BYTES);
    }

    @Override
    List<Long> recover(PersistentRegion region) {
        return region.getLong(0) == MAGIC ? List.of(region.getLong(LINE), region.getLong(2 * LINE)) : List.of();
    }
}
