// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.measure;

import java.util.Random;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class RatioTest {

    private static final long SEED = Long.getLong("selkie.seed", 20261125L);
    private static final int ROUNDS = 101;

    @Test
    void aMachineThatSlowsDownDoesNotMoveARatio() {
        double[] theirs = new double[ROUNDS];
        double[] ours = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            double slowness = i < ROUNDS / 2 ? 1 : 7;
            theirs[i] = 100 * slowness;
            ours[i] = 150 * slowness;
        }
        Ratio ratio = Ratio.of(ours, theirs);
        assertEquals(1.5, ratio.median(), 1e-9);
        assertEquals(1.5, ratio.low(), 1e-9);
        assertEquals("1.50x [1.50 1.50]", ratio.words(0.05));
    }

    @Test
    void theIntervalHoldsTheTrueRatioNineteenTimesInTwenty() {
        Random random = new Random(SEED);
        int held = 0;
        int trials = 2000;
        for (int trial = 0; trial < trials; trial++) {
            double[] ours = new double[ROUNDS];
            double[] theirs = new double[ROUNDS];
            for (int i = 0; i < ROUNDS; i++) {
                theirs[i] = 1;
                // Skewed as times are: held up often a little and now and then a lot, with the median at 1.2.
                ours[i] = 1.2 * Math.exp(0.3 * random.nextGaussian());
            }
            Ratio ratio = Ratio.of(ours, theirs);
            held += ratio.low() <= 1.2 && 1.2 <= ratio.high() ? 1 : 0;
        }
        double share = held / (double) trials;
        assertTrue(share > 0.93 && share < 0.99, "held in " + share + " of the trials, seed " + SEED);
    }

    @Test
    void aDifferenceWithinTheNoiseIsEven() {
        assertTrue(new Ratio(1.03, 1.02, 1.04).isEven(0.025));
        assertFalse(new Ratio(1.03, 1.026, 1.04).isEven(0.025));
        assertTrue(new Ratio(0.97, 0.96, 0.98).isEven(0.025));
        assertFalse(new Ratio(0.95, 0.94, 0.96).isEven(0.025));
        assertTrue(new Ratio(1.2, 0.9, 1.5).isEven(0));
    }

    @Test
    void roundsThatDoNotBelongTogetherAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> Ratio.of(new double[3], new double[4]));
        assertThrows(IllegalArgumentException.class, () -> Ratio.of(new double[0], new double[0]));
    }
}
