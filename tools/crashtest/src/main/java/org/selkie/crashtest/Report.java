// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.math.BigInteger;
import java.util.List;

/**
 * What an exploration covered and found.
 *
 * @param model      the model's name
 * @param seed       to repeat it
 * @param points     crash points of the trace
 * @param possible   images of all crash points, each with what had been promised by then
 * @param covered    of these, how many are checked, or agree with a checked one in every line that recovery reads
 * @param explored   times that the checker ran
 * @param distinct   different images among the explored
 * @param violations what was found, in the order of the trace
 */
public record Report(String model, long seed, int points, BigInteger possible, BigInteger covered, long explored,
        long distinct, List<Violation> violations) {

    public Report {
        violations = List.copyOf(violations);
    }

    /** Whether every possible image was covered. */
    public boolean isComplete() {
        return covered.equals(possible);
    }

    /** {@link #covered} of {@link #possible}, from 0 to 1. */
    public double fraction() {
        return possible.signum() == 0 ? 1
                : new java.math.BigDecimal(covered).divide(new java.math.BigDecimal(possible), java.math.MathContext.DECIMAL64)
                        .doubleValue();
    }

    /** Throws the first violation, if there is one. */
    public void orThrow() {
        if (!violations.isEmpty()) {
            throw new CrashConsistencyError(this);
        }
    }

    /** One line: what was covered. */
    public String coverage() {
        return "model " + model + ", " + points + " crash points, " + possible + " images possible, " + covered + " covered ("
                + percent() + "), " + explored + " explored, " + distinct + " distinct, seed " + seed;
    }

    private String percent() {
        return isComplete() ? "all" : String.format("%.3g %%", 100 * fraction());
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(coverage());
        violations.forEach(violation -> text.append('\n').append(violation));
        return text.toString();
    }
}
