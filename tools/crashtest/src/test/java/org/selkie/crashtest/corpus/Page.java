// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

import java.util.List;
import java.util.stream.LongStream;
import org.selkie.crashtest.trace.PersistentRegion;

/** A page of 4 KiB whose sectors must agree: overwritten in place, or written elsewhere and selected. */
final class Page extends Structure {

    private static final int PAGE = 4096;
    private static final int SECTOR = 512;

    Page(Bug bug) {
        super(bug);
    }

    @Override
    long lengthBytes() {
        return 3 * PAGE;
    }

    @Override
    int operations() {
        return 3;
    }

    private long at(long selector) {
        return has(Bug.PAGE_ASSUMED_ATOMIC) ? PAGE : PAGE * (1 + selector % 2);
    }

    @Override
    void operate(PersistentRegion region, int number) {
        byte[] content = new byte[PAGE];
        for (int sector = 0; sector < PAGE; sector += SECTOR) {
            content[sector] = (byte) number;
        }
        region.put(at(number), content);
        region.persist(at(number), PAGE);
        if (!has(Bug.PAGE_ASSUMED_ATOMIC)) {
            region.putLong(0, number);
            region.persist(0, Long.BYTES);
        }
    }

    @Override
    List<Byte> recover(PersistentRegion region) {
        long at = at(region.getLong(0));
        return LongStream.range(0, PAGE / SECTOR).mapToObj(i -> region.getByte(at + i * SECTOR)).toList();
    }
}
