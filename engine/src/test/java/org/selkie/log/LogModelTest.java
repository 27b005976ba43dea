// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.fault.PoolFullException;
import org.selkie.fault.PositionException;
import org.selkie.testing.Damage;
import org.selkie.testing.Pools;
import org.selkie.testing.Pools.Entry;
import org.selkie.testing.Scratch;
import org.selkie.testing.Seed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Whatever is done to two logs of a pool, in any order, they are what two plain lists are. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class LogModelTest {

    private static final int STEPS = Integer.getInteger("selkie.steps", 1500);

    @RegisterExtension
    private static final Seed SEED = new Seed();

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    private SplittableRandom random;
    private PoolOptions options;
    private Path directory;
    private Pool pool;
    private long numbers;
    private final List<Model> models = List.of(new Model("first"), new Model("zweites"));

    /** A log and the list that it should be. */
    private static final class Model {
        final String name;
        final List<Entry> entries = new ArrayList<>();
        /** The entries around a reader: it stands on the one between them, or where they meet. */
        int before = -1;
        int after;
        Log log;
        LogReader reader;
        long trimmed = -1;
        boolean single;

        Model(String name) {
            this.name = name;
        }

        long end() {
            return log.visiblePosition();
        }

        void between(int index) {
            before = index - 1;
            after = index;
        }

        void on(int index) {
            before = index - 1;
            after = index + 1;
            Entry entry = entries.get(index);
            assertEquals(entry.position(), reader.position());
            assertArrayEquals(entry.payload(), reader.bytes());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    void aLogIsAListOfItsRecords(int round) {
        random = SEED.random("steps", round);
        options = Pools.small().withSpareExtents(random.nextInt(4)).withMaxBytes((6 + random.nextInt(20)) * Pools.EXTENT_BYTES);
        directory = scratch.path("pool");
        open();
        for (int step = 0; step < STEPS; step++) {
            Model model = models.get(random.nextInt(2));
            int number = step;
            try {
                step(model);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("round " + round + ", step " + number + ", log " + model.name + ": " + e, e);
            }
        }
        models.forEach(this::checkAll);
        pool.close();
    }

    private void step(Model model) {
        int choice = random.nextInt(100);
        if (choice < 40) {
            write(model, () -> append(model));
        } else if (choice < 52) {
            write(model, () -> batch(model));
        } else if (choice < 58) {
            claim(model);
        } else if (choice < 68) {
            read(model);
        } else if (choice < 92) {
            move(model);
        } else if (choice < 96) {
            trim(model);
        } else if (choice < 97) {
            checkAll(model);
        } else if (choice < 99) {
            pool.close();
            open();
        } else {
            crash();
        }
    }

    private void open() {
        pool = Pool.open(directory, options.withRecoveryMode(RecoveryMode.STRICT));
        assertTrue(pool.recovery().isClean(), () -> pool.recovery().toString());
        attach();
    }

    private void attach() {
        for (Model model : models) {
            model.single = random.nextInt(3) == 0;
            model.log = pool.log(model.name, model.single ? LogOptions.forSingleWriter() : LogOptions.defaults());
            model.reader = model.log.reader(random.nextBoolean() ? Visibility.VISIBLE : Visibility.PERSISTED);
            model.between(0);
            if (random.nextInt(4) == 0) {
                checkAll(model);
            }
        }
    }

    /** The process is killed: its files are what they are at this moment. Every record was acknowledged. */
    private void crash() {
        Path image = scratch.path("image");
        Damage.copy(directory, image);
        pool.close();
        directory = image;
        pool = Pool.open(directory, options);
        assertFalse(pool.recovery().hasLoss(), () -> pool.recovery().toString());
        attach();
        models.forEach(this::checkAll);
    }

    private void write(Model model, Runnable write) {
        long before = model.end();
        try {
            write.run();
        } catch (PoolFullException e) {
            assertTrue(model.end() >= before);
            // Nothing of it is there.
            assertEquals(model.entries.size(), Pools.entries(model.log).size());
            trim(models.get(random.nextInt(2)));
        }
    }

    private byte[] payload() {
        int length = switch (random.nextInt(20)) {
            case 0 -> random.nextInt(Pools.MAX_PAYLOAD_BYTES + 1);
            case 1, 2, 3 -> random.nextInt(5000);
            default -> random.nextInt(300);
        };
        return Pools.payload(numbers++, length);
    }

    private void append(Model model) {
        byte[] payload = payload();
        long position = random.nextBoolean() ? model.log.append(payload) : model.log.append(MemorySegment.ofArray(payload));
        add(model, position, payload);
    }

    private static void add(Model model, long position, byte[] payload) {
        assertTrue(model.entries.isEmpty() || position > model.entries.getLast().position());
        model.entries.add(new Entry(position, payload));
    }

    private void batch(Model model) {
        List<byte[]> payloads = new ArrayList<>();
        try (Batch batch = model.log.batch()) {
            for (int member = random.nextInt(8); member >= 0; member--) {
                byte[] payload = Pools.payload(numbers++, random.nextInt(random.nextInt(6) == 0 ? 7000 : 200));
                payloads.add(payload);
                batch.add(payload);
            }
            long position = batch.commit();
            for (byte[] payload : payloads) {
                add(model, position, payload);
                position += (payload.length + 28 + 63) / 64 * 64;
            }
        }
    }

    private void claim(Model model) {
        byte[] payload = payload();
        try (Claim claim = model.log.claim(payload.length)) {
            MemorySegment.copy(payload, 0, claim.segment(), ValueLayout.JAVA_BYTE, 0, payload.length);
            if (random.nextBoolean()) {
                write(model, () -> add(model, claim.commit(), payload));
            } else {
                claim.abort();
            }
        }
    }

    private void read(Model model) {
        if (model.entries.isEmpty()) {
            assertThrows(PositionException.class, () -> model.log.read(model.end()));
            return;
        }
        Entry entry = model.entries.get(random.nextInt(model.entries.size()));
        assertArrayEquals(entry.payload(), model.log.read(entry.position()));
        if (model.trimmed >= 0) {
            assertThrows(PositionException.class, () -> model.log.read(model.trimmed));
        }
    }

    private void move(Model model) {
        switch (random.nextInt(8)) {
            case 0 -> {
                model.reader.seekToStart();
                model.between(0);
            }
            case 1 -> {
                model.reader.seekToEnd();
                model.between(model.entries.size());
            }
            case 2, 3, 4, 5 -> {
                assertEquals(model.after < model.entries.size(), model.reader.next());
                if (model.after < model.entries.size()) {
                    model.on(model.after);
                }
            }
            default -> {
                assertEquals(model.before >= 0, model.reader.previous());
                if (model.before >= 0) {
                    model.on(model.before);
                }
            }
        }
    }

    private void trim(Model model) {
        int first = model.entries.isEmpty() ? 0 : random.nextInt(model.entries.size() + 1);
        long position = first < model.entries.size() ? model.entries.get(first).position() : model.end();
        model.log.trim(position);
        if (first > 0) {
            model.trimmed = model.entries.get(first - 1).position();
            model.entries.subList(0, first).clear();
        }
        model.reader.seekToStart();
        model.between(0);
    }

    private void checkAll(Model model) {
        Pools.assertSame(model.entries, Pools.entries(model.log));
        Pools.assertSame(model.entries, Pools.backwards(model.log).reversed());
        if (!model.entries.isEmpty()) {
            assertTrue(model.log.startPosition() <= model.entries.getFirst().position());
        }
    }
}
