// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import org.selkie.PoolOptions;
import org.selkie.log.RecoveryMode;
import org.selkie.persist.Durability;
import picocli.CommandLine.Option;

/** What every command asks that writes to a pool. */
final class WritingOptions {
    @Option(
        names = "--durability",
        paramLabel = "LEVEL",
        converter = DurabilityWord.class,
        completionCandidates = DurabilityWord.class,
        defaultValue = "power-failure",
        description = {
            "What a write must survive, one of ${COMPLETION-CANDIDATES}; ${DEFAULT-VALUE} if not given. "
                + "What the place of the pool cannot keep is refused; process-crash treats tmpfs or the page cache as if "
                + "it were persistent memory."
        })
    private Durability durability = Durability.POWER_FAILURE;

    @Option(
        names = "--recovery",
        paramLabel = "MODE",
        converter = RecoveryModeWord.class,
        completionCandidates = RecoveryModeWord.class,
        defaultValue = "drop-torn-tail",
        description = {
            "What to do with what a crash left, one of ${COMPLETION-CANDIDATES}; ${DEFAULT-VALUE} if not given. "
                + "strict refuses a pool that was not closed cleanly, salvage keeps every record that verifies."
        })
    private RecoveryMode recovery = RecoveryMode.DROP_TORN_TAIL;

    Durability durability() {
        return durability;
    }

    /** The options to open a pool with that may have to be made. */
    PoolOptions toPoolOptions() {
        return PoolOptions.defaults().withDurability(durability).withRecoveryMode(recovery);
    }
}
