// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.selkie.format.FormattedExtent;

/** Where a log gets its extents from and gives them back to: the pool. */
public interface ExtentSource {

    /**
     * An extent whose header says, durably, that it is the next one of the log.
     *
     * @throws org.selkie.fault.PoolFullException   if there is no room for one; the log stays as it is
     * @throws org.selkie.fault.LogStoppedException if the header was stored and is perhaps not durable, or the pool was closed:
     *                                              the log must stop, and will be given no extent any more
     */
    FormattedExtent take(String logName, long logCreatedMillis, long sequence);

    /** The extent of a log that another process writes, or null if there is none of this sequence number yet. */
    @Nullable FormattedExtent find(String logName, long sequence);

    /** Takes back an extent that nobody reads or writes any more. */
    void giveBack(FormattedExtent extent);

    /** Whether there is no room for another extent now; if that is not known, there may be. */
    default boolean isFull() {
        return false;
    }

    /** How much there is room for beyond the extents that are given, all logs together; if that is not known, there is. */
    default long roomBytes() {
        return Long.MAX_VALUE;
    }

    /** Runs what prepares extents ahead. */
    Executor background();
}
