// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.selkie.crashtest.model.CrashCase;
import org.selkie.crashtest.trace.Trace;

/** How many images each crash point has, how many are looked at, and what was covered. */
final class Plan {

    private final List<BigInteger> possible;
    private final BigInteger[] covered;
    private final long[] limits;
    /** Points that are done with, though not all was looked at: something was found there. */
    private final boolean[] closed;

    /** A sum that one point is covered by. */
    static final class Coverage {

        private BigInteger sum = BigInteger.ZERO;

        void add(BigInteger images) {
            sum = sum.add(images);
        }
    }

    private Plan(List<BigInteger> possible) {
        this.possible = possible;
        covered = new BigInteger[possible.size()];
        Arrays.fill(covered, BigInteger.ZERO);
        limits = new long[possible.size()];
        closed = new boolean[possible.size()];
    }

    /** Counts a trace's images, without looking at them. */
    static Plan of(Trace trace, Settings settings) {
        List<BigInteger> possible = new ArrayList<>();
        CrashWalk.each(trace, settings, new ImageMemory(trace), (event, cases) -> {
            possible.add(CrashCase.possible(cases.get()));
            return true;
        });
        return new Plan(possible);
    }

    int points() {
        return possible.size();
    }

    /** Images of all points. */
    BigInteger possible() {
        return possible.stream().reduce(BigInteger.ZERO, BigInteger::add);
    }

    BigInteger covered() {
        return Arrays.stream(covered).reduce(BigInteger.ZERO, BigInteger::add);
    }

    /** How many images of a point are looked at in this round. */
    long limit(int point) {
        return limits[point];
    }

    /** Another round is over for a point. Each point belongs to one thread. */
    void covered(int point, Coverage coverage) {
        covered[point] = covered[point].max(coverage.sum).min(possible.get(point));
    }

    /** A point is not looked at again. */
    void close(int point) {
        closed[point] = true;
    }

    /**
     * Shares a budget out: points with few images get what they need, the others the same each. Where there is less than one
     * image a point, some points go without, in even steps.
     *
     * @return whether there is anything left to do
     */
    boolean share(long budget, long seed) {
        int[] open = IntStream.range(0, possible.size())
                .filter(point -> !closed[point] && covered[point].compareTo(possible.get(point)) < 0).toArray();
        Arrays.fill(limits, 0);
        if (open.length == 0 || budget <= 0) {
            return false;
        }
        if (budget < open.length) {
            long begin = Math.floorMod(seed, open.length);
            for (long i = 0; i < budget; i++) {
                limits[open[(int) ((begin + i * open.length / budget) % open.length)]] = 1;
            }
            return true;
        }
        Integer[] fewestFirst = Arrays.stream(open).boxed()
                .sorted((left, right) -> possible.get(left).compareTo(possible.get(right))).toArray(Integer[]::new);
        long left = budget;
        for (int i = 0; i < fewestFirst.length; i++) {
            long even = left / (fewestFirst.length - i);
            BigInteger need = possible.get(fewestFirst[i]);
            limits[fewestFirst[i]] = need.bitLength() < Long.SIZE ? Math.min(even, need.longValue()) : even;
            left -= limits[fewestFirst[i]];
        }
        return true;
    }
}
