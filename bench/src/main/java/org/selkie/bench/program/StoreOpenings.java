// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.program;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.bench.contender.Place;
import org.selkie.bench.kv.KvContender;
import org.selkie.bench.report.BenchReport.StoreOpening;
import org.selkie.kv.KvStore;
import org.selkie.kv.StoreOptions;
import org.selkie.kv.StoreStatistics;

/** How long a store of so many keys takes to open again, and what its index takes. */
final class StoreOpenings {

    private static final int VALUE_BYTES = 100;
    private static final int OPENINGS = 5;

    private StoreOpenings() {
    }

    static List<StoreOpening> measure(Place place, List<Long> numbers) throws IOException {
        List<StoreOpening> times = new ArrayList<>();
        for (long keys : numbers) {
            Path pool = place.directory().resolve("opening-" + keys);
            times.add(measure(place, pool, keys));
            BenchProgram.remove(pool);
        }
        return times;
    }

    private static StoreOpening measure(Place place, Path path, long keys) throws IOException {
        PoolOptions options = PoolOptions.defaults().withDurability(place.durability());
        try (Pool filled = Pool.open(path, options)) {
            fill(filled.store("bench"), keys);
        }
        double inFiles = RecoveryTimes.occupiedBytes(path) / (double) (keys * (KvContender.KEY_BYTES + VALUE_BYTES));
        List<Long> together = new ArrayList<>();
        List<Long> ofPool = new ArrayList<>();
        double indexBytes = 0;
        for (int i = 0; i < OPENINGS; i++) {
            long began = System.nanoTime();
            try (Pool pool = Pool.open(path, options)) {
                long recovered = System.nanoTime();
                KvStore store = pool.store("bench", StoreOptions.defaults().withoutBackground());
                together.add(System.nanoTime() - began);
                ofPool.add(recovered - began);
                StoreStatistics statistics = store.statistics();
                if (statistics.entries() != keys) {
                    throw new IllegalStateException("opening " + path + " found " + statistics.entries() + " entries; expected "
                            + keys);
                }
                indexBytes = statistics.indexBytes() / (double) keys;
            }
        }
        together.sort(null);
        ofPool.sort(null);
        return new StoreOpening(keys, VALUE_BYTES, together.get(OPENINGS / 2) / 1e6, ofPool.get(OPENINGS / 2) / 1e6, indexBytes,
                inFiles);
    }

    private static void fill(KvStore store, long keys) {
        byte[] key = new byte[KvContender.KEY_BYTES];
        byte[] value = new byte[VALUE_BYTES];
        for (long number = 0; number < keys; number++) {
            KvContender.encode(number, key);
            store.put(key, value);
        }
    }
}
