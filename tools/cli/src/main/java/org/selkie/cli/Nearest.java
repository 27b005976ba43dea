// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** The nearest right word to one that is not known: by the fewest letters added, left out, replaced or swapped. */
final class Nearest {
    private Nearest() {
    }

    /** The nearest of the words, if one is near enough to have been meant. */
    static Optional<String> to(String word, Collection<String> words) {
        String wanted = word.toLowerCase(Locale.ROOT);
        return words.stream()
            .filter(candidate -> isNear(wanted, candidate.toLowerCase(Locale.ROOT)))
            .min(Comparator.comparingInt((String candidate) -> distance(wanted, candidate.toLowerCase(Locale.ROOT)))
                .thenComparing(Comparator.naturalOrder()));
    }

    private static boolean isNear(String wanted, String candidate) {
        boolean begins = !wanted.isEmpty() && (candidate.startsWith(wanted) || wanted.startsWith(candidate));
        return begins || distance(wanted, candidate) <= Math.max(1, Math.max(wanted.length(), candidate.length()) / 3);
    }

    /** Optimal string alignment distance. */
    static int distance(String from, String to) {
        int[][] cost = new int[from.length() + 1][to.length() + 1];
        for (int i = 0; i <= from.length(); i++) {
            for (int j = 0; j <= to.length(); j++) {
                cost[i][j] = i == 0 || j == 0 ? i + j : cheapest(from, to, cost, i, j);
            }
        }
        return cost[from.length()][to.length()];
    }

    private static int cheapest(String from, String to, int[][] cost, int i, int j) {
        int replaced = cost[i - 1][j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        int best = Math.min(replaced, 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
        boolean swapped = i > 1 && j > 1 && from.charAt(i - 1) == to.charAt(j - 2) && from.charAt(i - 2) == to.charAt(j - 1);
        return swapped ? Math.min(best, cost[i - 2][j - 2] + 1) : best;
    }
}
