// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.engine;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * The proof on the store would notice if a fence or a flush were missing on the store's way to its log: {@link LogMutationTest}
 * for what a store does. {@code -Dselkie.mutants=all} has every workload on every machine, after crashes as well, and tries those
 * that are explained; {@code -Dselkie.machines=adr} has one machine, or those that match.
 */
final class StoreMutationTest {

    private static final long SEED = Long.getLong("selkie.seed", 5);
    private static final int BUDGET = Integer.getInteger("selkie.images", 600);
    private static final String MACHINES = System.getProperty("selkie.machines", ".*");

    @Test
    @EnabledIfSystemProperty(named = "selkie.mutants", matches = "all", disabledReason = "takes minutes on each machine, and some"
            + " have no score yet; docs/crash-proof.md, \"Mutants of the store\"")
    void aFenceOrFlushThatTheStoresPromisesRestOnIsMissed() {
        LogMutants mutants = LogMutants.ofStores(System.out, BUDGET, SEED, true);
        for (LogMachine machine : LogMachine.values()) {
            if (machine.toString().matches(MACHINES)) {
                for (StoreWorkload workload : StoreWorkload.values()) {
                    mutants.run(workload, machine);
                    mutants.runRecovered(workload, machine);
                }
            }
        }
        System.out.println("StoreMutationTest: " + mutants.summary());
        assertEquals(List.of(), mutants.unexplained(), mutants::summary);
        assertEquals(List.of(), mutants.wronglyExplained(), mutants::summary);
        assertTrue(mutants.noticed() > 0, mutants::summary);
    }
}
