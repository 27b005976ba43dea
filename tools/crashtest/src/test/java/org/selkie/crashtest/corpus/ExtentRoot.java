// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

import java.util.List;
import org.selkie.crashtest.trace.PersistentRegion;

/** An offset and a length that belong together: in one word, or in two that are stored one after the other. */
final class ExtentRoot extends Structure {

    ExtentRoot(Bug bug) {
        super(bug);
    }

    @Override
    void operate(PersistentRegion region, int number) {
        long offset = 4096L * number;
        long length = 100L + number;
        if (has(Bug.SIXTEEN_BYTE_COMMIT)) {
            region.putLong(0, offset);
            region.putLong(Long.BYTES, length);
        } else {
            region.putLong(0, offset << 32 | length);
        }
        region.persist(0, 2 * Long.BYTES);
    }

    @Override
    List<Long> recover(PersistentRegion region) {
        long word = region.getLong(0);
        return has(Bug.SIXTEEN_BYTE_COMMIT) ? List.of(word, region.getLong(Long.BYTES))
                : List.of(word >>> 32, word & 0xffff_ffffL);
    }
}
