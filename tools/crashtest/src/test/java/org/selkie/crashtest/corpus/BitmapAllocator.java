// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

import java.util.ArrayList;
import java.util.List;
import org.selkie.crashtest.trace.PersistentRegion;

/**
 * A bit for each block, and owners that point to blocks. A block that has its bit and no owner leaks, and recovery takes it
 * back; one that has an owner and no bit would be given away again.
 */
final class BitmapAllocator extends Structure {

    private static final int OWNERS = 3;

    BitmapAllocator(Bug bug) {
        super(bug);
    }

    private static void set(PersistentRegion region, long at, long value) {
        region.putLong(at, value);
        region.persist(at, Long.BYTES);
    }

    /** Allocates for owners 1, 2 and 3, and frees what owner 2 has. */
    @Override
    void operate(PersistentRegion region, int number) {
        long bits = region.getLong(0);
        if (number == 4) {
            long owner = 2 * LINE;
            long without = bits & ~(1L << region.getLong(owner));
            if (has(Bug.BIT_CLEARED_BEFORE_POINTER)) {
                set(region, 0, without);
                set(region, owner, 0);
            } else {
                set(region, owner, 0);
                set(region, 0, without);
            }
            return;
        }
        long owner = LINE * number;
        long block = Long.numberOfTrailingZeros(~(bits | 1));
        if (has(Bug.BITMAP_AFTER_POINTER)) {
            set(region, owner, block);
            set(region, 0, bits | 1L << block);
        } else {
            set(region, 0, bits | 1L << block);
            set(region, owner, block);
        }
    }

    @Override
    List<Long> recover(PersistentRegion region) {
        long owned = 0;
        List<Long> owners = new ArrayList<>();
        for (int owner = 1; owner <= OWNERS; owner++) {
            long block = region.getLong(LINE * owner);
            owners.add(block);
            owned |= block == 0 ? 0 : 1L << block;
        }
        if ((owned & ~region.getLong(0)) != 0) {
            throw new IllegalStateException("blocks " + Long.toBinaryString(owned & ~region.getLong(0))
                    + " are owned and free: the next allocation gives them away again");
        }
        if (region.getLong(0) != owned) {
            set(region, 0, owned);
        }
        return owners;
    }
}
