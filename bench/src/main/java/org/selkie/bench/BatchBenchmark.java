// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.log.Batch;
import org.selkie.log.Claim;
import org.selkie.log.Log;
import org.selkie.persist.Durability;

/**
 * Batches and claims, an operation being a batch or a claim. Threads share one log: {@code -t 2}. On another medium:
 * {@code -p path=/mnt/pmem}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class BatchBenchmark {

    private static final long TRIM_BYTES = 64L << 20;

    /** The length of each payload. */
    @Param({"48", "256"})
    int payloadBytes;

    /** How many records stand under one fence. */
    @Param({"1", "8", "32"})
    int batch;

    /** A directory on the medium; tmpfs stands in for persistent memory. */
    @Param("/dev/shm")
    String path;

    private Path directory;
    private Pool pool;
    private Log log;

    /** What each thread has for itself. */
    @State(Scope.Thread)
    public static class Writer {
        private byte[] payload;
        private Batch records;

        @Setup
        public void allocate(BatchBenchmark benchmark) {
            payload = new LonelyArray(benchmark.payloadBytes).bytes();
            records = benchmark.log.batch();
        }

        @TearDown
        public void close() {
            records.close();
        }
    }

    @Setup
    public void open() throws IOException {
        directory = Files.createTempDirectory(Path.of(path), "selkie-bench");
        pool = Pool.open(directory.resolve("pool"),
                PoolOptions.defaults().withDurability(Durability.PROCESS_CRASH).withSpareExtents(4));
        log = pool.log("batches");
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

    /** A batch is filled and committed. */
    @Benchmark
    public long batch(Writer writer) {
        for (int i = 0; i < batch; i++) {
            writer.records.add(writer.payload);
        }
        return trimmed(writer.records.commit());
    }

    /** A claim is filled and committed; the parameter batch does not matter. */
    @Benchmark
    public long claim(Writer writer) {
        try (Claim claim = log.claim(payloadBytes)) {
            claim.segment().copyFrom(MemorySegment.ofArray(writer.payload));
            return trimmed(claim.commit());
        }
    }

    private long trimmed(long position) {
        if (position - log.startPosition() > TRIM_BYTES) {
            synchronized (this) {
                if (position - log.startPosition() > TRIM_BYTES) {
                    log.trim(log.persistedPosition());
                }
            }
        }
        return position;
    }
}
