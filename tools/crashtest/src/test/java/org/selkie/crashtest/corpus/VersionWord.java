// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

import org.selkie.crashtest.trace.PersistentRegion;

/** One word, replaced in place: atomic where it is aligned, and nowhere else. */
final class VersionWord extends Structure {

    VersionWord(Bug bug) {
        super(bug);
    }

    private long at() {
        return has(Bug.COMMIT_WORD_ACROSS_LINES) ? LINE - 4 : has(Bug.UNALIGNED_WORD) ? LINE + 4 : LINE;
    }

    @Override
    void operate(PersistentRegion region, int number) {
        region.putLong(at(), (long) number << 32 | number);
        region.persist(at(), Long.BYTES);
    }

    @Override
    Long recover(PersistentRegion region) {
        return region.getLong(at());
    }
}
