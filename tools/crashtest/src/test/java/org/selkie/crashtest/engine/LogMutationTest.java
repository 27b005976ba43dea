// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.engine;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * The proof would notice if the log lacked a fence or a flush that its promises rest on: every one that is dropped, delayed or
 * shortened is missed by somebody, or {@link ExplainedSurvivors} says why not. {@code -Dselkie.mutants=all} has every workload
 * on every machine, and tries those that are explained as well.
 */
final class LogMutationTest {

    private static final boolean ALL = "all".equals(System.getProperty("selkie.mutants"));
    private static final long SEED = Long.getLong("selkie.seed", 5);
    private static final int BUDGET = ALL ? 1_000 : 200;
    private static final String MACHINES = System.getProperty("selkie.machines", ".*");
    /** Each makes somebody miss something that no other one does. */
    private static final List<LogWorkload> FEW = List.of(LogWorkload.TRIMMED_ELSEWHERE, LogWorkload.USED_AGAIN,
            LogWorkload.UNREADABLE_PAYLOAD, LogWorkload.HOLE, LogWorkload.SHORT_MEMBERS, LogWorkload.HOLE_AT_THE_END, LogWorkload.OVERTAKEN_ROLL_OVER,
            LogWorkload.UNUSED);
    private static final List<LogWorkload> RECOVERED = List.of(LogWorkload.TRIMMED_ELSEWHERE, LogWorkload.HOLE,
            LogWorkload.SHORT_MEMBERS, LogWorkload.HOLE_AT_THE_END);
    /** What adr has, adr-cleaned has too; under eadr much rests on which thread comes first, which is the machine's choice. */
    private static final List<LogMachine> FEW_MACHINES = List.of(LogMachine.ADR_CLEANED, LogMachine.PAGE_CACHE_512);
    private static final int NOTICED_AT_LEAST = 50;

    @Test
    void aFenceOrFlushThatThePromisesRestOnIsMissed() {
        LogMutants mutants = new LogMutants(System.out, BUDGET, SEED, ALL);
        List<LogWorkload> workloads = new ArrayList<>(FEW);
        if (ALL) {
            List.of(LogWorkload.values()).stream().filter(workload -> !FEW.contains(workload)).forEach(workloads::add);
        }
        for (LogMachine machine : ALL ? List.of(LogMachine.values()) : FEW_MACHINES) {
            if (machine.toString().matches(MACHINES)) {
                mutants.runSalvage(machine);
                for (LogWorkload workload : workloads) {
                    mutants.run(workload, machine);
                    if (ALL || RECOVERED.contains(workload)) {
                        mutants.runRecoveries(workload, machine, ALL ? 2 : 1);
                    }
                    if (ALL || workload == LogWorkload.TRIMMED_ELSEWHERE) {
                        mutants.runKilled(workload, machine, workload == LogWorkload.TRIMMED_ELSEWHERE ? 40 : 4);
                    }
                }
            }
        }
        System.out.println("LogMutationTest: " + mutants.summary());
        assertEquals(List.of(), mutants.unexplained(), mutants::summary);
        assertEquals(List.of(), mutants.wronglyExplained(), mutants::summary);
        assertTrue(mutants.noticed() >= NOTICED_AT_LEAST, mutants::summary);
    }
}
