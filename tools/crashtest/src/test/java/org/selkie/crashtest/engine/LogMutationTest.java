// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.engine;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * The proof would notice if the log lacked a fence or a flush that its promises rest on: every one that is dropped, delayed or
 * shortened is missed by somebody, or {@link ExplainedSurvivors} says why not. {@code -Dselkie.mutants=all} has every workload
 * on every machine, and tries those that are explained as well; {@code -Dselkie.machines=adr} has one machine, or those that
 * match.
 */
final class LogMutationTest {

    private static final boolean ALL = "all".equals(System.getProperty("selkie.mutants"));
    private static final long SEED = Long.getLong("selkie.seed", 5);
    private static final int BUDGET = ALL ? 1_000 : 400;
    private static final @Nullable String MACHINES = System.getProperty("selkie.machines");
    /** Each makes somebody miss something that no other one does. */
    private static final List<LogWorkload> FEW = List.of(LogWorkload.TRIMMED_ELSEWHERE, LogWorkload.USED_AGAIN,
            LogWorkload.UNREADABLE_PAYLOAD, LogWorkload.HOLE, LogWorkload.SHORT_MEMBERS, LogWorkload.HOLE_AT_THE_END,
            LogWorkload.OVERTAKEN_ROLL_OVER, LogWorkload.MARKED_TWICE, LogWorkload.UNUSED);
    /** What comes after crashes of those that matter then. */
    private static final Map<LogWorkload, LogLife> RECOVERED = Map.of(LogWorkload.TRIMMED_ELSEWHERE, LogLife.CLOSES,
            LogWorkload.HOLE, LogLife.APPENDS, LogWorkload.SHORT_MEMBERS, LogLife.APPENDS,
            LogWorkload.HOLE_AT_THE_END, LogLife.ONE_LINE);
    private static final Set<LogWorkload> KILLED = EnumSet.of(LogWorkload.MARKED_TWICE, LogWorkload.UNUSED);
    /** What adr has, adr-cleaned has too; under eadr much rests on which thread comes first, which is the machine's choice. */
    private static final List<LogMachine> FEW_MACHINES = List.of(LogMachine.ADR_CLEANED, LogMachine.PAGE_CACHE_512);
    private static final int NOTICED_AT_LEAST = 130;

    @Test
    void aFenceOrFlushThatThePromisesRestOnIsMissed() {
        LogMutants mutants = new LogMutants(System.out, BUDGET, SEED, ALL);
        List<LogWorkload> workloads = new ArrayList<>(FEW);
        if (ALL) {
            List.of(LogWorkload.values()).stream().filter(workload -> !FEW.contains(workload)).forEach(workloads::add);
        }
        for (LogMachine machine : LogMachine.values()) {
            if (MACHINES == null ? ALL || FEW_MACHINES.contains(machine) : machine.toString().matches(MACHINES)) {
                mutants.runSalvage(machine);
                for (LogWorkload workload : workloads) {
                    mutants.run(workload, machine);
                    if (ALL) {
                        mutants.runRecoveries(workload, machine, List.of(LogLife.values()), 2);
                    } else if (RECOVERED.containsKey(workload)) {
                        mutants.runRecoveries(workload, machine, List.of(RECOVERED.get(workload)), 4);
                    }
                    if (ALL || KILLED.contains(workload)) {
                        mutants.runKilled(workload, machine, KILLED.contains(workload) ? 20 : 4);
                    }
                }
            }
        }
        System.out.println("LogMutationTest: " + mutants.summary());
        assertEquals(List.of(), mutants.unexplained(), mutants::summary);
        assertEquals(List.of(), mutants.wronglyExplained(), mutants::summary);
        assertTrue(mutants.noticed() >= (MACHINES == null ? NOTICED_AT_LEAST : 1), mutants::summary);
    }
}
