// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.fault.PoolFullException;
import org.selkie.persist.Granularity;
import org.selkie.persist.Persister;
import org.selkie.testing.Pools;
import org.selkie.testing.Pools.Entry;
import org.selkie.testing.PowerRecorder;
import org.selkie.testing.Scratch;
import org.selkie.testing.Seed;
import org.selkie.testing.Threads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * The power goes at any moment, also during recovery, and of what was not durable any lines or words remain. Every
 * acknowledged record is recovered; each other one is there as a whole or not at all; batches likewise.
 * {@code -Dselkie.moments=N} for more images of each workload.
 */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class CrashImageTest {

    private static final int IMAGES = Integer.getInteger("selkie.moments", 12);

    @RegisterExtension
    private static final Seed SEED = new Seed();

    @RegisterExtension
    private final Scratch scratch = Scratch.any();
    @RegisterExtension
    private final Scratch disk = Scratch.disk();

    /** Records that a thread wanted to be there together: one, or a batch. */
    private static final class Intent {
        final long begin;
        final List<byte[]> payloads;
        long position = -1;
        long acknowledged = Long.MAX_VALUE;

        Intent(long begin, List<byte[]> payloads) {
            this.begin = begin;
            this.payloads = payloads;
        }

        List<Entry> entries() {
            List<Entry> entries = new ArrayList<>();
            long at = position;
            for (byte[] payload : payloads) {
                entries.add(new Entry(at, payload));
                at += (payload.length + 28 + 63) / 64 * 64;
            }
            return entries;
        }
    }

    private record Trim(long begin, long end, long position) {
    }

    /** What was done to a pool, and everything that it stored. */
    private record Workload(PowerRecorder recorder, List<Intent> intents, List<Trim> trims, long end) {
    }

    @Test
    void powerFailuresWhereStoresArePersistedByInstructions() throws IOException {
        for (int workload = 0; workload < 8; workload++) {
            explore(scratch, Pools.small(), UnaryOperator.identity(), workload, IMAGES);
        }
    }

    /** Pages in memory, for speed: what they hold after a loss of power, the recorder says. */
    @Test
    void powerFailuresWherePagesAreWrittenBack() throws IOException {
        for (int workload = 0; workload < 4; workload++) {
            explore(scratch, Pools.small(), persister -> Persister.of(Granularity.PAGE), workload, IMAGES);
        }
    }

    @Test
    void powerFailuresOnADisk() throws IOException {
        explore(disk, PoolOptions.defaults().withExtentBytes(Pools.EXTENT_BYTES), UnaryOperator.identity(), 1,
                Math.max(4, IMAGES / 10));
    }

    private static void explore(Scratch place, PoolOptions options, UnaryOperator<Persister> persister, int number, int images)
            throws IOException {
        Path directory = place.path("pool");
        Explored explored = new Explored(place, options, persister, run(directory, options, persister, number));
        for (int i = 0; i < images; i++) {
            SplittableRandom random = SEED.random("image", number * 1_000_000L + i);
            long tick = 1 + random.nextLong(explored.workload.end);
            Path image = place.path("image");
            explored.workload.recorder.writeImage(tick, random, image);
            try {
                explored.recoverAndCrashAgain(tick, image, random);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("workload " + number + ", image " + i + ", tick " + tick + ": " + e.getMessage(), e);
            }
            Scratch.remove(image);
        }
        Scratch.remove(directory);
    }

    private static Workload run(Path directory, PoolOptions options, UnaryOperator<Persister> persister, int number) {
        SplittableRandom shape = SEED.random("workload", number);
        PowerRecorder recorder = new PowerRecorder(directory, CrashImageTest::dawdle);
        List<Intent> intents = Collections.synchronizedList(new ArrayList<>());
        List<Trim> trims = Collections.synchronizedList(new ArrayList<>());
        boolean single = number % 4 == 3;
        try (Pool pool = Pool.open(directory, options.withPersister(recorder.over(persister)).withMaxBytes(1 << 20));
                Threads threads = new Threads()) {
            Log log = pool.log("x", single ? LogOptions.forSingleWriter() : LogOptions.defaults());
            AtomicLong numbers = new AtomicLong();
            for (int t = 0; t < (single ? 1 : 2 + number % 3); t++) {
                SplittableRandom random = shape.split();
                threads.start(() -> append(log, recorder, intents, random, numbers));
            }
            SplittableRandom random = shape.split();
            threads.start(() -> trim(log, recorder, trims, random));
            threads.await(60);
        }
        return new Workload(recorder, List.copyOf(intents), List.copyOf(trims), recorder.tick());
    }

    /** Gives other threads a chance to have stores under way at the same time. */
    private static void dawdle() {
        for (int i = ThreadLocalRandom.current().nextInt(4); i > 0; i--) {
            Thread.yield();
        }
    }

    private static void append(Log log, PowerRecorder recorder, List<Intent> intents, SplittableRandom random,
            AtomicLong numbers) throws InterruptedException {
        try (Batch batch = log.batch()) {
            for (int i = 0; i < 120; i++) {
                List<byte[]> payloads = new ArrayList<>();
                for (int member = random.nextInt(3) == 0 ? 1 + random.nextInt(6) : 1; member > 0; member--) {
                    int length = random.nextInt(12) == 0 ? random.nextInt(9000) : random.nextInt(400);
                    payloads.add(Pools.payload(numbers.incrementAndGet(), 8 + length));
                }
                Intent intent = new Intent(recorder.tick(), payloads);
                intents.add(intent);
                batch.clear();
                for (byte[] payload : payloads) {
                    batch.add(payload);
                }
                while (intent.position < 0) {
                    try {
                        intent.position = payloads.size() == 1 ? log.append(payloads.get(0)) : batch.commit();
                        intent.acknowledged = recorder.tick();
                    } catch (PoolFullException e) {
                        Thread.sleep(1);
                    }
                }
            }
        }
    }

    private static void trim(Log log, PowerRecorder recorder, List<Trim> trims, SplittableRandom random)
            throws InterruptedException {
        for (int i = 0; i < 30; i++) {
            Thread.sleep(2);
            LogReader reader = log.reader();
            for (int step = random.nextInt(30); step > 0 && reader.next(); step--) {
                continue;
            }
            if (reader.position() > log.startPosition()) {
                long begin = recorder.tick();
                log.trim(reader.position());
                trims.add(new Trim(begin, recorder.tick(), reader.position()));
            }
        }
    }

    /** The images of one workload. */
    private record Explored(Scratch place, PoolOptions options, UnaryOperator<Persister> persister, Workload workload) {

        private void recoverAndCrashAgain(long tick, Path image, SplittableRandom random) throws IOException {
            PowerRecorder second = new PowerRecorder(image, () -> { });
            List<Entry> recovered;
            long opened;
            try (Pool pool = Pool.open(image, options.withPersister(second.over(persister)))) {
                recovered = check(pool, workload, tick);
                opened = second.tick();
                if (random.nextBoolean()) {
                    pool.log("x").append(new byte[100]);
                }
            }
            // The power goes again while the first recovery repairs.
            Path again = place.path("again");
            second.writeImage(1 + random.nextLong(opened), random, again);
            try (Pool pool = Pool.open(again, options)) {
                check(pool, workload, tick);
            }
            Scratch.remove(again);
            // And right after it: what it has shown is durable.
            Path after = place.path("after");
            second.writeImage(opened, random, after);
            try (Pool pool = Pool.open(after, options)) {
                List<Entry> now = check(pool, workload, tick);
                // What recovery had shown as durable.
                Pools.assertSame(recovered, now);
                pool.log("x").append(new byte[100]);
            }
            try (Pool pool = Pool.open(after, options.withRecoveryMode(RecoveryMode.STRICT))) {
                assertEquals(recovered.size() + 1, Pools.entries(pool.log("x")).size());
            }
            Scratch.remove(after);
        }
    }

    private static List<Entry> check(Pool pool, Workload workload, long tick) {
        assertFalse(pool.recovery().hasLoss(), () -> pool.recovery().toString());
        Log log = pool.log("x");
        List<Entry> entries = Pools.entries(log);
        Pools.assertSame(entries, Pools.backwards(log).reversed());
        long start = log.startPosition();
        long trimmed = workload.trims.stream().filter(trim -> trim.end < tick).mapToLong(Trim::position).max().orElse(0);
        long trimming = workload.trims.stream().filter(trim -> trim.begin < tick).mapToLong(Trim::position).max().orElse(4096);
        assertTrue(start >= trimmed && start <= trimming, () -> "begins at " + start + ", trimmed to " + trimmed
                + ", trimming to " + trimming);
        Map<Long, Entry> found = new HashMap<>();
        entries.forEach(entry -> found.put(entry.position(), entry));
        assertEquals(entries.size(), found.size());
        int explained = 0;
        for (Intent intent : workload.intents) {
            List<Entry> members = intent.entries().stream().filter(entry -> entry.position() >= start).toList();
            long there = members.stream().filter(member -> {
                Entry entry = found.get(member.position());
                return entry != null && Arrays.equals(entry.payload(), member.payload());
            }).count();
            assertTrue(there == 0 || there == members.size(), () -> "a batch is torn: " + there + " of " + members);
            assertTrue(intent.begin < tick || there == 0, "a record from the future");
            assertTrue(intent.acknowledged >= tick || there == members.size(),
                    () -> members + " were acknowledged and are not there\n" + pool.recovery());
            explained += (int) there;
        }
        assertEquals(entries.size(), explained, "records that nobody wrote");
        return entries;
    }
}
