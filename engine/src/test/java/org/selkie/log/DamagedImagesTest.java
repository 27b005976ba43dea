// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.Pool;
import org.selkie.fault.SelkieException;
import org.selkie.testing.PoolImage;
import org.selkie.testing.Pools;
import org.selkie.testing.Scratch;
import org.selkie.testing.Seed;
import org.selkie.testing.Threads;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Damaged images of pools, opened in every mode. {@code -Dselkie.images=N} says how many; {@code -Dselkie.image=N} repeats
 * one alone.
 */
final class DamagedImagesTest {

    private static final int IMAGES = Integer.getInteger("selkie.images", 1_000);
    private static final int ONLY = Integer.getInteger("selkie.image", -1);
    private static final int THREADS = 2;
    private static final long LIMIT_SECONDS = 10;
    private static final int MAX_FAILURES = 10;

    @RegisterExtension
    static final Seed SEED = new Seed();

    @RegisterExtension
    final Scratch scratch = Scratch.any();

    private final List<DamagedPool> templates = new ArrayList<>();
    private final ConcurrentLinkedQueue<AssertionError> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger next = new AtomicInteger();
    private final Map<String, Integer> outcomes = Collections.synchronizedMap(new TreeMap<>());

    @Test
    void noDamageLeadsToAWrongRecordOrToASilentLoss() {
        for (DamagedPool.Kind kind : DamagedPool.Kind.values()) {
            for (boolean closed : new boolean[] {true, false}) {
                templates.add(DamagedPool.make(kind, closed, scratch.path("template"),
                        SEED.random("template " + kind + closed)));
            }
        }
        List<Path> directories = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            directories.add(scratch.path("pool"));
        }
        try (Threads threads = new Threads()) {
            directories.forEach(directory -> threads.start(() -> work(directory)));
            threads.await(60 + IMAGES / 20);
        }
        if (!failures.isEmpty()) {
            throw all(failures);
        }
        System.out.println("DamagedImagesTest: " + next.get() + " images, " + outcomes);
    }

    private static AssertionError all(Collection<AssertionError> failures) {
        AssertionError all = new AssertionError(failures.size() + " images failed, each repeated alone by -Dselkie.image=N:\n"
                + String.join("\n", failures.stream().map(Throwable::getMessage).toList()));
        failures.forEach(all::addSuppressed);
        return all;
    }

    private void work(Path directory) {
        for (int number = next.getAndIncrement(); number < IMAGES; number = next.getAndIncrement()) {
            if (ONLY >= 0 && number != ONLY) {
                continue;
            }
            String what = "image " + number;
            try {
                SplittableRandom random = SEED.random("image", number);
                DamagedPool template = templates.get(number % templates.size());
                PoolImage damaged = template.image().copy();
                Damage damage = Damage.values()[random.nextInt(Damage.values().length)];
                what = "image " + number + " (" + template.name() + "; " + damage.apply(damaged, random) + ")";
                long began = System.nanoTime();
                new Case(template, damaged, directory).run();
                long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began);
                assertTrue(seconds < LIMIT_SECONDS, "took " + seconds + " s");
            } catch (RuntimeException | Error e) {
                failures.add(new AssertionError(what + ": " + e, e));
                if (failures.size() >= MAX_FAILURES) {
                    return;
                }
            }
        }
    }

    /** One image in every mode. */
    private final class Case {

        private final DamagedPool template;
        private final PoolImage damaged;
        private final Path directory;

        Case(DamagedPool template, PoolImage damaged, Path directory) {
            this.template = template;
            this.damaged = damaged;
            this.directory = directory;
        }

        void run() {
            openForReading();
            openRefusing(RecoveryMode.STRICT);
            openRefusing(RecoveryMode.DROP_TORN_TAIL);
            salvage();
        }

        private void openForReading() {
            damaged.writeTo(directory);
            try (Pool pool = Pool.open(directory, Pools.small().forReading())) {
                for (String name : pool.logs()) {
                    readWhatIsThere(name, pool.log(name));
                }
                count("reading: opened");
            } catch (SelkieException e) {
                count("reading: refused");
            }
            assertEquals(damaged, PoolImage.of(directory), "reading changed the pool");
        }

        private void readWhatIsThere(String name, Log log) {
            LogReader reader = log.reader(Visibility.VISIBLE);
            try {
                while (reader.next()) {
                    requireAppended(name, reader.position(), reader.bytes());
                }
            } catch (SelkieException e) {
                count("reading: stopped at damage");
            }
        }

        /** STRICT and DROP_TORN_TAIL either refuse or lose nothing that is vouched for. */
        private void openRefusing(RecoveryMode mode) {
            damaged.writeTo(directory);
            Map<String, TreeMap<Long, byte[]>> found;
            try (Pool pool = Pool.open(directory, Pools.small().withRecoveryMode(mode))) {
                found = contents(pool);
                if (mode == RecoveryMode.STRICT) {
                    assertTrue(pool.recovery().isClean(), () -> pool.recovery().toString());
                }
                assertFalse(pool.recovery().hasLoss(), () -> pool.recovery().toString());
                count(mode + ": opened");
            } catch (SelkieException e) {
                count(mode + ": refused");
                assertTrue(keepsEverything(PoolImage.of(directory)), mode + " refused and changed the pool");
                return;
            }
            template.logs().forEach((name, log) -> requireNoSilentLoss(mode, log, found.getOrDefault(name, new TreeMap<>())));
        }

        /** A refusal may remove a file in which nothing is written, and nothing else. */
        private boolean keepsEverything(PoolImage now) {
            return damaged.files().entrySet().stream().allMatch(file -> isBlank(file.getValue(), 1024)
                    || file.getValue().length == (now.files().containsKey(file.getKey())
                            ? now.files().get(file.getKey()).length : -1)
                    && now.sameBytes(damaged, file.getKey(), 0, file.getValue().length));
        }

        private void requireNoSilentLoss(RecoveryMode mode, DamagedPool.Content log, TreeMap<Long, byte[]> found) {
            // Records that were trimmed come back if the mark that says so is lost.
            Set<Long> kept = found.tailMap(log.start()).keySet();
            if (kept.equals(log.live().keySet())) {
                return;
            }
            Set<Long> lost = new HashSet<>(log.live().keySet());
            lost.removeAll(kept);
            long firstLost = Collections.min(lost);
            assertTrue(kept.stream().allMatch(position -> position < firstLost),
                    () -> mode + " lost " + lost + " in front of others");
            assertTrue(template.hasLostWatermarks(log, damaged), () -> mode + " lost the acknowledged " + lost);
        }

        private void salvage() {
            damaged.writeTo(directory);
            Map<String, TreeMap<Long, byte[]>> found;
            try (Pool pool = Pool.open(directory, Pools.small().withRecoveryMode(RecoveryMode.SALVAGE))) {
                found = contents(pool);
                count("SALVAGE: opened");
            } catch (SelkieException e) {
                count("SALVAGE: refused");
                byte[] header = damaged.files().get(PoolImage.HEADER_FILE);
                assertFalse(header.length >= 4096 && damaged.sameBytes(template.image(), PoolImage.HEADER_FILE, 0, 4096),
                        () -> "SALVAGE refused: " + e);
                return;
            }
            template.logs().forEach((name, log) -> requireSalvaged(log, found.getOrDefault(name, new TreeMap<>())));
            requireUsable(found);
        }

        private void requireSalvaged(DamagedPool.Content log, TreeMap<Long, byte[]> found) {
            for (DamagedPool.Unit unit : log.units()) {
                if (unit.from() >= log.start() && template.isUntouched(log, unit.from(), unit.to(), damaged)) {
                    unit.entries().forEach(entry -> assertTrue(found.containsKey(entry.position()),
                            () -> "SALVAGE lost " + entry + ", which was not touched"));
                }
            }
        }

        /** After salvage nothing is lost any more, and appends go on; a torn tail is torn until something is appended. */
        private void requireUsable(Map<String, TreeMap<Long, byte[]>> salvaged) {
            byte[] payload = Pools.payload(77, 100);
            Map<String, Long> appended = new TreeMap<>();
            try (Pool pool = Pool.open(directory, Pools.small())) {
                assertSame(salvaged, contents(pool));
                for (String name : template.logs().keySet()) {
                    appended.put(name, pool.log(name).append(payload));
                }
            } catch (SelkieException e) {
                throw new AssertionError("DROP_TORN_TAIL refuses what SALVAGE made: " + e, e);
            }
            try (Pool pool = Pool.open(directory, Pools.small().withRecoveryMode(RecoveryMode.STRICT))) {
                for (String name : appended.keySet()) {
                    List<Pools.Entry> entries = Pools.entries(pool.log(name));
                    assertEquals(new Pools.Entry(appended.get(name), payload), entries.getLast());
                    assertEquals(salvaged.getOrDefault(name, new TreeMap<>()).size() + 1, entries.size());
                }
            }
        }

        private Map<String, TreeMap<Long, byte[]>> contents(Pool pool) {
            Map<String, TreeMap<Long, byte[]>> contents = new TreeMap<>();
            for (String name : pool.logs()) {
                TreeMap<Long, byte[]> content = new TreeMap<>();
                List<Pools.Entry> forwards = Pools.entries(pool.log(name));
                for (Pools.Entry entry : forwards) {
                    requireAppended(name, entry.position(), entry.payload());
                    content.put(entry.position(), entry.payload());
                }
                assertEquals(forwards, Pools.backwards(pool.log(name)).reversed(), "backwards differs from forwards");
                contents.put(name, content);
            }
            return contents;
        }

        private void requireAppended(String name, long position, byte[] payload) {
            assertTrue(template.logs().containsKey(name), () -> "there never was a log " + name);
            byte[] appended = template.logs().get(name).everything().get(position);
            assertTrue(appended != null, () -> "nothing was ever appended at " + position + " of " + name);
            assertArrayEquals(appended, payload, () -> "a wrong record at " + position + " of " + name);
        }
    }

    private static void assertSame(Map<String, TreeMap<Long, byte[]>> before, Map<String, TreeMap<Long, byte[]>> after) {
        Map<String, Set<Long>> positions = new TreeMap<>();
        before.forEach((name, content) -> positions.put(name, content.keySet()));
        Map<String, Set<Long>> now = new TreeMap<>();
        after.forEach((name, content) -> now.put(name, content.keySet()));
        assertEquals(positions, now, "what was salvaged is not what is there");
    }

    private static boolean isBlank(byte[] bytes, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private void count(String outcome) {
        outcomes.merge(outcome, 1, Integer::sum);
    }
}
