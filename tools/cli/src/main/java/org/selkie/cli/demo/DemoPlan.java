// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli.demo;

import org.selkie.PoolOptions;
import org.selkie.persist.Durability;

/**
 * How the demo runs on one place; the appending process gets it as its arguments.
 *
 * @param durability    that is required
 * @param threads       that append
 * @param recordBytes   of each record's payload
 * @param seed          of the records' bytes and of the moments of death
 * @param roundNanos    from the first acknowledgement to SIGKILL
 * @param rounds        how often the process is killed
 * @param extentBytes   of the pool
 * @param mostBytes     of the log before a round is cut short: the place has not more to give
 */
public record DemoPlan(Durability durability, int threads, int recordBytes, long seed, long roundNanos, int rounds,
        long extentBytes, long mostBytes) {

    /** The shortest record that there can be. */
    public static final int SMALLEST_RECORD_BYTES = DemoRecord.SMALLEST_BYTES;

    static final String LOG = "demo";
    private static final long MOST_BYTES_A_ROUND = 1L << 30;
    private static final long LARGEST_EXTENT_BYTES = 16L << 20;
    private static final int EXTENTS_A_ROUND = 16;

    /** Fits a plan to a place that has so many bytes free: it takes at most a quarter of them. */
    public static DemoPlan fitting(long freeBytes, Durability durability, int threads, int recordBytes, long seed,
            long roundNanos, int rounds) {
        long mostBytes = Math.min(MOST_BYTES_A_ROUND, freeBytes / 4);
        long extentBytes = Math.min(LARGEST_EXTENT_BYTES, Long.highestOneBit(Math.max(1, mostBytes / EXTENTS_A_ROUND)));
        return new DemoPlan(durability, threads, recordBytes, seed, roundNanos, rounds, extentBytes, mostBytes);
    }

    /** The pool may take more than a round does: the process goes on until it is dead. */
    PoolOptions poolOptions() {
        return PoolOptions.defaults().withDurability(durability).withExtentBytes(extentBytes)
            .withMaxBytes(mostBytes + mostBytes / 2).withSpareExtents(Integer.MAX_VALUE);
    }
}
