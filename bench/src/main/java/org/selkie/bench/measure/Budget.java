// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.measure;

/**
 * How long a contest goes on.
 *
 * @param rounds     of each contender that are counted
 * @param roundNanos that a round is to take
 * @param warmUps    rounds before them
 * @param warmUpNanos that a contender runs before its first round ever, so that what the JVM compiles late is compiled
 * @param latencies  single operations that are timed by each thread
 */
public record Budget(int rounds, long roundNanos, int warmUps, long warmUpNanos, int latencies) {

    /** For a run that somebody waits for. */
    public static Budget quick() {
        return new Budget(101, 1_000_000, 60, 600_000_000, 10_000);
    }

    /** For figures that are published. */
    public static Budget full() {
        return new Budget(501, 1_000_000, 200, 2_000_000_000, 100_000);
    }

    /** With rounds of another length and number, for what is slow. */
    public Budget withRounds(int number, long nanos) {
        return new Budget(number, nanos, Math.max(2, number / 4), warmUpNanos, latencies);
    }

    /** With another number of timed operations. */
    public Budget withLatencies(int number) {
        return new Budget(rounds, roundNanos, warmUps, warmUpNanos, number);
    }
}
