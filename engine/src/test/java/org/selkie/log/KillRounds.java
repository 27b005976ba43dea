// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.selkie.Pool;
import org.selkie.RecoveryReport;
import org.selkie.format.RecordLayout;
import org.selkie.log.KillScript.Content;
import org.selkie.log.KillScript.Operation;
import org.selkie.persist.Durability;
import org.selkie.testing.Pools;
import org.selkie.testing.Pools.Entry;
import org.selkie.testing.SecondJvm;
import org.selkie.testing.Seed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Kills a process that appends, again and again on one pool, and keeps a model of what the log must hold: what was
 * acknowledged and not trimmed, and whole operations that were under way.
 */
final class KillRounds {

    private static final List<String> QUICK = List.of("-XX:+UseSerialGC", "-Xmx64m");
    private static final int START_SECONDS = 60;

    private final Path path;
    private final Path report;
    private final Durability durability;
    private final Seed seed;
    /** What the log must hold: position to content. */
    private final TreeMap<Long, Content> model = new TreeMap<>();
    private long start;
    private long acknowledgedInAll;
    private long inFlightInAll;
    private int recoveredWithFindings;

    KillRounds(Path path, Path report, Durability durability, Seed seed) {
        this.path = path;
        this.report = report;
        this.durability = durability;
        this.seed = seed;
    }

    void run(int rounds) throws Exception {
        for (int round = 0; round < rounds; round++) {
            SplittableRandom random = seed.random(durability.name(), round);
            Files.deleteIfExists(report);
            int threads = random.nextInt(2, KillReport.MAX_THREADS + 1);
            appendAndKill(round, threads, random);
            if (random.nextInt(4) == 0) {
                recoverAndKill(random);
            }
            try (KillReport told = new KillReport(report)) {
                check(told, round, threads);
            } catch (AssertionError e) {
                throw new AssertionError("round " + round + " with " + durability + ": " + e.getMessage(), e);
            }
        }
        System.out.println("KillTest: " + rounds + " kills with " + durability + ", " + acknowledgedInAll
                + " operations acknowledged and there or trimmed, " + inFlightInAll + " in flight and there, "
                + recoveredWithFindings + " recoveries with findings");
    }

    private void appendAndKill(int round, int threads, SplittableRandom random) throws InterruptedException {
        try (SecondJvm jvm = SecondJvm.start(KillChild.class, QUICK, path, durability, report, seed.value(), round, threads)) {
            jvm.await("appending", START_SECONDS);
            TimeUnit.MICROSECONDS.sleep(random.nextInt(5_000, 300_000));
            jvm.kill();
            assertFalse(jvm.output().contains("failed"), jvm::output);
        }
    }

    /** Recovery, too, may be killed: before it, in the middle, or behind it. */
    private void recoverAndKill(SplittableRandom random) throws InterruptedException {
        try (SecondJvm jvm = SecondJvm.start(KillRecoveryChild.class, QUICK, path, durability)) {
            jvm.await("opening", START_SECONDS);
            TimeUnit.MICROSECONDS.sleep(random.nextInt(400_000));
            jvm.kill();
            assertFalse(jvm.output().contains("Exception"), jvm::output);
        }
    }

    private void check(KillReport told, int round, int threads) {
        List<KillScript> scripts = new ArrayList<>();
        long before = model.isEmpty() ? 0 : model.lastKey();
        for (int thread = 0; thread < threads; thread++) {
            scripts.add(new KillScript(seed.value(), round, thread));
            expect(told, thread, scripts.get(thread), before);
        }
        List<Operation> inFlight = new ArrayList<>();
        scripts.forEach(script -> inFlight.add(script.next()));
        List<Entry> found;
        try (Pool pool = Pool.open(path, KillChild.options(durability).withoutCreating())) {
            RecoveryReport recovery = pool.recovery();
            assertFalse(recovery.hasLoss(), recovery::toString);
            recoveredWithFindings += recovery.isClean() ? 0 : 1;
            Log log = pool.log(KillChild.LOG);
            checkStart(log.startPosition(), told);
            found = Pools.entries(log);
            assertEquals(recovery.records(), found.size(), recovery::toString);
            compare(found, inFlight, told);
            for (int i = 0; i < 2; i++) {
                Content more = new Content(100 * i, round);
                long position = log.append(more.bytes());
                // Killed before its first append, on a busy machine, a process leaves nothing.
                assertTrue(model.isEmpty() || position > model.lastKey(), () -> position + " is not behind " + model.lastKey());
                model.put(position, more);
            }
        }
        checkAgain();
    }

    /** Takes what a thread was told into the model. */
    private void expect(KillReport told, int thread, KillScript script, long before) {
        int acknowledged = told.acknowledged(thread);
        acknowledgedInAll += acknowledged;
        long last = before;
        for (int i = 0; i < acknowledged; i++) {
            long position = told.position(thread, i);
            assertTrue(position > last, "operation " + i + " of thread " + thread + " got position " + position + " after "
                    + last);
            for (Content content : script.next().contents()) {
                Content other = model.put(position, content);
                assertTrue(other == null, "position " + position + " was given to two records");
                last = position;
                position += RecordLayout.recordBytes(content.lengthBytes());
            }
        }
    }

    private void checkStart(long position, KillReport told) {
        long earliest = Math.max(start, told.highestTrimDone());
        long latest = Math.max(start, told.highestTrimBegun());
        assertTrue(position >= earliest && (position <= latest || start == 0),
                () -> "the log begins at " + position + ", and was trimmed to between " + earliest + " and " + latest);
        start = position;
        model.headMap(start).clear();
    }

    /** Every record of the model is there, and beyond it only whole operations that had not returned, each once. */
    private void compare(List<Entry> found, List<Operation> inFlight, KillReport told) {
        Map<Long, Content> missing = new TreeMap<>(model);
        for (int i = 0; i < found.size(); i++) {
            Entry entry = found.get(i);
            Content content = missing.remove(entry.position());
            if (content != null) {
                assertTrue(content.matches(entry.payload()), () -> "not what was appended: " + entry);
            } else {
                int length = takeInFlight(found, i, inFlight, told);
                assertTrue(length > 0, () -> "nobody appended " + entry);
                i += length - 1;
            }
        }
        assertTrue(missing.isEmpty(), () -> missing.size() + " records that were acknowledged are not there: "
                + missing.keySet().stream().limit(10).toList());
        assertEquals(model.size(), found.size());
    }

    private int takeInFlight(List<Entry> found, int from, List<Operation> inFlight, KillReport told) {
        // The longer first: the beginning of a batch may look like a record of another thread's if both are empty.
        List<Integer> threads = new ArrayList<>(IntStream.range(0, inFlight.size()).boxed().toList());
        threads.sort(Comparator.comparing((Integer thread) -> inFlight.get(thread) == null ? 0
                : inFlight.get(thread).contents().size()).reversed());
        for (int thread : threads) {
            Operation operation = inFlight.get(thread);
            if (operation == null || !stands(operation, found, from)) {
                continue;
            }
            int acknowledged = told.acknowledged(thread);
            if (acknowledged > 0) {
                assertTrue(found.get(from).position() > told.position(thread, acknowledged - 1), "out of order");
            }
            List<Content> contents = operation.contents();
            for (int i = 0; i < contents.size(); i++) {
                model.put(found.get(from + i).position(), contents.get(i));
            }
            inFlight.set(thread, null);
            inFlightInAll++;
            return contents.size();
        }
        return 0;
    }

    private static boolean stands(Operation operation, List<Entry> found, int from) {
        long position = found.get(from).position();
        for (int i = 0; i < operation.contents().size(); i++) {
            Content content = operation.contents().get(i);
            if (from + i >= found.size() || found.get(from + i).position() != position
                    || !content.matches(found.get(from + i).payload())) {
                return false;
            }
            position += RecordLayout.recordBytes(content.lengthBytes());
        }
        return true;
    }

    /** What recovery left is a clean log with the same records. */
    private void checkAgain() {
        try (Pool pool = Pool.open(path, KillChild.options(durability).withRecoveryMode(RecoveryMode.STRICT))) {
            assertTrue(pool.recovery().isClean(), () -> pool.recovery().toString());
            List<Entry> again = Pools.entries(pool.log(KillChild.LOG));
            assertEquals(new ArrayList<>(model.keySet()), again.stream().map(Entry::position).toList());
            again.forEach(entry -> assertTrue(model.get(entry.position()).matches(entry.payload()),
                    () -> "changed by recovery: " + entry));
            assertEquals(again.reversed(), Pools.backwards(pool.log(KillChild.LOG)));
        }
    }
}
