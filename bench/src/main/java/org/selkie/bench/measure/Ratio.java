// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.measure;

import java.util.Arrays;
import java.util.Locale;

/**
 * How many times as long one takes as another, from rounds that followed each other. The median of the rounds' ratios, and the
 * interval that holds the true median with 95 % confidence: by order statistics, which assume nothing of how the ratios are
 * spread.
 *
 * @param median of the ratios
 * @param low    of the interval
 * @param high   of the interval
 */
public record Ratio(double median, double low, double high) {

    /** Where there is nothing to compare with. */
    public static final Ratio NONE = new Ratio(Double.NaN, Double.NaN, Double.NaN);

    private static final double NORMAL_95 = 1.96;
    private static final double TEN = 10;

    /** Of the rounds of one to those of another; both in order, of the same number. */
    public static Ratio of(double[] ours, double[] theirs) {
        if (ours.length != theirs.length || ours.length == 0) {
            throw new IllegalArgumentException(ours.length + " rounds against " + theirs.length + "; expected as many, and some");
        }
        double[] ratios = new double[ours.length];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = ours[i] / theirs[i];
        }
        Arrays.sort(ratios);
        int n = ratios.length;
        double half = NORMAL_95 * Math.sqrt(n) / 2;
        int low = (int) Math.max(0, Math.floor(n / 2.0 - half));
        int high = (int) Math.min(n - 1, Math.ceil(n / 2.0 + half));
        return new Ratio(middle(ratios), ratios[low], ratios[high]);
    }

    /** The median of sorted values. */
    static double middle(double[] sorted) {
        int n = sorted.length;
        return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
    }

    /**
     * Whether the two are even: the interval holds 1, or lies within what two runs of the same thing differ by.
     *
     * @param noise that difference, 0.02 for two percent
     */
    public boolean isEven(double noise) {
        return low <= 1 + noise && high >= 1 - noise;
    }

    /** How far from 1 the interval reaches: of two runs of the same thing, the noise. */
    public double reach() {
        return Math.max(Math.abs(high - 1), Math.abs(1 - low));
    }

    /** "1.23x [1.21 1.25]", or "even [0.99 1.02]"; "-" where there is none, or to itself. */
    public String words(double noise) {
        if (Double.isNaN(median) || (low == 1 && high == 1)) {
            return "-";
        }
        String digits = median < TEN ? "%.2f" : median < TEN * TEN ? "%.1f" : "%.0f";
        String interval = "[" + number(digits, low) + " " + number(digits, high) + "]";
        return isEven(noise) ? "even " + interval : number(digits, median) + "x " + interval;
    }

    @SuppressWarnings("AnnotateFormatMethod") // its annotation is Error Prone's own, which is no dependency here
    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
