// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli.demo;

import java.nio.LongBuffer;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.selkie.fault.PoolFullException;
import org.selkie.fault.SelkieException;
import org.selkie.log.Log;

/**
 * Appends records one by one, and reports them in blocks: as many as take about a millisecond, one on a slow medium. Only
 * the appends are timed, neither the making of the records nor the reports.
 */
final class AppendingThread extends Thread {
    private static final int LARGEST_BLOCK = 256;
    private static final long GROW_BELOW_NANOS = 100_000;
    private static final long SHRINK_ABOVE_NANOS = 1_000_000;
    private static final long LONGEST_WARM_UP_NANOS = 500_000_000;

    private final Consumer<Report> reports;
    private final Log log;
    private final DemoPlan plan;
    private final int round;
    private final int number;
    /** Written by this thread alone; the one that reports may read one of them a block earlier than the other. */
    private volatile long timedAppends;
    private volatile long timedNanos;

    AppendingThread(Consumer<Report> reports, Log log, DemoPlan plan, int round, int number) {
        super("appending-" + number);
        this.reports = reports;
        this.log = log;
        this.plan = plan;
        this.round = round;
        this.number = number;
    }

    long timedAppends() {
        return timedAppends;
    }

    long timedNanos() {
        return timedNanos;
    }

    @Override
    public void run() {
        try {
            append();
        } catch (PoolFullException e) {
            reports.accept(new Report.Full());
            while (true) {
                LockSupport.park(this);
            }
        } catch (SelkieException e) {
            reports.accept(new Report.Failed(String.valueOf(e.getMessage())));
        }
    }

    private void append() {
        DemoRecord records = new DemoRecord(plan.seed());
        byte[][] block = new byte[LARGEST_BLOCK][plan.recordBytes()];
        long[] positions = new long[LARGEST_BLOCK];
        long started = System.nanoTime();
        long warmUpNanos = Math.min(LONGEST_WARM_UP_NANOS, plan.roundNanos() / 4);
        long sequence = 0;
        long appends = 0;
        long nanos = 0;
        int size = 1;
        while (true) {
            for (int i = 0; i < size; i++) {
                records.write(block[i], round, number, sequence + i);
            }
            int appended = 0;
            long begun = System.nanoTime();
            long ended;
            try {
                while (appended < size) {
                    positions[appended] = log.append(block[appended]);
                    appended++;
                }
            } finally {
                ended = System.nanoTime();
                // What was acknowledged before a failure is acknowledged.
                reports.accept(new Report.Acknowledged(number, sequence, LongBuffer.wrap(positions, 0, appended)));
            }
            if (begun - started >= warmUpNanos) {
                nanos += ended - begun;
                appends += size;
                timedNanos = nanos;
                timedAppends = appends;
            }
            sequence += size;
            size = nextSize(size, ended - begun);
        }
    }

    private static int nextSize(int size, long nanos) {
        if (nanos > SHRINK_ABOVE_NANOS) {
            return Math.max(1, size / 2);
        }
        return nanos < GROW_BELOW_NANOS ? Math.min(LARGEST_BLOCK, 2 * size) : size;
    }
}
