// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli.demo;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.selkie.Pool;
import org.selkie.cli.demo.DemoRound.Measurement;
import org.selkie.log.Log;

/** The demo on one place, in a directory of its own that goes away with it. */
public final class Demo implements AutoCloseable {
    private static final long LOOK_EVERY_MILLIS = 5;
    /** A death comes up to so much of its time earlier, so that it does not always meet the same moment. */
    private static final double JITTER = 0.2;

    private final Path directory;
    private final DemoPlan plan;
    private final Random moments;
    private volatile @Nullable VictimProcess victim;
    private int rounds;

    /** Makes the directory. */
    public Demo(Path place, DemoPlan plan) throws IOException {
        this.directory = Files.createTempDirectory(place, "selkie-demo-");
        this.plan = plan;
        this.moments = new Random(plan.seed());
    }

    /** The acknowledgements of the round that runs; for any thread. */
    public long acknowledged() {
        VictimProcess running = victim;
        return running == null ? 0 : running.acknowledgements().total();
    }

    /**
     * Kills the writer once, recovers, compares, and forgets what was compared.
     *
     * @throws DemoFailedException if the writer could not do its work
     */
    public DemoRound round() throws IOException, InterruptedException {
        int round = rounds++;
        Path pool = directory.resolve("pool");
        try (VictimProcess process = new VictimProcess(pool, plan, round)) {
            victim = process;
            process.awaitFirstAcknowledgement();
            long nanos = letItRun(process);
            process.kill();
            return recover(pool, process, round, nanos);
        }
    }

    private long letItRun(VictimProcess process) throws InterruptedException {
        long base = process.acknowledgements().highestPosition();
        long started = System.nanoTime();
        long nanos = (long) (plan.roundNanos() * (1 - JITTER * moments.nextDouble()));
        while (System.nanoTime() - started < nanos && !process.isStuck(base + plan.mostBytes())) {
            TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
        }
        return System.nanoTime() - started;
    }

    private DemoRound recover(Path path, VictimProcess process, int round, long nanos) {
        Acknowledgements acknowledgements = process.acknowledgements();
        Report.Ready ready = process.ready();
        if (ready == null) {
            throw new DemoFailedException("the appending process acknowledged records before its pool was open");
        }
        Report.Measured last = process.measured();
        Measurement measured = last == null ? Measurement.NONE
            : new Measurement(last.timedAppends(), last.timedNanos(), last.appends(), last.flushes(), last.fences());
        try (Pool pool = Pool.open(path, plan.poolOptions().withoutCreating())) {
            Log log = pool.log(DemoPlan.LOG);
            Comparison.Outcome outcome = new Comparison(plan, acknowledgements, round).run(log);
            log.trim(log.persistedPosition());
            return new DemoRound(ready.medium(), ready.tier(), ready.durability(), ready.reason(), nanos,
                acknowledgements.total(), outcome.recovered(), outcome.more(), outcome.wrong(), measured, pool.recovery());
        }
    }

    /** Ends the writer and removes everything. Can be called from another thread in the middle of a round. */
    @Override
    public void close() throws IOException {
        VictimProcess running = victim;
        if (running != null) {
            running.close();
        }
        remove(directory);
    }

    private static void remove(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) throws IOException {
                Files.deleteIfExists(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
