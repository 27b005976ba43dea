// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.selkie.os.Command;
import org.selkie.persist.Durability;
import org.selkie.testing.Scratch;
import org.selkie.testing.SecondJvm;
import org.selkie.testing.Seed;

import static org.junit.jupiter.api.Assertions.assertEquals;

/**
 * Another process damages an extent file of a pool that is written and read: the JVM lives, says so in typed exceptions, and
 * hands out no record that was not appended. {@code -Dselkie.rounds=100} for the long run.
 */
final class UnderfootTest {

    /** Of each kind of damage, spread over media and collectors. */
    private static final int ROUNDS = (Integer.getInteger("selkie.rounds", 5) + 3) / 4;
    private static final int START_SECONDS = 60;

    @RegisterExtension
    private static final Seed SEED = new Seed();

    /** What is done to the file. */
    enum Damage { TRUNCATE, PUNCH, OVERWRITE }

    @Nested
    final class OnTmpfs {

        @RegisterExtension
        private final Scratch scratch = Scratch.tmpfs();

        @ParameterizedTest
        @CsvSource({"TRUNCATE, G1", "TRUNCATE, Serial", "PUNCH, G1", "PUNCH, Serial", "OVERWRITE, G1", "OVERWRITE, Serial"})
        void theJvmSurvivesAndSaysWhatItSaw(Damage damage, String collector) throws Exception {
            rounds(scratch.path("pools"), Durability.PROCESS_CRASH, damage, collector);
        }
    }

    @Nested
    final class OnDisk {

        @RegisterExtension
        private final Scratch scratch = Scratch.disk();

        @ParameterizedTest
        @CsvSource({"TRUNCATE, G1", "TRUNCATE, Serial", "PUNCH, G1", "PUNCH, Serial", "OVERWRITE, G1", "OVERWRITE, Serial"})
        void theJvmSurvivesAndSaysWhatItSaw(Damage damage, String collector) throws Exception {
            rounds(scratch.path("pools"), Durability.POWER_FAILURE, damage, collector);
        }
    }

    private static void rounds(Path directory, Durability durability, Damage damage, String collector) throws Exception {
        Command.require("fallocate", "util-linux");
        Files.createDirectories(directory);
        List<String> options = List.of("-XX:+Use" + collector + "GC", "-Xmx128m");
        long seed = SEED.random(durability + collector + damage).nextLong();
        try (SecondJvm jvm = SecondJvm.start(UnderfootChild.class, options, directory, durability, seed, 0, ROUNDS)) {
            for (int round = 0; round < ROUNDS; round++) {
                SplittableRandom random = new SplittableRandom(seed + round);
                jvm.await("ready " + round, START_SECONDS);
                TimeUnit.MICROSECONDS.sleep(random.nextInt(20_000));
                damage(directory.resolve("pool-" + round), damage, random);
                Files.createFile(directory.resolve("damaged-" + round));
                System.out.println(damage + ", " + durability + ", " + collector + ": " + jvm.await("round", START_SECONDS));
                Scratch.remove(directory.resolve("pool-" + round));
            }
            assertEquals(0, jvm.awaitEnd(START_SECONDS), jvm::output);
        }
    }

    private static void damage(Path pool, Damage damage, SplittableRandom random) throws IOException {
        for (boolean done = false; !done;) {
            List<Path> extents;
            try (Stream<Path> files = Files.list(pool)) {
                extents = files.filter(file -> file.getFileName().toString().startsWith("extent-")).sorted().toList();
            }
            // The last ones are those that are written.
            int last = extents.size() - 1;
            int which = random.nextBoolean() ? Math.max(0, last - random.nextInt(3)) : random.nextInt(extents.size());
            done = damageFile(extents.get(which), damage, random);
        }
    }

    /** Some times, one after the other. Returns false if the file is not there any more, or not yet. */
    private static boolean damageFile(Path extent, Damage damage, SplittableRandom random) throws IOException {
        try (FileChannel file = FileChannel.open(extent, StandardOpenOption.WRITE)) {
            long lengthBytes = file.size();
            if (lengthBytes == 0) {
                // Just being made.
                return false;
            }
            int times = random.nextInt(1, 8);
            for (int i = 0; i < times; i++) {
                long from = random.nextLong(4) == 0 ? 0 : random.nextLong(lengthBytes);
                long bytes = 1 + random.nextLong(random.nextBoolean() ? 64 : 64 * 1024);
                switch (damage) {
                    case TRUNCATE -> {
                        file.truncate(from);
                        if (random.nextInt(3) == 0) {
                            // Back again, with other pages: nothing faults any more, and what stood there is gone.
                            file.write(ByteBuffer.allocate(1), lengthBytes - 1);
                        }
                    }
                    case PUNCH -> Command.run("fallocate", "-p", "-o", Long.toString(from), "-l",
                            Long.toString(Math.min(bytes, lengthBytes - from)), extent.toString());
                    case OVERWRITE -> {
                        byte[] noise = new byte[(int) Math.min(bytes, lengthBytes - from)];
                        random.nextBytes(noise);
                        file.write(ByteBuffer.wrap(noise), from);
                    }
                    default -> throw new AssertionError(damage);
                }
            }
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }
}
