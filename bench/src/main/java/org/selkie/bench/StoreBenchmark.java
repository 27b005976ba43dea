// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.kv.KvStore;
import org.selkie.persist.Durability;

/**
 * The store's calls alone, on keys that are drawn evenly: for profilers. How they compare with C and with other stores,
 * {@code selkie bench} says. {@code -p keys=4000} stays in a processor's caches, and shows what the instructions take.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class StoreBenchmark {

    private static final int KEY_BYTES = 16;
    private static final int DRAWN = 1 << 16;
    private static final int GROUP = 16;

    /** How many keys the store has. */
    @Param({"4000", "1000000"})
    int keys;

    /** The length of a value. */
    @Param({"100", "1024"})
    int valueBytes;

    /** A directory on the medium; tmpfs stands in for persistent memory. */
    @Param("/dev/shm")
    String path;

    private Path directory;
    private Pool pool;
    private KvStore store;

    @Setup
    public void open() throws IOException {
        directory = Files.createTempDirectory(Path.of(path), "selkie-bench");
        pool = Pool.open(directory.resolve("pool"), PoolOptions.defaults().withDurability(Durability.PROCESS_CRASH));
        store = pool.store("bench");
        byte[] value = new byte[valueBytes];
        for (int key = 0; key < keys; key++) {
            store.put(keyOf(key), value);
        }
    }

    @TearDown
    public void close() throws IOException {
        pool.close();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static byte[] keyOf(long number) {
        return ByteBuffer.allocate(KEY_BYTES).putLong(KEY_BYTES - Long.BYTES, number).array();
    }

    /** The keys that a thread asks for, and where values go. */
    @State(Scope.Thread)
    public static class Asker {
        private byte[][] drawn;
        private byte[][][] groups;
        private byte[] value;
        private byte[][] values;
        private int[] lengths;
        private int next;

        @Setup
        public void draw(StoreBenchmark benchmark) {
            SplittableRandom random = new SplittableRandom(Thread.currentThread().threadId());
            drawn = new byte[DRAWN][];
            groups = new byte[DRAWN / GROUP][GROUP][];
            for (int i = 0; i < DRAWN; i++) {
                drawn[i] = keyOf(random.nextInt(benchmark.keys));
                groups[i / GROUP][i % GROUP] = drawn[i];
            }
            value = new byte[benchmark.valueBytes];
            values = new byte[GROUP][benchmark.valueBytes];
            lengths = new int[GROUP];
        }

        private byte[] key() {
            return drawn[next++ & DRAWN - 1];
        }

        private byte[][] group() {
            return groups[next++ & DRAWN / GROUP - 1];
        }
    }

    @Benchmark
    public int get(Asker asker) {
        return store.get(asker.key(), asker.value, 0);
    }

    /** Sixteen keys with a call; the time is one key's. */
    @Benchmark
    @OperationsPerInvocation(GROUP)
    public int[] getAll(Asker asker) {
        store.getAll(asker.group(), asker.values, asker.lengths);
        return asker.lengths;
    }

    /** Over a value that is there: compaction goes on beside it. */
    @Benchmark
    public long put(Asker asker) {
        return store.put(asker.key(), asker.value);
    }

    /** A value that is there is deleted and put again. */
    @Benchmark
    public long deleteAndPut(Asker asker) {
        byte[] key = asker.key();
        store.delete(key);
        return store.put(key, asker.value);
    }
}
