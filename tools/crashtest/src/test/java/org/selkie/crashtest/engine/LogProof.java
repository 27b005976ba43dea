// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.engine;

import java.io.PrintStream;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.selkie.crashtest.Exploration;
import org.selkie.crashtest.Progress;
import org.selkie.crashtest.Report;

/**
 * Explores crashes of a log: every workload on every machine, its recovery as part of the run, and recoveries that crash, until
 * so many different images were looked at. Says what it covers while it goes.
 */
final class LogProof {

    /** Of the images of a workload, one of so many is recovered with crashes of that recovery, up to a number. */
    private static final long INTERRUPTED_SHARE = 25;
    private static final long MOST_INTERRUPTED = 2_000;
    private static final long FEWEST_IMAGES = 500;
    private static final int IMAGES_OF_A_RECOVERY = 32;
    private static final long PROGRESS_SECONDS = 10;
    private static final Duration TIME_LIMIT = Duration.ofSeconds(30);

    private final PrintStream to;
    private final int threads;
    private final long seed;
    private final long start = System.nanoTime();
    private final Map<LogMachine, MachineTally> tallies = new EnumMap<>(LogMachine.class);
    private long inRecovery;
    private long distinct;
    private long nextTold = PROGRESS_SECONDS;

    LogProof(PrintStream to, int threads, long seed) {
        this.to = to;
        this.threads = threads;
        this.seed = seed;
    }

    /** Different images so far. Each workload is another one every time, so those of two explorations differ. */
    long distinct() {
        return distinct;
    }

    /** Looks at so many different images at least. The first that breaks a promise ends it. */
    void run(long images) {
        int explorations = LogWorkload.PROVEN.size() * LogMachine.PROVEN.size();
        for (long round = 0; distinct < images; round++) {
            long budget = Math.max(FEWEST_IMAGES, (images - distinct) * 5 / 4 / explorations);
            for (LogWorkload workload : LogWorkload.PROVEN) {
                for (LogMachine machine : LogMachine.PROVEN) {
                    explore(workload, machine, budget, new SplittableRandom(seed + 1_000 * round
                            + 10L * workload.ordinal() + machine.ordinal()));
                }
            }
            to.println("round " + round + "\n" + summary());
        }
    }

    private void explore(LogWorkload workload, LogMachine machine, long budget, SplittableRandom random) {
        String name = workload + ", " + machine;
        LogRun run = LogRun.record(workload, machine, random);
        explore(name, machine, run, run.exploration(machine).budget(budget - budget / 5).mayLeaveOutCrashPoints(), random);
        LogRun recovery = LogRun.recordRecovery(workload, machine, random);
        explore(name + ", after a crash", machine, recovery,
                recovery.exploration(machine).budget(budget / 5).mayLeaveOutCrashPoints(), random);
        long interrupted = Math.clamp(budget / INTERRUPTED_SHARE, 20, MOST_INTERRUPTED);
        Report report = look(name + ", recovery interrupted", run, run.exploration(machine).budget(interrupted)
                .mayLeaveOutCrashPoints()
                .crashesDuringRecovery(1).recoveryBudget(IMAGES_OF_A_RECOVERY), random);
        inRecovery += report.inRecovery();
    }

    private void explore(String name, LogMachine machine, LogRun run, Exploration exploration, SplittableRandom random) {
        Report report = look(name, run, exploration.crashesDuringRecovery(0), random);
        distinct += report.distinct();
        tallies.computeIfAbsent(machine, key -> new MachineTally()).add(report);
    }

    private Report look(String name, LogRun run, Exploration exploration, SplittableRandom random) {
        Report report = exploration.threads(threads).seed(random.nextLong()).timeLimit(TIME_LIMIT)
                .progress(progress -> tell(name, progress)).explore(run.oracle(), run.oracle());
        to.println(name + ": " + report.coverage());
        report.orThrow();
        return report;
    }

    private void tell(String name, Progress progress) {
        long seconds = (System.nanoTime() - start) / 1_000_000_000;
        if (seconds >= nextTold) {
            nextTold = seconds + PROGRESS_SECONDS;
            to.println("  " + seconds + " s, " + distinct + " different images done; " + name + ": " + progress);
        }
    }

    /** What was covered so far, for each machine and in all. */
    String summary() {
        StringBuilder text = new StringBuilder();
        tallies.forEach((machine, tally) -> text.append(machine).append(": ").append(tally).append('\n'));
        return text.append("in all: ").append(distinct).append(" different images, and ").append(inRecovery)
                .append(" of recoveries that crashed; no promise broken; ")
                .append((System.nanoTime() - start) / 1_000_000_000).append(" s, ").append(threads).append(" threads, seed ")
                .append(seed).toString();
    }
}
