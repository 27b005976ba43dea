// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.kv;

import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Ranks that are drawn the more often the lower they are: rank i with a probability in proportion to 1 / (i + 1)^0.99. Gray et
 * al., "Quickly Generating Billion-Record Synthetic Databases", SIGMOD 1994, as YCSB has it (ZipfianGenerator.java).
 */
final class Zipfian {

    /** YCSB's ZIPFIAN_CONSTANT. */
    static final double THETA = 0.99;

    private static final double ALPHA = 1 / (1 - THETA);
    private static final double ZETA_2 = 1 + Math.pow(0.5, THETA);

    /** Millions of powers for each are worth keeping. */
    private static final Map<Long, Double> ZETAS = new ConcurrentHashMap<>();

    private final SplittableRandom random;
    private long ranks;
    private double zeta;
    private double eta;

    /**
     * Draws ranks from 0 to below a number.
     *
     * @param zeta of that number, as {@link #zeta} computes it; for many ranks that takes a while
     */
    Zipfian(SplittableRandom random, long ranks, double zeta) {
        this.random = random;
        this.ranks = ranks;
        this.zeta = zeta;
        this.eta = eta();
    }

    Zipfian(SplittableRandom random, long ranks) {
        this(random, ranks, ZETAS.computeIfAbsent(ranks, number -> zeta(0, number, 0)));
    }

    /** The sum of 1 / i^theta for i from 1 to {@code to}, of which {@code sum} is that up to {@code from}. */
    static double zeta(long from, long to, double sum) {
        double carried = sum;
        for (long i = from + 1; i <= to; i++) {
            carried += 1 / Math.pow((double) i, THETA);
        }
        return carried;
    }

    private double eta() {
        return (1 - Math.pow(2.0 / ranks, 1 - THETA)) / (1 - ZETA_2 / zeta);
    }

    /** From now on among more ranks, or fewer. */
    void resize(long newRanks) {
        if (newRanks == ranks) {
            return;
        }
        zeta = newRanks > ranks ? zeta(ranks, newRanks, zeta) : zeta - zeta(newRanks, ranks, 0);
        ranks = newRanks;
        eta = eta();
    }

    long next() {
        double u = random.nextDouble();
        double uz = u * zeta;
        if (uz < 1) {
            return 0;
        }
        if (uz < ZETA_2) {
            return 1;
        }
        return Math.min(ranks - 1, (long) (ranks * Math.pow(eta * u - eta + 1, ALPHA)));
    }
}
