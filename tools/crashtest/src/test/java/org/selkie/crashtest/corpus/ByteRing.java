// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

import java.util.Arrays;
import java.util.List;
import org.selkie.crashtest.trace.PersistentRegion;

/** Records of 96 bytes in a ring of 256: one that reaches the end goes on at the beginning. */
final class ByteRing extends Structure {

    private static final int RING = 256;
    private static final int RECORD = 96;

    ByteRing(Bug bug) {
        super(bug);
    }

    private static int start(long number) {
        return (int) (number * RECORD % RING);
    }

    @Override
    void operate(PersistentRegion region, int number) {
        byte[] record = new byte[RECORD];
        Arrays.fill(record, (byte) number);
        int start = start(number);
        int first = Math.min(RECORD, RING - start);
        region.put(LINE + start, Arrays.copyOf(record, first));
        region.flush(LINE + start, first);
        if (first < RECORD) {
            region.put(LINE, Arrays.copyOf(record, RECORD - first));
            if (!has(Bug.FLUSH_STOPS_AT_WRAP)) {
                region.flush(LINE, RECORD - first);
            }
        }
        region.fence();
        region.putLong(0, number);
        region.persist(0, Long.BYTES);
    }

    @Override
    List<Byte> recover(PersistentRegion region) {
        int start = start(region.getLong(0));
        Byte[] record = new Byte[RECORD];
        for (int i = 0; i < RECORD; i++) {
            record[i] = region.getByte(LINE + (start + i) % RING);
        }
        return List.of(record);
    }
}
