// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.measure;

import org.selkie.bench.contender.Costs;
import org.selkie.bench.contender.Work;

/**
 * One row of a table.
 *
 * @param nanos            an operation as its thread waits for it, median of the rounds
 * @param lowNanos         first quartile of the rounds
 * @param highNanos        third quartile of the rounds
 * @param p50Nanos         of single operations, the reading of the clock included; an operation is a batch where the work has
 *                         them
 * @param p99Nanos         likewise
 * @param p999Nanos        likewise
 * @param operationsASecond of all threads together
 * @param ceilingPercent   how much of the ceiling's speed that is; NaN where there was none beside it
 * @param toCeiling        time to the ceiling's in the rounds beside it
 * @param toOurs           time to that of Selkie's shared log in the rounds beside it; NaN where that did not take part
 * @param noise            what two runs of the ceiling differed by beside it
 * @param costs            of an operation
 * @param allocatedBytes   on the heap, an operation
 * @param survives         what an acknowledged write survives
 */
public record Result(String name, String setting, Work work, double nanos, double lowNanos, double highNanos, double p50Nanos,
        double p99Nanos, double p999Nanos, double operationsASecond, double ceilingPercent, Ratio toCeiling, Ratio toOurs,
                double noise,
        Costs costs, double allocatedBytes, String survives) {

    public String title() {
        return setting.isEmpty() ? name : name + ", " + setting;
    }
}
