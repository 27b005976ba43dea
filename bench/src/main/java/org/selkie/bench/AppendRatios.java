// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.extent.Extent;
import org.selkie.extent.ExtentOptions;
import org.selkie.log.Log;
import org.selkie.log.LogOptions;
import org.selkie.persist.Durability;

/**
 * The ratio of an append to the same loop in C, measured so that a noisy machine cannot turn it: rounds of about a
 * millisecond in turn (C, single writer, shared, two threads, C again ...), the ratio taken within a turn, the median of all
 * turns printed with its quartiles. Run it with
 * {@code java -cp bench/target/benchmarks.jar org.selkie.bench.AppendRatios [directory [turns [payload ...]]]}.
 */
public final class AppendRatios {

    /** What the C loop goes round in, and as much as each log does: four extents, recycled in turn. */
    private static final long RING_BYTES = 128L << 20;
    private static final long EXTENT_BYTES = RING_BYTES / 4;
    private static final long TRIM_BYTES = EXTENT_BYTES;
    private static final List<Integer> PAYLOADS = List.of(64, 256, 1024, 4096);
    private static final long ROUND_NANOS = 1_000_000;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Extent ring;
    private final Extent othersRing;
    private final Log single;
    private final Log shared;
    private final ExecutorService second = Executors.newSingleThreadExecutor();
    private final MemorySegment tail = Arena.global().allocate(128, 128);
    private final MemorySegment othersTail = Arena.global().allocate(128, 128);
    private final MemorySegment sharedTail = Arena.global().allocate(128, 128);
    private long trimmedSingle;
    private long trimmedShared;

    private AppendRatios(Extent ring, Extent othersRing, Pool pool) {
        this.ring = ring;
        this.othersRing = othersRing;
        this.single = pool.log("single", LogOptions.forSingleWriter());
        this.shared = pool.log("shared");
    }

    /** Prints a table. */
    public static void main(String[] args) throws Exception {
        Path directory = Files.createTempDirectory(Path.of(args.length > 0 ? args[0] : "/dev/shm"), "selkie-ratios");
        int turns = args.length > 1 ? Integer.parseInt(args[1]) : 1000;
        List<Integer> payloads = args.length > 2 ? Arrays.stream(args).skip(2).map(Integer::valueOf).toList() : PAYLOADS;
        ExtentOptions options = ExtentOptions.ofLength(RING_BYTES + (1 << 20)).withRequiredDurability(Durability.PROCESS_CRASH);
        try (Extent ring = Extent.create(directory.resolve("ring"), options);
                Extent othersRing = Extent.create(directory.resolve("others-ring"), options);
                Pool pool = Pool.open(directory.resolve("pool"),
                        PoolOptions.defaults().withDurability(Durability.PROCESS_CRASH)
                                .withExtentBytes(EXTENT_BYTES).withSpareExtents(4))) {
            System.out.println("medium: " + pool.report().description() + "; ns an append, median of " + turns
                    + " turns; ratios to C within a turn: median [quartiles]");
            System.out.printf("%-8s %-8s %8s | %-26s %-5s | %-26s | %-26s | %-26s | %-26s%n", "payload", "", "C ns",
                    "single writer / C", "B/op", "shared, one thread / C", "two threads: speed-up", "two threads in C: speed-up",
                    "in C, nothing shared");
            AppendRatios ratios = new AppendRatios(ring, othersRing, pool);
            for (boolean touched : new boolean[] {false, true}) {
                for (int payload : payloads) {
                    ratios.measure(payload, touched, turns);
                }
            }
            ratios.second.shutdown();
        } finally {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private void measure(int payloadBytes, boolean touched, int turns) throws Exception {
        MemorySegment inC = Arena.ofAuto().allocate(2L * payloadBytes, 64).fill((byte) 42);
        MemorySegment inC2 = Arena.ofAuto().allocate(2L * payloadBytes, 64).fill((byte) 42);
        LonelyArray mine = new LonelyArray(payloadBytes);
        LonelyArray others = new LonelyArray(payloadBytes);
        int appends = 256;
        Map<String, Callable<Long>> contenders = new LinkedHashMap<>();
        int[] n = {appends};
        contenders.put("c", () -> Ceiling.appendAlone(ring.address(), RING_BYTES, inC, payloadBytes, n[0], tail, touched));
        contenders.put("c2", () -> {
            Future<Long> other = second.submit(() -> Ceiling.appendShared(ring.address(), RING_BYTES, inC, payloadBytes, n[0],
                    sharedTail, touched));
            Ceiling.appendShared(ring.address(), RING_BYTES, inC2, payloadBytes, n[0], sharedTail, touched);
            return other.get();
        });
        long[] allocated = {0, 0};
        contenders.put("apart", () -> {
            Future<Long> other = second.submit(() -> Ceiling.appendAlone(othersRing.address(), RING_BYTES, inC, payloadBytes,
                    n[0], othersTail, touched));
            Ceiling.appendAlone(ring.address(), RING_BYTES, inC2, payloadBytes, n[0], tail, touched);
            return other.get();
        });
        contenders.put("single", () -> {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            long position = append(single, mine, n[0], touched);
            allocated[0] += THREADS.getCurrentThreadAllocatedBytes() - before;
            allocated[1] += n[0];
            return position;
        });
        contenders.put("shared", () -> append(shared, mine, n[0], touched));
        contenders.put("two", () -> {
            Future<Long> other = second.submit(() -> append(shared, others, n[0], touched));
            append(shared, mine, n[0], touched);
            return other.get();
        });
        Map<String, List<Double>> nanos = new LinkedHashMap<>();
        contenders.keySet().forEach(name -> nanos.put(name, new ArrayList<>()));
        int warmUp = turns / 4 + 100;
        for (int turn = -warmUp; turn < turns; turn++) {
            if (turn == 0) {
                n[0] = (int) Math.clamp(ROUND_NANOS / median(nanos.get("c")), 64, 20_000);
                nanos.values().forEach(List::clear);
                Arrays.fill(allocated, 0);
            }
            for (Map.Entry<String, Callable<Long>> contender : contenders.entrySet()) {
                long began = System.nanoTime();
                contender.getValue().call();
                nanos.get(contender.getKey()).add((System.nanoTime() - began) / (double) n[0]);
            }
            trim();
        }
        System.out.printf(Locale.ROOT, "%-8d %-8s %8.1f | %-26s %-5.2f | %-26s | %-26s | %-26s | %-26s%n", payloadBytes,
                touched ? "touched" : "at rest", median(nanos.get("c")), ratio(nanos, "single", "c", 1),
                (double) allocated[0] / allocated[1], ratio(nanos, "shared", "c", 1), ratio(nanos, "shared", "two", 2),
                ratio(nanos, "c", "c2", 2), ratio(nanos, "c", "apart", 2));
    }

    private void trim() {
        if (single.persistedPosition() - trimmedSingle > TRIM_BYTES) {
            trimmedSingle = single.persistedPosition();
            single.trim(trimmedSingle);
        }
        if (shared.persistedPosition() - trimmedShared > TRIM_BYTES) {
            trimmedShared = shared.persistedPosition();
            shared.trim(trimmedShared);
        }
    }

    private static long append(Log log, LonelyArray payload, int appends, boolean touched) {
        long position = 0;
        for (int i = 0; i < appends; i++) {
            if (touched) {
                payload.touch();
            }
            position = log.append(payload.bytes());
        }
        return position;
    }

    private static String ratio(Map<String, List<Double>> nanos, String of, String to, double factor) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < nanos.get(of).size(); i++) {
            ratios.add(factor * nanos.get(of).get(i) / nanos.get(to).get(i));
        }
        ratios.sort(Comparator.naturalOrder());
        double shown = median(nanos.get(factor == 1 ? of : to));
        return String.format(Locale.ROOT, "%6.1f ns  %.3f [%.2f %.2f]", shown, median(ratios), ratios.get(ratios.size() / 4),
                ratios.get(ratios.size() * 3 / 4));
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElse(Double.NaN);
    }
}
