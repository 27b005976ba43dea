// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.fault.ExtentBusyException;
import org.selkie.fault.PositionException;
import org.selkie.testing.Pools;
import org.selkie.testing.Scratch;
import org.selkie.testing.SecondJvm;
import org.selkie.testing.Seed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** One process writes, trims and has its extents used again; another one reads meanwhile, in every way, and never wrongly. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class FollowingStressTest {

    private static final int SECONDS = Integer.getInteger("selkie.stress.seconds", 5);

    @RegisterExtension
    private static final Seed SEED = new Seed();

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    /** Writes to two logs that take each other's extents, so that what is trimmed of one soon belongs to the other. */
    static final class Writer {

        public static void main(String[] arguments) {
            SplittableRandom random = new SplittableRandom(Long.parseLong(arguments[1]));
            long deadline = System.nanoTime() + Long.parseLong(arguments[2]) * 1_000_000_000L;
            try (Pool pool = Pools.open(Path.of(arguments[0]))) {
                List<Log> logs = List.of(pool.log("a"), pool.log("b"));
                long[] trimAt = new long[2];
                boolean said = false;
                for (long number = 0; System.nanoTime() < deadline; number++) {
                    int which = random.nextInt(2);
                    Log log = logs.get(which);
                    // The number says the log, so that a record of the other one would be seen.
                    long position = log.append(Pools.payload(2 * number + which, 8 + random.nextInt(1500)));
                    if (random.nextInt(150) == 0) {
                        trimAt[which] = Math.max(trimAt[which], log.startPosition());
                        log.trim(random.nextInt(3) == 0 ? log.persistedPosition() : Math.max(trimAt[which], log.startPosition()));
                        trimAt[which] = position;
                    }
                    if (random.nextInt(4) == 0) {
                        LockSupport.parkNanos(random.nextInt(300_000));
                    }
                    if (!said && number > 200) {
                        said = true;
                        System.out.println("begin");
                    }
                }
            }
        }
    }

    @Test
    void aReaderBesideAProcessThatTrimsAndRecyclesNeverReadsAWrongRecord() {
        Path directory = scratch.path("pool");
        PoolOptions reading = Pools.small().forReading();
        SplittableRandom random = SEED.random("reader");
        long[] counts = new long[4];
        try (SecondJvm writer = SecondJvm.start(Writer.class, List.of("-XX:TieredStopAtLevel=1"), directory, SEED.value(),
                SECONDS)) {
            writer.await("begin", 60);
            while (writer.isAlive()) {
                try (Pool pool = Pool.open(directory, reading)) {
                    assertTrue(!pool.recovery().hasLoss(), () -> pool.recovery().toString());
                    counts[0]++;
                    for (int rounds = 1 + random.nextInt(30); rounds > 0 && writer.isAlive(); rounds--) {
                        walk(pool.log(random.nextBoolean() ? "a" : "b"), random, counts);
                    }
                } catch (ExtentBusyException e) {
                    counts[3]++;
                }
            }
            writer.expectSuccess(60);
        }
        System.out.println("FollowingStressTest: " + counts[0] + " openings, " + counts[1] + " records, " + counts[2]
                + " times trimmed under, " + counts[3] + " times outrun");
        assertTrue(counts[1] > 1000, "nothing was read");
        try (Pool pool = Pool.open(directory, reading)) {
            assertTrue(pool.recovery().isClean(), () -> pool.recovery().toString());
        }
    }

    /** Some moves; ends when the writer has trimmed what this pool knows of. */
    private static void walk(Log log, SplittableRandom random, long[] counts) {
        LogReader reader = log.reader(random.nextBoolean() ? Visibility.VISIBLE : Visibility.PERSISTED);
        long parity = log.name().equals("a") ? 0 : 1;
        long before = -1;
        int way = 1;
        try {
            for (int moves = random.nextInt(400); moves > 0; moves--) {
                if (random.nextInt(60) == 0) {
                    way = -way;
                    before = -1;
                    if (random.nextInt(3) == 0) {
                        reader = random.nextBoolean() ? reader.seekToEnd() : reader.seekToStart();
                    }
                }
                if (way > 0 ? reader.next() : reader.previous()) {
                    long number = Pools.number(reader.bytes());
                    assertTrue(number >= 0, "bytes that nobody wrote");
                    assertEquals(parity, number % 2, "a record of the other log");
                    assertTrue(before < 0 || (way > 0 ? number > before : number < before), "out of order");
                    before = number;
                    counts[1]++;
                } else if (random.nextInt(5) == 0) {
                    Thread.yield();
                }
            }
            if (before >= 0 && random.nextInt(4) == 0) {
                assertEquals(before, Pools.number(log.read(reader.position())));
            }
        } catch (PositionException e) {
            counts[2]++;
        }
    }
}
