// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli.demo;

import java.util.Arrays;

/** What one round's threads were told to be durable: for each thread the positions of its records, in their order. */
final class Acknowledgements {
    private static final int FIRST_ROOM = 1 << 12;

    private final long[][] positions;
    private final int[] counts;
    private volatile long total;
    private volatile long highestPosition;

    Acknowledgements(int threads) {
        positions = new long[threads][FIRST_ROOM];
        counts = new int[threads];
    }

    /**
     * Takes in a report. For one thread.
     *
     * @throws IllegalStateException if it is not the next one of its thread
     */
    void add(Report.Acknowledged report) {
        int thread = report.thread();
        if (thread < 0 || thread >= counts.length || report.firstSequence() != counts[thread]) {
            throw new IllegalStateException("thread " + thread + " reports record " + report.firstSequence()
                + ", expected " + (thread < 0 || thread >= counts.length ? "a known thread" : counts[thread]));
        }
        int count = report.positions().remaining();
        while (positions[thread].length < counts[thread] + count) {
            positions[thread] = Arrays.copyOf(positions[thread], 2 * positions[thread].length);
        }
        report.positions().duplicate().get(positions[thread], counts[thread], count);
        counts[thread] += count;
        if (count > 0) {
            highestPosition = Math.max(highestPosition, positions[thread][counts[thread] - 1]);
        }
        total = Arrays.stream(counts).asLongStream().sum();
    }

    int threads() {
        return counts.length;
    }

    /** Of all threads; for any thread. */
    long total() {
        return total;
    }

    /** For any thread. */
    long highestPosition() {
        return highestPosition;
    }

    /** How many of a thread's records were acknowledged: the first ones. */
    int count(int thread) {
        return counts[thread];
    }

    long position(int thread, int sequence) {
        return positions[thread][sequence];
    }
}
