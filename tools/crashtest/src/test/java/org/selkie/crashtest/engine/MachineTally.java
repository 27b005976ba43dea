// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.engine;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import org.selkie.crashtest.Report;

/** What was covered on one machine. */
final class MachineTally {

    private BigInteger possible = BigInteger.ZERO;
    private long points;
    private long explored;
    private long distinct;

    void add(Report report) {
        possible = possible.add(report.possible());
        points += report.points();
        explored += report.explored();
        distinct += report.distinct();
    }

    @Override
    public String toString() {
        return points + " crash points, " + new BigDecimal(possible).round(new MathContext(3)) + " images possible, "
                + explored + " explored, " + distinct + " different";
    }
}
