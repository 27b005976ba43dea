// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.Pool;
import org.selkie.fault.BackupException;
import org.selkie.kv.BackupSteps.Step;
import org.selkie.testing.Pools;
import org.selkie.testing.Scratch;
import org.selkie.testing.Seed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Every state in which a loss of power may leave a backup's directory, by what POSIX promises and no more: of what a file holds,
 * what was forced, or any part of what was written since; and of the names that were made, changed and taken away since
 * the directory was forced, any. In each the backup is the one before or the new one, as a whole, and once the call has returned
 * the new one; and the next backup goes on from there.
 */
final class BackupCrashStatesTest {

    private static final int KEYS = 40;
    private static final int LEAST_STATES = 60;

    @RegisterExtension
    private static final Seed SEED = new Seed();

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    private final Map<ByteBuffer, byte[]> now = new HashMap<>();
    private int states;

    /** A step, and what the file held then. */
    private record Event(Step step, Path file, byte @Nullable [] content) {
    }

    /** A change of names that may or may not be durable: a name for a file, and one that it takes away. */
    private record Naming(@Nullable Path name, int file, @Nullable Path gone) {
    }

    private static List<Event> record(KvStore store, Path directory, boolean whole) {
        List<Event> events = new ArrayList<>();
        Backup backup = new Backup(store,
                (step, file) -> events.add(new Event(step, file, step == Step.FORCED ? read(file) : null)));
        BackupPart part = whole ? backup.writeWholeTo(directory) : backup.writeTo(directory);
        assertTrue(part.lengthBytes() > 0);
        return events;
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static TreeMap<Path, byte[]> files(Path directory) {
        TreeMap<Path, byte[]> files = new TreeMap<>();
        if (Files.isDirectory(directory)) {
            try (Stream<Path> all = Files.list(directory)) {
                all.filter(file -> !file.endsWith("lock")).forEach(file -> files.put(file, read(file)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return files;
    }

    /** What is durable, and what may be, after some of the steps. */
    private static final class Disk {
        private final List<List<byte[]>> contents = new ArrayList<>();
        private final TreeMap<Path, Integer> durable = new TreeMap<>();
        private final TreeMap<Path, Integer> names = new TreeMap<>();
        private final List<Naming> pending = new ArrayList<>();
        private final Path directory;
        private boolean hasDirectory;

        Disk(Path directory, TreeMap<Path, byte[]> before, boolean hasDirectory) {
            this.directory = directory;
            this.hasDirectory = hasDirectory;
            before.forEach((name, bytes) -> {
                contents.add(List.of(bytes));
                names.put(name, contents.size() - 1);
            });
            durable.putAll(names);
        }

        void take(Event event, byte[] written) {
            Path file = event.file;
            switch (event.step) {
                case FILE_MADE -> {
                    contents.add(List.of(new byte[0], Arrays.copyOf(written, written.length / 2), written));
                    change(new Naming(file, contents.size() - 1, null));
                }
                case FORCED -> contents.set(names.get(file), List.of(written));
                case RENAMED -> {
                    Path from = file.resolveSibling(file.getFileName() + ".new");
                    change(new Naming(file, names.get(from), from));
                }
                case REMOVED -> change(new Naming(null, names.get(file), file));
                case NAMES_FORCED -> {
                    if (file.equals(directory)) {
                        pending.forEach(naming -> apply(naming, durable));
                        pending.clear();
                    } else if (file.equals(directory.getParent())) {
                        hasDirectory = true;
                    }
                }
                default -> {
                    // A directory counts when its name is durable.
                }
            }
        }

        private void change(Naming naming) {
            pending.add(naming);
            apply(naming, names);
        }

        private static void apply(Naming naming, TreeMap<Path, Integer> to) {
            if (naming.gone != null) {
                to.remove(naming.gone);
            }
            if (naming.name != null) {
                to.put(naming.name, naming.file);
            }
        }

        /** Everything that a loss of power may leave: a list of files with their bytes for each. */
        List<TreeMap<Path, byte[]>> left() {
            List<TreeMap<Path, byte[]>> left = new ArrayList<>();
            if (!hasDirectory) {
                return List.of(new TreeMap<>());
            }
            for (int some = 0; some < 1 << pending.size(); some++) {
                TreeMap<Path, Integer> named = new TreeMap<>(durable);
                for (int i = 0; i < pending.size(); i++) {
                    if ((some >> i & 1) != 0) {
                        apply(pending.get(i), named);
                    }
                }
                List<TreeMap<Path, byte[]>> these = new ArrayList<>(List.of(new TreeMap<>()));
                named.forEach((name, file) -> {
                    List<TreeMap<Path, byte[]>> longer = new ArrayList<>();
                    for (TreeMap<Path, byte[]> one : these) {
                        for (byte[] content : contents.get(file)) {
                            TreeMap<Path, byte[]> with = new TreeMap<>(one);
                            with.put(name, content);
                            longer.add(with);
                        }
                    }
                    these.clear();
                    these.addAll(longer);
                });
                left.addAll(these);
            }
            return left;
        }
    }

    private void change(KvStore store, SplittableRandom random) {
        for (int i = 0; i < 60; i++) {
            byte[] key = Pools.payload(random.nextInt(KEYS), 16);
            byte[] value = Pools.payload(random.nextLong(), random.nextInt(60));
            if (random.nextInt(3) == 0) {
                store.delete(key);
                now.remove(ByteBuffer.wrap(key));
            } else {
                store.put(key, value);
                now.put(ByteBuffer.wrap(key), value);
            }
        }
    }

    private static void requireHolds(Path directory, Map<ByteBuffer, byte[]> expected) {
        try (Pool pool = Pool.inMemory("restored", Pools.small())) {
            KvStore store = pool.store("store");
            store.backup().restoreFrom(directory);
            assertEquals(expected.size(), store.statistics().entries());
            expected.forEach((key, value) -> assertArrayEquals(value, store.get(key.array())));
        }
    }

    @Test
    void aBackupIsTheOneBeforeOrTheNewOneWhereverThePowerGoes() throws IOException {
        Path directory = scratch.path("backup").toAbsolutePath();
        try (Pool pool = Pool.inMemory("pool", Pools.small())) {
            KvStore store = pool.store("store");
            List<BackupPart> before = List.of();
            Map<ByteBuffer, byte[]> held = Map.of();
            for (int round = 0; round < 4; round++) {
                change(store, SEED.random("round", round));
                boolean hadDirectory = Files.isDirectory(directory);
                TreeMap<Path, byte[]> files = files(directory);
                // The third one begins anew, and removes the others.
                List<Event> events = record(store, directory, round == 2);
                List<BackupPart> after = Backup.check(directory);
                walk(store, new Disk(directory, files, hadDirectory), events, before, held, after);
                before = after;
                held = new HashMap<>(now);
            }
        }
        System.out.println("BackupCrashStatesTest: " + states + " states");
        assertTrue(states >= LEAST_STATES, states + " states");
    }

    private void walk(KvStore store, Disk disk, List<Event> events, List<BackupPart> before, Map<ByteBuffer, byte[]> held,
            List<BackupPart> after) throws IOException {
        for (int i = 0; i < events.size(); i++) {
            Event event = events.get(i);
            disk.take(event, written(events, i));
            boolean returned = i + 1 == events.size();
            for (TreeMap<Path, byte[]> left : disk.left()) {
                states++;
                Path crashed = scratch.path("crashed-" + states);
                Files.createDirectories(crashed);
                for (Map.Entry<Path, byte[]> file : left.entrySet()) {
                    Files.write(crashed.resolve(file.getKey().getFileName()), file.getValue());
                }
                check(store, crashed, before, held, after, returned, event + ": " + left.keySet());
            }
        }
    }

    /** What the file of an event holds when it is forced next. */
    private static byte[] written(List<Event> events, int from) {
        return events.subList(from, events.size()).stream()
                .filter(event -> event.step == Step.FORCED && event.file.equals(events.get(from).file))
                .map(Event::content).findFirst().orElse(new byte[0]);
    }

    private void check(KvStore store, Path crashed, List<BackupPart> before, Map<ByteBuffer, byte[]> held,
            List<BackupPart> after, boolean returned, String where) throws IOException {
        boolean none = !Files.exists(crashed.resolve(BackupManifest.FILE));
        if (none) {
            assertTrue(before.isEmpty() && !returned, where);
        } else {
            List<BackupPart> found = Backup.check(crashed);
            assertTrue(found.equals(after) || (!returned && found.equals(before)), where + " holds " + found);
            requireHolds(crashed, found.equals(after) ? now : held);
        }
        boolean hasPart = files(crashed).keySet().stream().anyMatch(file -> file.toString().endsWith(".selkie-backup"));
        if (none && hasPart) {
            // Parts without a manifest may be all that is left of a backup: it is said, and nothing is removed.
            assertThrows(BackupException.class, () -> store.backup().writeTo(crashed));
        } else {
            store.backup().writeTo(crashed);
            requireHolds(crashed, now);
        }
    }
}
