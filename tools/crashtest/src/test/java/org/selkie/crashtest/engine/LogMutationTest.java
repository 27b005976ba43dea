// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.engine;

import java.util.List;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * The proof would notice if the log lacked a fence or a flush that its promises rest on. {@code -Dselkie.mutants=all} mutates
 * every workload on every machine and prints all survivors; docs/crash-testing.md explains them.
 */
final class LogMutationTest {

    private static final boolean ALL = "all".equals(System.getProperty("selkie.mutants"));
    private static final long SEED = Long.getLong("selkie.seed", 5);
    private static final int BUDGET = ALL ? 2_000 : 200;

    @Test
    void aFenceOrFlushThatThePromisesRestOnIsMissed() {
        LogMutants mutants = new LogMutants(System.out, BUDGET, SEED);
        List<LogWorkload> workloads = ALL ? List.of(LogWorkload.values())
                : List.of(LogWorkload.CLAIMS, LogWorkload.BATCHES, LogWorkload.RECYCLING);
        List<LogMachine> machines = ALL ? List.of(LogMachine.values()) : List.of(LogMachine.ADR, LogMachine.PAGE_CACHE_4096);
        machines.forEach(machine -> workloads.forEach(workload -> mutants.run(workload, machine)));
        System.out.println("LogMutationTest: " + mutants.summary());
        for (String place : List.of("Appender.append", "Appender.batch", "FormattedExtent.writeTrim")) {
            assertTrue(mutants.allNoticed(LogMachine.ADR, "without the fence", place), () -> place + "\n" + mutants.summary());
        }
        for (String place : List.of("LogState.writeBack", "FormattedExtent.writeTrim")) {
            assertTrue(mutants.allNoticed(LogMachine.PAGE_CACHE_4096, "without the flush", place),
                    () -> place + "\n" + mutants.summary());
        }
    }
}
