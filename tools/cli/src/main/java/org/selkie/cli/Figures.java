// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.util.Locale;

/** Numbers as people read them. */
final class Figures {
    private static final long KIB = 1024;
    private static final String[] UNITS = {"KiB", "MiB", "GiB", "TiB", "PiB"};
    private static final double THOUSAND = 1000;
    private static final String[] RATES = {"B/s", "kB/s", "MB/s", "GB/s"};
    private static final double NANOS_A_SECOND = 1e9;

    private Figures() {
    }

    /** 1,234,567. */
    static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** "1 record", "2 records". */
    static String count(long number, String noun) {
        return count(number) + " " + noun + (number == 1 ? "" : "s");
    }

    /** 17 bytes, 1.2 GiB; whole units without a fraction. */
    static String bytes(long bytes) {
        if (bytes < KIB) {
            return count(bytes, "byte");
        }
        double value = bytes;
        int unit = -1;
        while (value >= KIB && unit < UNITS.length - 1) {
            value /= KIB;
            unit++;
        }
        return String.format(Locale.ROOT, value == Math.rint(value) ? "%.0f %s" : "%.1f %s", value, UNITS[unit]);
    }

    /** 1.2 GB/s: rates are decimal, as the makers of media give them. */
    static String rate(long bytes, long nanos) {
        double perSecond = bytes / seconds(nanos);
        int unit = 0;
        while (perSecond >= THOUSAND && unit < RATES.length - 1) {
            perSecond /= THOUSAND;
            unit++;
        }
        return String.format(Locale.ROOT, unit == RATES.length - 1 ? "%.1f %s" : "%.0f %s", perSecond, RATES[unit]);
    }

    /** 0.04 s, 12.3 s. */
    static String duration(long nanos) {
        double seconds = nanos / NANOS_A_SECOND;
        return String.format(Locale.ROOT, seconds < 1 ? "%.2f s" : "%.1f s", seconds);
    }

    /** Never zero, so that it can be divided by. */
    static double seconds(long nanos) {
        return Math.max(1, nanos) / NANOS_A_SECOND;
    }
}
