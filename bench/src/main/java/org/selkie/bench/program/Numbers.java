// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.program;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Numbers as they stand on a command line. */
final class Numbers {

    private static final long THOUSAND = 1000;

    private Numbers() {
    }

    /** A number above 0; k and m behind it are thousands and millions. */
    static long positive(String option, String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        long unit = lower.endsWith("m") ? THOUSAND * THOUSAND : lower.endsWith("k") ? THOUSAND : 1;
        try {
            long value = Math.multiplyExact(unit, Long.parseLong(unit == 1 ? lower : lower.substring(0, lower.length() - 1)));
            if (value > 0) {
                return value;
            }
        } catch (NumberFormatException | ArithmeticException e) {
            // Said below.
        }
        throw new IllegalArgumentException(option + " " + text + "; expected a number above 0, as 200000, 200k or 1m");
    }

    /** Several of them, with commas between. */
    static List<Integer> list(String option, String text) {
        return Arrays.stream(text.split(",")).map(each -> Math.toIntExact(positive(option, each))).toList();
    }
}
