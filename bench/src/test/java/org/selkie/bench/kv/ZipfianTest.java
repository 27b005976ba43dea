// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.kv;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class ZipfianTest {

    private static final long SEED = Long.getLong("selkie.seed", 20261125L);
    private static final int RANKS = 1000;
    private static final int DRAWS = 1_000_000;
    /** Five standard deviations: a seed in two million fails. */
    private static final double SIGMAS = 5;

    private static double probability(int rank) {
        return 1 / Math.pow(rank + 1, Zipfian.THETA) / Zipfian.zeta(0, RANKS, 0);
    }

    private static int[] counts(Zipfian zipfian) {
        int[] counts = new int[RANKS];
        for (int i = 0; i < DRAWS; i++) {
            counts[(int) zipfian.next()]++;
        }
        return counts;
    }

    @Test
    void theTwoFirstRanksComeAsOftenAsTheoryHasThem() {
        int[] counts = counts(new Zipfian(new SplittableRandom(SEED), RANKS));
        for (int rank = 0; rank < 2; rank++) {
            double p = probability(rank);
            double sigma = Math.sqrt(DRAWS * p * (1 - p));
            assertEquals(DRAWS * p, counts[rank], SIGMAS * sigma, "rank " + rank + ", seed " + SEED);
        }
    }

    /** The share of the first so many ranks by Gray's formula, turned round: it is exact for the first two alone. */
    private static double shareByGray(int ranks) {
        double zeta = Zipfian.zeta(0, RANKS, 0);
        double eta = (1 - Math.pow(2.0 / RANKS, 1 - Zipfian.THETA)) / (1 - Zipfian.zeta(0, 2, 0) / zeta);
        return (Math.pow(ranks / (double) RANKS, 1 - Zipfian.THETA) - 1 + eta) / eta;
    }

    @Test
    void theSharesOfTheFirstTenHundredAndFiveHundredAreThoseOfTheory() {
        int[] counts = counts(new Zipfian(new SplittableRandom(SEED), RANKS));
        double exact = 0;
        double drawn = 0;
        for (int rank = 0; rank < RANKS; rank++) {
            exact += probability(rank);
            drawn += counts[rank] / (double) DRAWS;
            if (rank == 9 || rank == 99 || rank == 499) {
                String what = "the first " + (rank + 1) + ", seed " + SEED;
                double p = shareByGray(rank + 1);
                assertEquals(p, drawn, SIGMAS * Math.sqrt(p * (1 - p) / DRAWS), what);
                assertEquals(exact, drawn, 0.02, what);
            }
        }
    }

    @Test
    void aRankThatIsLowerIsNeverMuchRarer() {
        int[] counts = counts(new Zipfian(new SplittableRandom(SEED), RANKS));
        // Half as often, and more than six standard deviations apart.
        for (int rank = 2; 2 * rank < RANKS; rank++) {
            assertTrue(counts[rank] > counts[2 * rank], "rank " + rank + ", seed " + SEED);
        }
    }

    @Test
    void oneThatGrewAndShrankDrawsAsOneThatWasMadeSo() {
        Zipfian resized = new Zipfian(new SplittableRandom(SEED), 10);
        resized.resize(5000);
        resized.resize(RANKS);
        Zipfian fresh = new Zipfian(new SplittableRandom(SEED), RANKS);
        int same = 0;
        for (int i = 0; i < DRAWS; i++) {
            same += resized.next() == fresh.next() ? 1 : 0;
        }
        // The sums are rounded in another order.
        assertTrue(same > DRAWS - 10, same + " of " + DRAWS + ", seed " + SEED);
    }

    @Test
    void keysAreHashedAsYcsbHashesThem() {
        // The first two keys of every YCSB data base: user6284781860667377211 and user8517097267634966620.
        assertEquals(6284781860667377211L, Math.abs(TraceSource.hash(0)));
        assertEquals(8517097267634966620L, Math.abs(TraceSource.hash(1)));
    }

    @Test
    void theZetaOfTheScrambledRanksIsThatOfTheirNumber() {
        // By the integral from where the sum was taken: ten billion powers would take minutes.
        long summed = 1_000_000;
        double rest = (Math.pow(TraceSource.SCRAMBLED_RANKS + 0.5, 1 - Zipfian.THETA) - Math.pow(summed + 0.5, 1 - Zipfian.THETA))
                / (1 - Zipfian.THETA);
        assertEquals(TraceSource.SCRAMBLED_ZETA, Zipfian.zeta(0, summed, 0) + rest, 1e-3);
    }
}
