// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.fault.PoolFormatException;
import org.selkie.fault.SelkieException;
import org.selkie.testing.PoolImage;
import org.selkie.testing.Pools;
import org.selkie.testing.Scratch;
import org.selkie.testing.Seed;
import org.selkie.testing.Threads;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Pools that somebody forged, checksums and all: each is refused by a typed exception or read rightly, and soon. */
final class HostileImagesTest {

    private static final long LIMIT_SECONDS = 5;
    private static final long MAX_BYTES = 32L << 20;
    private static final int END = (int) Pools.EXTENT_BYTES;
    private static final int DATA = 1;
    private static final int PAD = 2;
    private static final long UNKNOWN_LAG = 0xffffff;
    private static final int LARGE_EXTENT_BYTES = 4 << 20;

    @RegisterExtension
    static final Seed SEED = new Seed();

    @RegisterExtension
    final Scratch scratch = Scratch.any();

    private DamagedPool template;
    private Path directory;

    @Test
    void absurdHeadersAreRefusedOrReadRightly() {
        List<Long> longs = new ArrayList<>(List.of(0L, 1L, 3L, -1L, 1L << 31, 1L << 40, 3000L, 1_000_000L, Long.MAX_VALUE,
                Long.MAX_VALUE / END, Long.MAX_VALUE / END - 1, Long.MIN_VALUE, 0xffffffffL));
        for (int offset : new int[] {Forgery.GENERATION, Forgery.EXTENT_BYTES, Forgery.SEQUENCE}) {
            longs.forEach(value -> everywhere("a long of " + value + " at " + offset,
                    forgery -> forgery.slots(slot -> slot.putLong(offset, value))));
        }
        for (int offset : new int[] {Forgery.STATE, Forgery.NUMBER, Forgery.NAME_LENGTH}) {
            for (int value : new int[] {0, 1, 2, 77, 256, 257, -1, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
                everywhere("an int of " + value + " at " + offset,
                        forgery -> forgery.slots(slot -> slot.putInt(offset, value)));
            }
        }
    }

    @Test
    void namesThatAreNoUtf8AreRefused() {
        for (int value : new int[] {0xff, 0x80, 0xc0, 0xed, 0, 0x0a, 0x2f}) {
            for (int length : new int[] {1, 5, 256}) {
                everywhere("a name of " + length + " bytes " + value, forgery -> forgery.slots(slot -> {
                    byte[] name = new byte[length];
                    Arrays.fill(name, (byte) value);
                    slot.putInt(Forgery.NAME_LENGTH, length).put(Forgery.NAME, name);
                }));
            }
        }
    }

    @Test
    void aNewerVersionIsRefusedByNamingBoth() {
        for (RecoveryMode mode : RecoveryMode.values()) {
            prepare();
            PoolImage image = template.image().copy();
            new Forgery(image, file(0)).poolHeader(fields -> fields.putShort(Forgery.VERSION, (short) 2));
            requireBothVersions(image, mode);
        }
        PoolImage image = template.image().copy();
        new Forgery(image, file(0)).slots(slot -> slot.putShort(Forgery.VERSION, (short) 2));
        requireBothVersions(image, RecoveryMode.STRICT);
    }

    private void requireBothVersions(PoolImage image, RecoveryMode mode) {
        image.writeTo(directory);
        String message = assertThrows(PoolFormatException.class,
                () -> Pool.open(directory, Pools.small().withRecoveryMode(mode)).close()).getMessage();
        assertTrue(message.contains("2.0") && message.contains("1."), message);
    }

    @Test
    void recordsOfAnUnknownTypeAreRefusedInEveryMode() {
        for (int type : new int[] {0, 4, 19, 31, 255}) {
            prepare();
            PoolImage image = template.image().copy();
            new Forgery(image, file(0)).record(4096, 100, type, 0, 0);
            image.writeTo(directory);
            for (RecoveryMode mode : RecoveryMode.values()) {
                String message = assertThrows(PoolFormatException.class,
                        () -> Pool.open(directory, Pools.small().withRecoveryMode(mode)).close()).getMessage();
                assertTrue(message.contains("1.0"), message);
            }
        }
    }

    @Test
    void marksMayStandAnywhere() {
        prepare();
        SplittableRandom random = SEED.random("marks");
        for (int i = 0; i < 40; i++) {
            long within = random.nextInt(END + 64);
            long position = random.nextBoolean() ? within & -64 : within;
            everywhere("a trim mark " + position + " into the extent",
                    forgery -> forgery.mark(Forgery.TRIM + random.nextInt(2) * 64, forgery.base() + position));
        }
        for (long position : new long[] {0, 64, -64, 1L << 50, Long.MAX_VALUE, Long.MAX_VALUE & -64, 200L * END, 3000L * END}) {
            everywhere("a watermark of " + position, forgery -> forgery.mark(Forgery.WATERMARK, position));
            everywhere("a trim mark of " + position, forgery -> forgery.mark(Forgery.TRIM, position));
        }
    }

    @Test
    void recordsWithAbsurdLengthsLagsAndFlagsAreRefusedOrReadRightly() {
        prepare();
        SplittableRandom random = SEED.random("records");
        long[] lengths = {0, 35, 36, 100, END - 4096 - 28, END, 0x7fffffffL, 0xffffffffL, 0xffffffe4L};
        for (int i = 0; i < 150; i++) {
            int offset = 4096 + 64 * random.nextInt((END - 4096) / 64);
            long length = random.nextBoolean() ? END - offset - 28 : lengths[random.nextInt(lengths.length)];
            long lag = new long[] {0, 1, 64, 0xfffffe, UNKNOWN_LAG}[random.nextInt(5)];
            int type = 1 + random.nextInt(3);
            int flags = random.nextInt(4);
            everywhere("a record of " + length + " bytes, lag " + lag + ", type " + type + ", flags " + flags + " at " + offset,
                    forgery -> forgery.record(offset, length, type, flags, lag));
        }
    }

    @Test
    void batchesThatNeverEndAndSpansToTheEndTakeNothingElseAlong() {
        everywhere("a batch that never ends", forgery -> {
            for (int offset = 4096; offset < END; offset += 64) {
                forgery.record(offset, 10, DATA, offset == 4096 ? 1 : 3, 0);
            }
        });
        everywhere("members without a beginning", forgery -> {
            for (int offset = 4096; offset < END; offset += 64) {
                forgery.record(offset, 10, DATA, 2, 0);
            }
        });
        everywhere("a span to the end", forgery -> forgery.record(4096, END - 4096 - 28, PAD, 0, UNKNOWN_LAG));
        everywhere("a span beyond the end", forgery -> forgery.record(4096, END, PAD, 0, UNKNOWN_LAG));
    }

    @Test
    void extentsThatClaimOnePlaceOrLeaveGapsAreRefusedOrReadRightly() {
        everywhere("the same extent twice", forgery -> {
            String other = "extent-00000099.selkie";
            forgery.image.files().put(other, forgery.image.files().get(forgery.file).clone());
            forgery.in(other).slots(slot -> slot.putInt(Forgery.NUMBER, 99));
        });
        for (long step : new long[] {1, 2, 5, 100, 2000, 1L << 30}) {
            everywhere("a gap of " + step, forgery -> forgery.slots(
                    slot -> slot.putLong(Forgery.SEQUENCE, slot.getLong(Forgery.SEQUENCE) + step)));
        }
    }

    @Test
    void longRecordsForgedAtEveryLineDoNotCostTheSquareOfTheExtent() {
        Path large = scratch.path("large");
        PoolOptions options = Pools.small().withExtentBytes(LARGE_EXTENT_BYTES);
        try (Pool pool = Pool.open(large, options)) {
            pool.log("log").append(new byte[100]);
        }
        for (boolean spans : new boolean[] {false, true}) {
            PoolImage image = PoolImage.of(large);
            String file = image.extents().stream().filter(name -> image.header(name).logName().equals("log")).findFirst()
                    .orElseThrow();
            Forgery forgery = new Forgery(image, file);
            for (int offset = 8192; offset < LARGE_EXTENT_BYTES; offset += 64) {
                forgery.header(offset, LARGE_EXTENT_BYTES - offset - 28, spans ? PAD : DATA, 0, 0);
            }
            Path forged = scratch.path("forged");
            for (PoolOptions how : List.of(options.forReading(), options, options.withRecoveryMode(RecoveryMode.SALVAGE))) {
                image.writeTo(forged);
                inTime("long records at every line", () -> open(forged, how, _ -> { }));
            }
        }
    }

    private void prepare() {
        if (template == null) {
            directory = scratch.path("pool");
            template = DamagedPool.make(DamagedPool.Kind.BATCHES, true, scratch.path("template"), SEED.random("template"));
        }
    }

    private String file(int sequence) {
        return template.logs().values().iterator().next().fileOfSequence().get((long) sequence);
    }

    /** Forges the first, the second and the last extent, one at a time, and opens each in every mode. */
    private void everywhere(String what, Consumer<Forgery> forge) {
        prepare();
        for (int sequence = 0; sequence < 3; sequence++) {
            PoolImage image = template.image().copy();
            forge.accept(new Forgery(image, file(sequence)));
            PoolOptions options = Pools.small().withMaxBytes(MAX_BYTES);
            List<PoolOptions> ways = new ArrayList<>(List.of(options.forReading()));
            for (RecoveryMode mode : RecoveryMode.values()) {
                ways.add(options.withRecoveryMode(mode));
            }
            for (PoolOptions way : ways) {
                String where = what + ", extent " + sequence + ", " + (way.readOnly() ? "reading" : way.recoveryMode());
                image.writeTo(directory);
                inTime(where, () -> open(directory, way, pool -> requireOriginals(pool, image)));
            }
        }
    }

    private static void inTime(String what, Runnable task) {
        long began = System.nanoTime();
        try (Threads threads = new Threads()) {
            threads.start(task::run);
            threads.await(2 * LIMIT_SECONDS);
        } catch (AssertionError e) {
            throw new AssertionError(what + ": " + e.getMessage(), e);
        }
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began);
        assertTrue(seconds < LIMIT_SECONDS, () -> what + " took " + seconds + " s");
    }

    private static void open(Path directory, PoolOptions options, Consumer<Pool> look) {
        try (Pool pool = Pool.open(directory, options)) {
            look.accept(pool);
        } catch (SelkieException e) {
            assertTrue(!e.getMessage().isEmpty());
        }
    }

    /** Where the image has the template's bytes, a record is the template's; what was forged may be read as it stands. */
    private void requireOriginals(Pool pool, PoolImage image) {
        for (String name : pool.logs()) {
            LogReader reader = pool.log(name).reader(Visibility.VISIBLE);
            DamagedPool.Content content = template.logs().get(name);
            while (reader.next()) {
                byte[] original = content == null ? null : content.everything().get(reader.position());
                if (original != null && template.isUntouched(content, reader.position(), reader.nextPosition(), image)) {
                    assertArrayEquals(original, reader.bytes(), "another record at " + reader.position());
                }
            }
            while (reader.previous()) {
                assertTrue(reader.lengthBytes() >= 0);
            }
        }
    }
}
