// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import org.selkie.fault.PoolFormatException;
import org.selkie.log.RecoveryMode;
import org.selkie.log.StoreLog;

/** From a log to an index, by the fastest way that there is: each one leaves to the next what it cannot vouch for. */
final class IndexOpening {

    private final StoreLog log;
    private final Index index;
    private final Checkpoint checkpoint;

    IndexOpening(StoreLog log, Index index, Checkpoint checkpoint) {
        this.log = log;
        this.index = index;
        this.checkpoint = checkpoint;
    }

    /**
     * Builds the index, and says how.
     *
     * @throws PoolFormatException if the log is no store's, or holds a record of a user's; or if recovery has not looked at its
     *                             records and they are needed
     */
    StoreOpening run(RecoveryMode mode) {
        long end = log.tailPosition();
        if (log.endToIndex() == log.log().startPosition()) {
            return StoreOpening.SCAN;
        }
        byte[] commit = new CheckpointReader(log, index).load();
        if (commit != null) {
            checkpoint.opened(commit, end);
            return StoreOpening.CHECKPOINT;
        }
        if (log.isTrusted()) {
            throw new PoolFormatException("the index at the end of store " + log.log().name() + " is not what it was when the"
                    + " pool was opened, or names what cannot be read, and the store's records were not looked at; open the pool"
                    + " without PoolOptions.trustingCleanClose");
        }
        if (new ParallelReplay(log, index).run()) {
            return StoreOpening.SCAN;
        }
        new Replay(log, index, mode).run();
        return StoreOpening.RECORDS;
    }
}
