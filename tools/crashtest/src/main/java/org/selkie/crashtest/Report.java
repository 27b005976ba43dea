// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.selkie.crashtest.trace.TraceException;

/**
 * What an exploration covered and found.
 *
 * @param model      the model's name
 * @param seed       to repeat it
 * @param points     crash points of the trace
 * @param possible   images of all crash points, each with what had been promised by then
 * @param covered    of these, how many are checked, or agree with a checked one in every line that recovery reads
 * @param explored   times that recovery or the checker ran, interrupted recoveries apart
 * @param inRecovery images of interrupted recoveries
 * @param distinct   different images among the explored
 * @param states     different recovered states, each with what had been promised; 0 where nothing tells them apart
 * @param elapsed    how long it took
 * @param violations what was found, in the order of the trace
 */
public record Report(String model, long seed, int points, BigInteger possible, BigInteger covered, long explored,
        long inRecovery, long distinct, int states, Duration elapsed, List<Violation> violations) {

    public Report {
        violations = List.copyOf(violations);
    }

    /** Whether every possible image was covered. */
    public boolean isComplete() {
        return covered.equals(possible);
    }

    /** {@link #covered} of {@link #possible}, from 0 to 1. */
    public double fraction() {
        return isComplete() ? 1
                : new BigDecimal(covered).divide(new BigDecimal(possible), MathContext.DECIMAL64).doubleValue();
    }

    /** Throws the first violation, if there is one. */
    public void orThrow() {
        if (!violations.isEmpty()) {
            throw new CrashConsistencyError(this);
        }
    }

    /** One line: what was covered. */
    public String coverage() {
        String share = isComplete() ? "all" : String.format(Locale.ROOT, "%.3g %%", 100 * fraction());
        return "model " + model + ": " + points + " crash points, " + number(possible) + " images possible, " + number(covered)
                + " covered (" + share + "), " + explored + " explored"
                + (inRecovery > 0 ? " and " + inRecovery + " in interrupted recoveries" : "") + ", " + distinct
                + " distinct" + (states > 0 ? ", " + states + " recovered states" : "") + ", seed " + seed + ", "
                + elapsed.toMillis() + " ms";
    }

    /** Whole while a reader can take it in. */
    private static String number(BigInteger count) {
        return count.bitLength() < Long.SIZE ? count.toString()
                : new BigDecimal(count).round(new MathContext(3)).stripTrailingZeros().toEngineeringString();
    }

    /**
     * Saves the image of each violation, one file a region, and this report.
     *
     * @return the directory
     */
    public Path saveTo(Path directory) {
        try {
            Files.createDirectories(directory);
            Files.writeString(directory.resolve("report.txt"), this + "\n");
            for (int i = 0; i < violations.size(); i++) {
                for (Map.Entry<String, byte[]> region : violations.get(i).image().entrySet()) {
                    String name = region.getKey().replaceAll("[^A-Za-z0-9._-]", "_");
                    Files.write(directory.resolve("violation-" + (i + 1) + "-" + name + ".image"), region.getValue());
                }
            }
            return directory;
        } catch (IOException e) {
            throw new TraceException("saveTo(" + directory + ") failed: " + e + "; give a directory that can be written", e);
        }
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(coverage());
        violations.forEach(violation -> text.append('\n').append(violation));
        return text.toString();
    }
}
