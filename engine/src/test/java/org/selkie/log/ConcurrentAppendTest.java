// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.selkie.Pool;
import org.selkie.fault.WrongWriterException;
import org.selkie.testing.Pools;
import org.selkie.testing.Pools.Entry;
import org.selkie.testing.Scratch;
import org.selkie.testing.Seed;
import org.selkie.testing.Threads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Many threads, one order. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ConcurrentAppendTest {

    private static final int RECORDS_A_THREAD = 3000;

    @RegisterExtension
    private static final Seed SEED = new Seed();

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    @Test
    void anAppendThatReturnedBeforeAnotherBeganHasTheLowerPosition() {
        AtomicLong returned = new AtomicLong();
        try (Pool pool = Pools.open(scratch.path("pool")); Threads threads = new Threads()) {
            Log log = pool.log("order");
            for (int t = 0; t < 4; t++) {
                SplittableRandom random = SEED.random("order", t);
                threads.start(() -> {
                    for (int i = 0; i < RECORDS_A_THREAD; i++) {
                        // Every position in it was returned before the append below begins.
                        long before = returned.get();
                        long position = log.append(new byte[random.nextInt(300)]);
                        if (position <= before) {
                            throw new AssertionError(position + " after an append that returned " + before);
                        }
                        returned.accumulateAndGet(position, Math::max);
                    }
                });
            }
            threads.await(50);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 8, 33})
    void everyReaderSeesTheSameSequenceWithoutHoles(int writers) {
        long records = (long) writers * (2 * RECORDS_A_THREAD / writers);
        try (Pool pool = Pools.open(scratch.path("pool")); Threads threads = new Threads()) {
            Log log = pool.log("sequence");
            List<List<Entry>> seen = new ArrayList<>();
            AtomicLongArray positions = new AtomicLongArray((int) records);
            for (int r = 0; r < 2; r++) {
                List<Entry> entries = new ArrayList<>();
                seen.add(entries);
                LogReader reader = log.reader(r == 0 ? Visibility.VISIBLE : Visibility.PERSISTED);
                threads.start(() -> {
                    while (entries.size() < records) {
                        if (reader.next()) {
                            entries.add(new Entry(reader.position(), reader.bytes()));
                        }
                    }
                });
            }
            for (int w = 0; w < writers; w++) {
                int writer = w;
                threads.start(() -> write(log, writer, (int) (records / writers), positions));
            }
            threads.await(50);
            assertEquals(seen.get(0), seen.get(1));
            check(seen.get(0), writers, positions);
            assertEquals(seen.get(0), Pools.entries(log));
            List<Entry> reversed = Pools.backwards(log).reversed();
            assertEquals(seen.get(0), reversed);
        }
    }

    private static void write(Log log, int writer, int records, AtomicLongArray positions) {
        SplittableRandom random = SEED.random("writer", writer);
        try (Batch batch = log.batch()) {
            for (int i = 0; i < records; i++) {
                long number = (long) writer * records + i;
                byte[] payload = Pools.payload(number, 8 + random.nextInt(400));
                if (random.nextInt(8) != 0 || i == records - 1) {
                    positions.set((int) number, log.append(payload));
                } else {
                    positions.set((int) number, batch.add(payload).commit());
                }
            }
        }
    }

    private static void check(List<Entry> entries, int writers, AtomicLongArray positions) {
        long[] last = new long[writers];
        Arrays.fill(last, -1);
        int each = positions.length() / writers;
        long before = -1;
        for (Entry entry : entries) {
            long number = Pools.number(entry.payload());
            assertTrue(number >= 0, () -> "a wrong record: " + entry);
            assertTrue(entry.position() > before, () -> "out of order: " + entry);
            before = entry.position();
            int writer = (int) (number / each);
            assertTrue(number > last[writer], () -> "writer " + writer + " is out of order at " + entry);
            last[writer] = number;
            assertEquals(positions.get((int) number), entry.position());
        }
    }

    @Test
    void aBatchOfOneThreadIsNeverSplitByAnother() {
        int batches = 400;
        int members = 7;
        try (Pool pool = Pools.open(scratch.path("pool")); Threads threads = new Threads()) {
            Log log = pool.log("batches");
            for (int t = 0; t < 4; t++) {
                int thread = t;
                threads.start(() -> {
                    try (Batch batch = log.batch()) {
                        for (int i = 0; i < batches; i++) {
                            for (int member = 0; member < members; member++) {
                                batch.add(new byte[] {(byte) thread, (byte) i, (byte) (i >> 8), (byte) member});
                            }
                            batch.commit();
                        }
                    }
                });
            }
            threads.await(50);
            List<Entry> entries = Pools.entries(log);
            assertEquals(4 * batches * members, entries.size());
            for (int i = 0; i < entries.size(); i++) {
                byte[] first = entries.get(i - i % members).payload().clone();
                first[3] = (byte) (i % members);
                assertTrue(Arrays.equals(first, entries.get(i).payload()), "a batch was split");
            }
        }
    }

    @Test
    void aSingleWriterRefusesASecondThreadAndGoesOn() {
        try (Pool pool = Pools.open(scratch.path("pool")); Threads threads = new Threads()) {
            Log log = pool.log("single", LogOptions.forSingleWriter());
            log.append(new byte[1]);
            threads.start(() -> {
                assertThrows(WrongWriterException.class, () -> log.append(new byte[2]));
                assertThrows(WrongWriterException.class, () -> log.batch().add(new byte[2]).commit());
                try (Claim claim = log.claim(10)) {
                    assertThrows(WrongWriterException.class, claim::commit);
                }
            });
            threads.await(20);
            log.append(new byte[3]);
            assertEquals(2, Pools.entries(log).size());
        }
    }

    @Test
    void whenTheSingleWriterIsDeadTheNextOneTakesItsPlace() throws InterruptedException {
        int writers = 30;
        int each = 300;
        try (Pool pool = Pools.open(scratch.path("pool"))) {
            Log log = pool.log("single", LogOptions.forSingleWriter());
            for (int w = 0; w < writers; w++) {
                int first = w * each;
                AtomicBoolean done = new AtomicBoolean();
                Runnable writing = () -> {
                    for (int i = first; i < first + each; i++) {
                        log.append(Pools.payload(i, 8 + i % 500));
                    }
                    done.set(true);
                };
                Thread writer = w % 3 == 2 ? Thread.ofVirtual().start(writing) : Thread.ofPlatform().start(writing);
                writer.join();
                assertTrue(done.get(), "a writer was refused");
            }
            List<Entry> entries = Pools.entries(log);
            assertEquals(writers * each, entries.size());
            for (int i = 0; i < entries.size(); i++) {
                assertEquals(i, Pools.number(entries.get(i).payload()));
            }
        }
    }

    @Test
    void aReaderFollowsTheTailOfASingleWriterThroughManyExtents() {
        int records = 5000;
        try (Pool pool = Pools.open(scratch.path("pool")); Threads threads = new Threads()) {
            Log log = pool.log("single", LogOptions.forSingleWriter());
            AtomicBoolean wrong = new AtomicBoolean();
            LogReader reader = log.reader(Visibility.VISIBLE);
            threads.start(() -> {
                for (int i = 0; i < records; i++) {
                    reader.awaitNext(new org.agrona.concurrent.YieldingIdleStrategy());
                    wrong.compareAndSet(false, Pools.number(reader.bytes()) != i);
                }
            });
            threads.start(() -> {
                for (int i = 0; i < records; i++) {
                    log.append(Pools.payload(i, 8 + i % 500));
                }
            });
            threads.await(50);
            assertTrue(!wrong.get(), "the reader saw another sequence than was written");
        }
    }
}
