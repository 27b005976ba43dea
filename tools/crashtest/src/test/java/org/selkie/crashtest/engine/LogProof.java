// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.engine;

import java.io.PrintStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.time.Duration;
import java.util.SplittableRandom;
import org.selkie.crashtest.Exploration;
import org.selkie.crashtest.Progress;
import org.selkie.crashtest.Report;

/**
 * Explores crashes of a log: every workload on every machine, its recovery as part of the run, and recoveries that crash, until
 * so many different images were looked at. Says what it covers while it goes.
 */
final class LogProof {

    /** Of the images of a workload, so many are recovered with crashes of that recovery. */
    private static final int INTERRUPTED_SHARE = 25;
    private static final int IMAGES_OF_A_RECOVERY = 32;
    private static final long PROGRESS_SECONDS = 10;

    private final PrintStream to;
    private final int threads;
    private final long seed;
    private final long start = System.nanoTime();
    private BigInteger possible = BigInteger.ZERO;
    private long explored;
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
        int explorations = LogWorkload.values().length * LogMachine.values().length;
        for (long round = 0; distinct < images; round++) {
            long budget = Math.max(500, (images - distinct) * 5 / 4 / explorations);
            for (LogWorkload workload : LogWorkload.values()) {
                for (LogMachine machine : LogMachine.values()) {
                    explore(workload, machine, budget, new SplittableRandom(seed + 1_000 * round
                            + 10L * workload.ordinal() + machine.ordinal()));
                }
            }
            to.println("round " + round + ": " + summary());
        }
    }

    private void explore(LogWorkload workload, LogMachine machine, long budget, SplittableRandom random) {
        String name = workload + ", " + machine;
        LogRun run = LogRun.record(workload, machine, random);
        explore(name, run, run.exploration(machine).budget(budget - budget / 5), random);
        explore(name + ", recovery interrupted", run, run.exploration(machine).budget(Math.max(20, budget / INTERRUPTED_SHARE))
                .crashesDuringRecovery(1).recoveryBudget(IMAGES_OF_A_RECOVERY), random);
        LogRun recovery = LogRun.recordRecovery(workload, machine, random);
        explore(name + ", after a crash", recovery, recovery.exploration(machine).budget(budget / 5), random);
    }

    private void explore(String name, LogRun run, Exploration exploration, SplittableRandom random) {
        boolean interrupted = name.endsWith("interrupted");
        Report report = (interrupted ? exploration : exploration.crashesDuringRecovery(0)).threads(threads)
                .seed(random.nextLong()).timeLimit(Duration.ofSeconds(30))
                .progress(progress -> tell(name, progress)).explore(run.oracle(), run.oracle());
        explored += report.explored();
        inRecovery += report.inRecovery();
        if (!interrupted) {
            // The same images as before, and the same run.
            possible = possible.add(report.possible());
            distinct += report.distinct();
        }
        to.println(name + ": " + report.coverage());
        report.orThrow();
    }

    private void tell(String name, Progress progress) {
        long seconds = (System.nanoTime() - start) / 1_000_000_000;
        if (seconds >= nextTold) {
            nextTold = seconds + PROGRESS_SECONDS;
            to.println("  " + seconds + " s, " + distinct + " different images done; " + name + ": " + progress);
        }
    }

    /** What was covered so far. */
    String summary() {
        return new BigDecimal(possible).round(new MathContext(3)) + " images possible, " + explored + " explored, " + distinct
                + " different, " + inRecovery + " of recoveries that crashed; no promise broken; "
                + (System.nanoTime() - start) / 1_000_000_000 + " s, " + threads + " threads, seed " + seed;
    }
}
