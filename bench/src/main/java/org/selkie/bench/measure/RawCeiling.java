// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.measure;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.selkie.bench.Ceiling;
import org.selkie.bench.contender.Place;
import org.selkie.bench.contender.Ring;

/** What processor and medium can do at all, in C. */
public final class RawCeiling {

    private static final List<Integer> SIZES = List.of(64, 256, 1024, 4096);
    private static final int STREAMED_BYTES = 4096;
    private static final int LINE_BYTES = 64;
    private static final long APART_BYTES = 256;
    private static final int FIRST_OPERATIONS = 256;

    private RawCeiling() {
    }

    /**
     * One row.
     *
     * @param lengthBytes of an operation; 0 where it has none
     * @param nanos       of an operation, median of the rounds
     * @param lowNanos    first quartile
     * @param highNanos   third quartile
     * @param gigabytesASecond of all threads together; NaN where it has no length
     */
    public record Row(RawOperation operation, int lengthBytes, int threads, double nanos, double lowNanos, double highNanos,
            double gigabytesASecond) {
    }

    private static final class Loop {
        private final RawOperation operation;
        private final int lengthBytes;
        private final double[] nanos;
        private int operations = FIRST_OPERATIONS;

        Loop(RawOperation operation, int lengthBytes, int rounds) {
            this.operation = operation;
            this.lengthBytes = lengthBytes;
            this.nanos = new double[rounds];
        }
    }

    /** Every operation in every size, in turn, each thread on a ring of its own. */
    public static List<Row> measure(Place place, int threads, Budget budget) throws Exception {
        List<Loop> loops = new ArrayList<>();
        for (RawOperation operation : RawOperation.values()) {
            if (Ceiling.isSupported(operation.number())) {
                List<Integer> sizes = operation.bySize() ? SIZES : List.of(operation.isBandwidth() ? STREAMED_BYTES : LINE_BYTES);
                sizes.forEach(size -> loops.add(new Loop(operation, size, budget.rounds())));
            }
        }
        List<Ring> rings = new ArrayList<>();
        try (Crew crew = new Crew(threads)) {
            for (int i = 0; i < threads; i++) {
                // A device has room for the slices of several threads only if it is large; they share one, at other places.
                rings.add(place.device().isPresent() && i > 0 ? rings.getFirst()
                        : new Ring(place, place.directory().resolve("raw-" + i)));
            }
            race(crew, loops, rings, budget);
        } finally {
            for (Ring ring : rings.stream().distinct().toList()) {
                ring.close();
            }
        }
        return loops.stream().map(loop -> row(loop, threads)).toList();
    }

    private static void race(Crew crew, List<Loop> loops, List<Ring> rings, Budget budget) throws Exception {
        MemorySegment from = Arena.ofAuto().allocate(STREAMED_BYTES, APART_BYTES).fill((byte) 42);
        MemorySegment[] tails = IntStream.range(0, rings.size()).mapToObj(i -> Arena.ofAuto().allocate(APART_BYTES, APART_BYTES))
                .toArray(MemorySegment[]::new);
        int warmUps = 3;
        for (int round = -warmUps; round < budget.rounds(); round++) {
            for (Loop loop : loops) {
                Crew.Lap lap = crew.run(thread -> Ceiling.raw(loop.operation.number(), rings.get(thread).address(),
                        Ring.LENGTH_BYTES, from, loop.lengthBytes, loop.operations, tails[thread]));
                double nanos = lap.nanos() / (double) loop.operations;
                if (round >= 0) {
                    loop.nanos[round] = nanos;
                } else {
                    loop.operations = (int) Math.clamp(budget.roundNanos() / nanos, 1, 1 << 22);
                }
            }
        }
    }

    private static Row row(Loop loop, int threads) {
        double[] sorted = loop.nanos.clone();
        Arrays.sort(sorted);
        double median = Ratio.middle(sorted);
        boolean sized = loop.operation.bySize() || loop.operation.isBandwidth();
        return new Row(loop.operation, sized ? loop.lengthBytes : 0, threads, median, sorted[sorted.length / 4],
                sorted[sorted.length * 3 / 4], sized ? threads * loop.lengthBytes / median : Double.NaN);
    }
}
