// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.fault.PositionException;
import org.selkie.format.RecordLayout;
import org.selkie.log.KillScript.Content;
import org.selkie.log.KillScript.Operation;
import org.selkie.persist.Durability;

/**
 * Appends to a log with several threads until it is killed, and reports every acknowledgement. Arguments: pool, durability,
 * report, seed, round, threads.
 */
final class KillChild {

    static final String LOG = "killed";
    private static final int TRIM_EVERY = 1000;
    private static final int MOST_KEPT = 4000;

    private final Log log;
    private final KillReport report;
    private final long seed;
    private final int round;

    private KillChild(Log log, KillReport report, long seed, int round) {
        this.log = log;
        this.report = report;
        this.seed = seed;
        this.round = round;
    }

    static PoolOptions options(Durability durability) {
        return PoolOptions.defaults().withDurability(durability).withExtentBytes(1 << 20);
    }

    public static void main(String[] arguments) {
        int threads = Integer.parseInt(arguments[5]);
        Pool pool = Pool.open(Path.of(arguments[0]), options(Durability.valueOf(arguments[1])));
        Log log = pool.log(LOG);
        for (int thread = 0; thread < threads; thread++) {
            KillChild child = new KillChild(log, new KillReport(Path.of(arguments[2])), Long.parseLong(arguments[3]),
                    Integer.parseInt(arguments[4]));
            int number = thread;
            Thread.ofPlatform().start(() -> child.run(number));
        }
        System.out.println("appending");
    }

    private void run(int thread) {
        try (Batch batch = log.batch()) {
            KillScript script = new KillScript(seed, round, thread);
            SplittableRandom random = new SplittableRandom(seed + thread);
            for (int i = 0; i < KillReport.MAX_OPERATIONS; i++) {
                Operation operation = script.next();
                report.acknowledge(thread, submit(operation, batch));
                if (random.nextInt(TRIM_EVERY) == 0) {
                    trim(thread, Math.max(0, i - random.nextInt(MOST_KEPT)));
                }
            }
            System.out.println("failed: the report is full");
        } catch (Throwable e) {
            // The parent looks for this after the kill.
            System.out.println("failed: " + e);
            e.printStackTrace(System.out);
        }
    }

    private long submit(Operation operation, Batch batch) {
        Content first = operation.contents().getFirst();
        return switch (operation.way()) {
            case APPEND -> log.append(first.bytes());
            case CLAIM -> {
                try (Claim claim = log.claim(first.lengthBytes())) {
                    claim.segment().copyFrom(MemorySegment.ofArray(first.bytes()));
                    yield claim.commit();
                }
            }
            case BATCH -> {
                operation.contents().forEach(content -> batch.add(content.bytes()));
                yield batch.commit();
            }
        };
    }

    /** To one of its own records, at times to one within a batch. */
    private void trim(int thread, int operation) {
        long position = report.position(thread, operation);
        KillScript again = new KillScript(seed, round, thread);
        for (int i = 0; i < operation; i++) {
            again.next();
        }
        Operation there = again.next();
        if (there.contents().size() > 1) {
            position += RecordLayout.recordBytes(there.contents().getFirst().lengthBytes());
        }
        report.beginTrim(thread, Math.max(position, report.highestTrimBegun()));
        try {
            log.trim(position);
            report.endTrim(thread, position);
        } catch (PositionException e) {
            if (log.startPosition() <= position) {
                throw e;
            }
            // The other thread has trimmed further.
        }
    }
}
