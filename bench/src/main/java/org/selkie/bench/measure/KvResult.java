// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.measure;

import org.selkie.bench.contender.Costs;
import org.selkie.bench.kv.KvWork;

/**
 * One row of a table of stores; all figures NaN for a store that does not have what the work asks for.
 *
 * @param name             the product
 * @param setting          its configuration
 * @param work             what was done
 * @param keys             that the store was filled with, or was to be
 * @param valueBytes       of each
 * @param threads          that worked at the same time
 * @param rounds           that were counted
 * @param nanos            an operation as its thread waits for it, median of the rounds; a key where one call reads several
 * @param lowNanos         first quartile of the rounds
 * @param highNanos        third quartile of the rounds
 * @param p50Nanos         of single calls, the reading of the clock included
 * @param p99Nanos         likewise
 * @param p999Nanos        likewise
 * @param operationsASecond of all threads together
 * @param ceilingPercent   how much of the ceiling's speed that is; NaN where it has no such operation
 * @param toCeiling        time to the ceiling's in the rounds beside it
 * @param toOurs           time to that of the first of Selkie's stores that can do the work, in the rounds beside it
 * @param noise            what two runs of the ceiling differed by beside it
 * @param costs            of an operation
 * @param allocatedBytes   on the heap, an operation
 * @param survives         what an acknowledged put survives
 */
public record KvResult(String name, String setting, KvWork work, long keys, int valueBytes, int threads, int rounds, double nanos,
        double lowNanos, double highNanos, double p50Nanos, double p99Nanos, double p999Nanos, double operationsASecond,
        double ceilingPercent, Ratio toCeiling, Ratio toOurs, double noise, Costs costs, double allocatedBytes, String survives) {

    /** Product and configuration. */
    public String title() {
        return setting.isEmpty() ? name : name + ", " + setting;
    }
}
