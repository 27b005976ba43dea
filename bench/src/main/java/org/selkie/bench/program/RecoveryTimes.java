// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.program;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.bench.contender.Place;
import org.selkie.bench.report.BenchReport.RecoveryTime;
import org.selkie.log.Batch;
import org.selkie.log.Log;

/** How long it takes to open a pool of so many records again. */
final class RecoveryTimes {

    private static final int RECORD_BYTES = 256;
    private static final int BATCH = 64;
    private static final int OPENINGS = 5;
    private static final long MEGABYTE = 1 << 20;

    private RecoveryTimes() {
    }

    static List<RecoveryTime> measure(Place place, List<Integer> megabytes) {
        List<RecoveryTime> times = new ArrayList<>();
        for (int size : megabytes) {
            times.add(measure(place, place.directory().resolve("recovery-" + size), size));
        }
        return times;
    }

    private static RecoveryTime measure(Place place, Path pool, int megabytes) {
        PoolOptions options = PoolOptions.defaults().withDurability(place.durability());
        byte[] payload = new byte[RECORD_BYTES];
        long records = megabytes * MEGABYTE / RECORD_BYTES;
        try (Pool filled = Pool.open(pool, options); Batch batch = filled.log("bench").batch()) {
            for (long i = 0; i < records; i++) {
                batch.add(payload);
                if (batch.size() == BATCH) {
                    batch.commit();
                }
            }
        }
        List<Long> nanos = new ArrayList<>();
        for (int i = 0; i < OPENINGS; i++) {
            try (Pool opened = Pool.open(pool, options)) {
                nanos.add(opened.recovery().nanos());
                if (opened.recovery().records() != records) {
                    throw new IllegalStateException("opening " + pool + " found " + opened.recovery().records()
                            + " records; expected "
                            + records);
                }
            }
        }
        try (Pool emptied = Pool.open(pool, options.withSpareExtents(0))) {
            Log log = emptied.log("bench");
            log.trim(log.persistedPosition());
        }
        nanos.sort(null);
        return new RecoveryTime(megabytes, records, nanos.get(OPENINGS / 2) / 1e6);
    }
}
