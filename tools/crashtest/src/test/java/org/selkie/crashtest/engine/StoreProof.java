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

/** {@link LogProof} for a store: every workload on every machine, its recovery as part of the run, and recoveries that crash. */
final class StoreProof {

    /** Of the images of a workload, one of so many is recovered with crashes of that recovery, up to a number. */
    private static final long INTERRUPTED_SHARE = 50;
    private static final long MOST_INTERRUPTED = 1_000;
    private static final long FEWEST_IMAGES = 200;
    private static final int IMAGES_OF_A_RECOVERY = 16;
    private static final long PROGRESS_SECONDS = 10;
    private static final Duration TIME_LIMIT = Duration.ofSeconds(60);

    private final PrintStream to;
    private final int threads;
    private final long seed;
    private final long start = System.nanoTime();
    private final Map<LogMachine, MachineTally> tallies = new EnumMap<>(LogMachine.class);
    private long inRecovery;
    private long distinct;
    private long byIndex;
    private long unscanned;
    private long nextTold = PROGRESS_SECONDS;

    StoreProof(PrintStream to, int threads, long seed) {
        this.to = to;
        this.threads = threads;
        this.seed = seed;
    }

    /** Different images so far. Each workload is another one every time, so those of two explorations differ. */
    long distinct() {
        return distinct;
    }

    /** How many images, and images of recoveries, were opened by an index that a close had written. */
    long byIndex() {
        return byIndex;
    }

    /** Of those, the ones whose records were not looked at. */
    long unscanned() {
        return unscanned;
    }

    /** Looks at so many different images at least. The first that breaks a promise ends it. */
    void run(long images) {
        int explorations = StoreWorkload.values().length * LogMachine.PROVEN.size();
        for (long round = 0; distinct < images; round++) {
            long budget = Math.max(FEWEST_IMAGES, (images - distinct) * 5 / 4 / explorations);
            for (StoreWorkload workload : StoreWorkload.values()) {
                for (LogMachine machine : LogMachine.PROVEN) {
                    explore(workload, machine, budget, new SplittableRandom(seed + 1_000 * round
                            + 10L * workload.ordinal() + machine.ordinal()));
                }
            }
            to.println("round " + round + "\n" + summary());
        }
    }

    private void explore(StoreWorkload workload, LogMachine machine, long budget, SplittableRandom random) {
        String name = workload + ", " + machine;
        StoreRun run = StoreRun.record(workload, machine, random);
        explore(name, machine, run, run.exploration(machine).budget(budget - budget / 5).mayLeaveOutCrashPoints(), random);
        StoreRun recovery = StoreRun.recordRecovery(workload, machine, random);
        explore(name + ", after a crash", machine, recovery,
                recovery.exploration(machine).budget(budget / 5).mayLeaveOutCrashPoints(), random);
        long interrupted = Math.clamp(budget / INTERRUPTED_SHARE, 5, MOST_INTERRUPTED);
        inRecovery += look(name + ", recovery interrupted", run, run.exploration(machine).budget(interrupted)
                .mayLeaveOutCrashPoints()
                .crashesDuringRecovery(1).recoveryBudget(IMAGES_OF_A_RECOVERY), random).inRecovery();
    }

    private void explore(String name, LogMachine machine, StoreRun run, Exploration exploration, SplittableRandom random) {
        Report report = look(name, run, exploration.crashesDuringRecovery(0), random);
        distinct += report.distinct();
        tallies.computeIfAbsent(machine, key -> new MachineTally()).add(report);
    }

    private Report look(String name, StoreRun run, Exploration exploration, SplittableRandom random) {
        Report report = exploration.threads(threads).seed(random.nextLong()).timeLimit(TIME_LIMIT)
                .progress(progress -> tell(name, progress)).explore(run.oracle(), run.oracle());
        to.println(name + ": " + report.coverage());
        report.orThrow();
        byIndex += run.oracle().byIndex();
        unscanned += run.oracle().unscanned();
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
        text.append("opened by an index: ").append(byIndex).append(", ").append(unscanned).append(" of them unscanned\n");
        return text.append("in all: ").append(distinct).append(" different images, and ").append(inRecovery)
                .append(" of recoveries that crashed; no promise broken; ")
                .append((System.nanoTime() - start) / 1_000_000_000).append(" s, ").append(threads).append(" threads, seed ")
                .append(seed).toString();
    }
}
