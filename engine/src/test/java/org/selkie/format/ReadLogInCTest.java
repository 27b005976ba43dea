// SPDX-License-Identifier: Apache-2.0
package org.selkie.format;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.log.Batch;
import org.selkie.log.Log;
import org.selkie.log.LogReader;
import org.selkie.os.Command;
import org.selkie.persist.Durability;
import org.selkie.testing.OneExtentLog;
import org.selkie.testing.Scratch;
import org.selkie.testing.Seed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A C program that knows the headers alone reads what Java wrote. */
final class ReadLogInCTest {

    @RegisterExtension
    private static final Seed SEED = new Seed();

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    @TempDir
    private Path temporary;

    @Test
    void aCProgramReadsTheRecordsThatJavaWrote() throws IOException {
        Path directory = scratch.path("pool");
        PoolOptions options = PoolOptions.defaults().withDurability(Durability.PROCESS_CRASH).withExtentBytes(1 << 16);
        List<String> inJava = new ArrayList<>();
        try (Pool pool = Pool.open(directory, options)) {
            Log log = pool.log("read in c");
            write(log, SEED.random("records"));
            LogReader reader = log.reader();
            while (reader.next()) {
                inJava.add((reader.position() + " " + reader.lengthBytes() + " "
                        + HexFormat.of().formatHex(reader.bytes())).strip());
            }
        }
        List<String> inC = readInC(directory);
        for (int i = 0; i < Math.min(inJava.size(), inC.size()); i++) {
            assertEquals(inJava.get(i), inC.get(i));
        }
        assertEquals(inJava.size(), inC.size());
    }

    @Test
    void aCProgramBeginsWhereTheLogWasTrimmedInTheMiddleOfABatch() throws IOException {
        Path directory = scratch.path("pool");
        try (OneExtentLog extent = OneExtentLog.create(Files.createDirectory(directory).resolve("extent-1"), 1 << 16, "x", 0)) {
            long first = extent.log().batch().add(new byte[] {1}).add(new byte[] {2}).add(new byte[] {3}).commit();
            extent.log().trim(first + RecordLayout.recordBytes(1));
        }
        assertEquals(List.of("4160 1 02", "4224 1 03"), readInC(directory));
    }

    @Test
    void aCProgramNamesThePlaceOfADamagedRecord() throws IOException {
        Path file = scratch.path("extent-1");
        try (OneExtentLog extent = OneExtentLog.create(file, 1 << 16, "x", 0)) {
            extent.log().append(new byte[100]);
            extent.log().append(new byte[100]);
        }
        byte[] bytes = Files.readAllBytes(file);
        bytes[ExtentHeader.BYTES + 60]++;
        Files.write(file, bytes);
        Path program = CPrograms.compile("gcc", "read_log", temporary, CPrograms.crcFlags());
        Command.Outcome outcome = Command.run(program.toString(), file.toString());
        assertEquals(1, outcome.status());
        assertTrue(outcome.output().contains("no record verifies at offset 4096, position 4096"), outcome.output());
    }

    private static void write(Log log, SplittableRandom random) {
        try (Batch batch = log.batch()) {
            for (int i = 0; i < 800; i++) {
                byte[] payload = new byte[random.nextInt(10) == 0 ? random.nextInt(5000) : random.nextInt(200)];
                random.nextBytes(payload);
                if (random.nextInt(4) != 0) {
                    log.append(payload);
                } else if (batch.add(payload).size() >= 5) {
                    batch.commit();
                }
            }
        }
    }

    /** The records of every extent in the order of the extents. */
    private List<String> readInC(Path directory) throws IOException {
        Path program = CPrograms.compile("gcc", "read_log", temporary, CPrograms.crcFlags());
        List<String> records = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(f -> f.getFileName().toString().startsWith("extent")).sorted().toList()) {
                List<String> lines = Command.check(program.toString(), file.toString()).lines().map(String::strip).toList();
                records.addAll(lines.subList(1, lines.size()));
            }
        }
        return records;
    }
}
