// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli.demo;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.selkie.Pool;
import org.selkie.extent.ExtentReport;
import org.selkie.persist.Durability;

/**
 * The process that is killed: opens the pool, appends from several threads, and reports what was acknowledged, until it is
 * dead. Its arguments are for {@link VictimProcess} alone.
 */
final class AppendingProcess {
    private static final long MEASURED_EVERY_MILLIS = 50;
    private static final int REPORT_BUFFER_BYTES = 64 * 1024;

    private final DataOutputStream reports;

    private AppendingProcess(DataOutputStream reports) {
        this.reports = reports;
    }

    /** Runs until it is killed, or until nobody listens any more. */
    public static void main(String[] args) {
        AppendingProcess process = new AppendingProcess(new DataOutputStream(
            new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), REPORT_BUFFER_BYTES)));
        try {
            process.run(Path.of(args[0]), planFrom(args), Integer.parseInt(args[7]));
        } catch (RuntimeException | InterruptedException e) {
            process.tell(new Report.Failed(String.valueOf(e.getMessage())));
            Runtime.getRuntime().halt(1);
        }
    }

    /** The arguments of {@link #main}. */
    static List<String> arguments(Path pool, DemoPlan plan, int round) {
        return List.of(pool.toString(), plan.durability().name(), Integer.toString(plan.threads()),
            Integer.toString(plan.recordBytes()), Long.toString(plan.seed()), plan.roundNanos() + ":" + plan.extentBytes(),
            Long.toString(plan.mostBytes()), Integer.toString(round));
    }

    private static DemoPlan planFrom(String[] args) {
        String[] times = args[5].split(":", 2);
        return new DemoPlan(Durability.valueOf(args[1]), Integer.parseInt(args[2]), Integer.parseInt(args[3]),
            Long.parseLong(args[4]), Long.parseLong(times[0]), 1, Long.parseLong(times[1]), Long.parseLong(args[6]));
    }

    private void run(Path path, DemoPlan plan, int round) throws InterruptedException {
        CountingPersister.Counts counts = new CountingPersister.Counts();
        Pool pool = Pool.open(path,
            plan.poolOptions().withPersister(persister -> new CountingPersister(persister, counts)));
        ExtentReport got = pool.report();
        tell(new Report.Ready(got.medium().description(), got.tier().name(), got.durability().name(), got.durabilityReason()));
        // What opening did is no append's.
        counts.flushes.reset();
        counts.fences.reset();
        List<AppendingThread> threads = new ArrayList<>();
        for (int number = 0; number < plan.threads(); number++) {
            threads.add(new AppendingThread(this::tell, pool.log(DemoPlan.LOG), plan, round, number));
        }
        threads.forEach(Thread::start);
        while (true) {
            Thread.sleep(MEASURED_EVERY_MILLIS);
            // The appends are read first: a flush or a fence more than belongs to them is an honest error.
            long appends = counts.appends.sum();
            tell(new Report.Measured(threads.stream().mapToLong(AppendingThread::timedAppends).sum(),
                threads.stream().mapToLong(AppendingThread::timedNanos).sum(), appends, counts.flushes.sum(),
                counts.fences.sum()));
        }
    }

    /** Hands a report to the parent before anything else is done: in the pipe it outlives this process. */
    private synchronized void tell(Report report) {
        try {
            report.write(reports);
            reports.flush();
        } catch (IOException e) {
            // The parent is gone, and the work has lost its purpose.
            Runtime.getRuntime().halt(1);
        }
    }
}
