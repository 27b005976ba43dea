// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.contender;

import java.io.IOException;

/**
 * A log that is open and ready to be written by so many threads, which call {@link #run} at the same time. Its pages are touched:
 * the first touch of a page is not what is measured.
 */
public interface LogContender extends AutoCloseable {

    /** So many records, one after the other or in batches as the work says, each durable as far as this contender makes it. */
    void run(int thread, int records) throws Exception;

    /**
     * As {@link #run} for so many operations, which are batches where the work has them, with the time of each.
     *
     * @param nanos gets them, the reading of the clock included
     */
    default void time(int thread, int batch, long[] nanos) throws Exception {
        long before = System.nanoTime();
        for (int i = 0; i < nanos.length; i++) {
            run(thread, batch);
            long now = System.nanoTime();
            nanos[i] = now - before;
            before = now;
        }
    }

    /** Between rounds, when nobody runs: gives space back. Not timed. */
    default void tidy() throws Exception {
    }

    /** Counts so many records in a pass of its own, which is not timed; by default nothing is known. */
    default Costs count(int records) throws Exception {
        return Costs.UNKNOWN;
    }

    @Override
    void close() throws IOException;
}
