// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench;

import java.io.IOException;
import java.lang.foreign.Arena;
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
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.extent.Extent;
import org.selkie.extent.ExtentOptions;
import org.selkie.log.Log;
import org.selkie.log.LogOptions;
import org.selkie.persist.Durability;

/**
 * A durable append, beside the same loop in C on the same medium, in one run. Both rewrite memory that was touched before:
 * C a ring, the log extents that it trims and recycles, so that roll-overs are part of its figure.
 *
 * <p>{@code touched}: whether the payload was written just before it is appended, as a real one is, or is at rest.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class AppendBenchmark {

    private static final int APPENDS = 512;
    private static final long RING_BYTES = 64L << 20;
    private static final long TRIM_BYTES = 32L << 20;

    /** The length of the payload. */
    @Param({"64", "256", "1024", "4096"})
    int payloadBytes;

    /** Whether the payload is written before each append. */
    @Param({"false", "true"})
    boolean touched;

    /** A directory on the medium; tmpfs stands in for persistent memory. */
    @Param("/dev/shm")
    String path;

    private Path directory;
    private Extent ring;
    private MemorySegment tail;
    private Pool pool;
    private Log single;
    private Log shared;
    private long trimmedSingle;
    private long trimmedShared;

    /** What each thread has for itself. */
    @State(Scope.Thread)
    public static class Writer {
        private LonelyArray lonely;
        private MemorySegment nativePayload;

        @Setup
        public void allocate(AppendBenchmark benchmark) {
            lonely = new LonelyArray(benchmark.payloadBytes);
            nativePayload = Arena.ofAuto().allocate(2L * benchmark.payloadBytes, 64).fill((byte) 42);
        }
    }

    @Setup
    public void open() throws IOException {
        directory = Files.createTempDirectory(Path.of(path), "selkie-bench");
        ExtentOptions options = ExtentOptions.ofLength(RING_BYTES + (1 << 20)).withRequiredDurability(Durability.PROCESS_CRASH);
        ring = Extent.create(directory.resolve("ring"), options);
        tail = Arena.ofAuto().allocate(256, 128);
        pool = Pool.open(directory.resolve("pool"),
                PoolOptions.defaults().withDurability(Durability.PROCESS_CRASH).withSpareExtents(4));
        single = pool.log("single", LogOptions.forSingleWriter());
        shared = pool.log("shared");
        // Every extent that the run will recycle is made now.
        for (Log log : new Log[] {shared}) {
            byte[] filler = new byte[1 << 20];
            for (int i = 0; i < 5 * RING_BYTES / filler.length; i++) {
                log.append(filler);
            }
            log.trim(log.persistedPosition());
        }
    }

    @TearDown
    public void close() throws IOException {
        pool.close();
        ring.close();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** The ceiling for one thread. */
    @Benchmark
    @Threads(1)
    @OperationsPerInvocation(APPENDS)
    public long c1(Writer writer) {
        return Ceiling.appendAlone(ring.address(), RING_BYTES, writer.nativePayload, payloadBytes, APPENDS, tail, touched);
    }

    /** The ceiling for two threads that share a tail. */
    @Benchmark
    @Threads(2)
    @OperationsPerInvocation(APPENDS)
    public long c2(Writer writer) {
        return Ceiling.appendShared(ring.address(), RING_BYTES, writer.nativePayload, payloadBytes, APPENDS, tail, touched);
    }

    /** A log opened for a single writer. */
    @Benchmark
    @Threads(1)
    @OperationsPerInvocation(APPENDS)
    public long selkieSingleWriter(Writer writer) {
        long position = append(single, writer.lonely);
        if (position - trimmedSingle > TRIM_BYTES) {
            trimmedSingle = position;
            single.trim(single.persistedPosition());
        }
        return position;
    }

    /** A log that any number of threads may write, written by one. */
    @Benchmark
    @Threads(1)
    @OperationsPerInvocation(APPENDS)
    public long selkieShared1(Writer writer) {
        long position = append(shared, writer.lonely);
        trimShared(position);
        return position;
    }

    /** One log, written by two threads. */
    @Benchmark
    @Threads(2)
    @OperationsPerInvocation(APPENDS)
    public long selkieShared2(Writer writer) {
        long position = append(shared, writer.lonely);
        trimShared(position);
        return position;
    }

    private long append(Log log, LonelyArray payload) {
        long position = 0;
        for (int i = 0; i < APPENDS; i++) {
            if (touched) {
                payload.touch();
            }
            position = log.append(payload.bytes());
        }
        return position;
    }

    private void trimShared(long position) {
        if (position - trimmedShared > TRIM_BYTES) {
            synchronized (this) {
                if (position - trimmedShared > TRIM_BYTES) {
                    trimmedShared = position;
                    shared.trim(shared.persistedPosition());
                }
            }
        }
    }
}
