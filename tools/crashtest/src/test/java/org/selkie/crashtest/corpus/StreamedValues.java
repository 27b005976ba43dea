// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.selkie.crashtest.trace.PersistentRegion;

/** Lines that are copied past the caches: no flush, and nothing is in order before a fence. */
final class StreamedValues extends Structure {

    StreamedValues(Bug bug) {
        super(bug);
    }

    @Override
    void operate(PersistentRegion region, int number) {
        byte[] line = new byte[16];
        Arrays.fill(line, (byte) number);
        region.putNonTemporal(LINE * number, line);
        if (!has(Bug.NON_TEMPORAL_WITHOUT_FENCE)) {
            region.fence();
        }
        region.putLong(0, number);
        region.persist(0, Long.BYTES);
    }

    @Override
    List<Long> recover(PersistentRegion region) {
        return LongStream.rangeClosed(1, region.getLong(0))
                .flatMap(i -> LongStream.of(region.getLong(LINE * i), region.getLong(LINE * i + 8))).boxed().toList();
    }
}
