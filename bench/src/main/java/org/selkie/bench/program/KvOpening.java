// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.program;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.bench.contender.Emulation;
import org.selkie.bench.contender.Place;
import org.selkie.bench.kv.KvContender;
import org.selkie.kv.KvStore;
import org.selkie.kv.StoreOptions;
import org.selkie.kv.StoreStatistics;

/**
 * How long a store takes to open, and what its index takes on the heap:
 * {@code java -cp bench/target/benchmarks.jar org.selkie.bench.program.KvOpening PATH [keys] [value bytes] [times]}.
 */
public final class KvOpening {

    private KvOpening() {
    }

    /** Prints a row for each opening. */
    public static void main(String[] args) throws Exception {
        Path path = Path.of(args[0]);
        long keys = args.length > 1 ? Long.parseLong(args[1]) : 1_000_000;
        int valueBytes = args.length > 2 ? Integer.parseInt(args[2]) : 100;
        int times = args.length > 3 ? Integer.parseInt(args[3]) : 5;
        Path scratch = Files.createTempDirectory(path, "selkie-kv");
        Thread atExit = new Thread(() -> BenchProgram.remove(scratch));
        Runtime.getRuntime().addShutdownHook(atExit);
        try {
            Place place = BenchProgram.place(path, Optional.empty(), scratch, Emulation.NONE);
            PoolOptions options = PoolOptions.defaults().withDurability(place.durability());
            Path pool = scratch.resolve("pool");
            fill(pool, options, keys, valueBytes);
            StoreOptions still = StoreOptions.defaults().withoutBackground();
            for (int i = 0; i < times; i++) {
                for (StoreOptions store : List.of(still, still.withOrder())) {
                    open("by its index", pool, options, store, keys);
                    open("by its index, trusted", pool, options.trustingCleanClose(), store, keys);
                    try (Pool writing = Pool.open(pool, options)) {
                        // Whoever opens it beside a writer has no index to go by, as after a crash.
                        writing.store("bench", still);
                        open("by a scan", pool, options.forReading(), store, keys);
                    }
                }
            }
        } finally {
            BenchProgram.remove(scratch);
        }
    }

    private static void fill(Path pool, PoolOptions options, long keys, int valueBytes) {
        try (Pool opened = Pool.open(pool, options)) {
            KvStore store = opened.store("bench");
            byte[] key = new byte[KvContender.KEY_BYTES];
            byte[] value = new byte[valueBytes];
            for (long number = 0; number < keys; number++) {
                KvContender.encode(number, key);
                store.put(key, value);
            }
        }
    }

    private static long usedHeapBytes() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static void open(String how, Path path, PoolOptions options, StoreOptions storeOptions, long keys) {
        long began = System.nanoTime();
        try (Pool pool = Pool.open(path, options)) {
            long recovered = System.nanoTime();
            long heapBefore = usedHeapBytes();
            long beganStore = System.nanoTime();
            KvStore store = pool.store("bench", storeOptions);
            long opened = System.nanoTime();
            long heap = usedHeapBytes() - heapBefore;
            StoreStatistics statistics = store.statistics();
            System.out.printf(Locale.ROOT, "%s, %s%s: recovery %.1f ms, store %.1f ms: %.1f M keys/s with %d processor(s);"
                            + " index %.1f B a key, the heap grew by %.1f B a key%n", statistics.opening(), how,
                    storeOptions.ordered() ? ", ordered" : "", (recovered - began) / 1e6,
                    (opened - beganStore) / 1e6, keys / ((opened - beganStore) / 1e3), Runtime.getRuntime().availableProcessors(),
                    (double) statistics.indexBytes() / keys, (double) heap / keys);
        }
    }
}
