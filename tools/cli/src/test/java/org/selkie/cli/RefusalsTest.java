// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Whatever cannot be done is answered in one line that says what to do, and leaves nothing behind. */
@Timeout(60)
final class RefusalsTest extends PlaceTest {
    private static final int HEADER_BYTES = 4096;
    private static final int VERSION_OFFSET = 8;

    private Path someFile() throws IOException {
        return Files.writeString(place().resolve("lines"), "one\ntwo\n");
    }

    @Test
    void memoryDoesNotKeepWhatSurvivesALossOfPowerAndTheOptionIsNamed() throws IOException {
        assumeTrue(Run.of("probe", place()).text().contains("tmpfs"), "there is no tmpfs to test on");
        String line = Run.of("log", "append", pool(), "orders", someFile()).failedWith(1);
        assertTrue(line.contains("cannot keep POWER_FAILURE") && line.contains("--durability process-crash"), line);
        assertFalse(Files.exists(pool()), "a refused pool was left behind");
    }

    @Test
    void aSecondWriterIsRefusedAndReadersAreNot() throws Exception {
        append("orders", "one\n");
        Process writer = start("log", "append", "--acks", "--durability=process-crash", pool(), "orders");
        try (OutputStream input = writer.getOutputStream(); BufferedReader answers = writer.inputReader()) {
            input.write("two\n".getBytes(StandardCharsets.UTF_8));
            input.flush();
            assertTrue(answers.readLine().startsWith("ack 1 4 "));
            String line = Run.of("log", "append", "--durability=process-crash", pool(), "orders", someFile()).failedWith(1);
            assertTrue(line.contains("open for writing in process " + writer.pid()), line);
            assertFalse(line.contains("PoolOptions"), line);
            assertTrue(Run.of("log", "trim", "--durability=process-crash", pool(), "orders", "end").failedWith(1)
                .contains("process " + writer.pid()));
            assertEquals("one\ntwo\n", Run.of("log", "cat", pool(), "orders").succeeded().text());
            Run.of("verify", pool()).succeeded();
            Run.of("explain", pool(), "orders", 4160).succeeded();
        }
        assertEquals(0, writer.waitFor());
    }

    @Test
    void aPoolOfANewerVersionIsRefusedWithBothVersions() throws IOException {
        append("orders", "one\n");
        try (RandomAccessFile file = new RandomAccessFile(pool().resolve("pool.selkie").toFile(), "rw")) {
            byte[] header = new byte[HEADER_BYTES];
            file.readFully(header);
            ByteBuffer fields = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
            fields.putShort(VERSION_OFFSET, (short) 2);
            CRC32C crc = new CRC32C();
            crc.update(header, 0, HEADER_BYTES - Integer.BYTES);
            fields.putInt(HEADER_BYTES - Integer.BYTES, (int) crc.getValue());
            file.seek(0);
            file.write(header);
        }
        for (List<Object> command : everyCommandOn(pool())) {
            String line = Run.of(command.toArray()).failedWith(1);
            assertTrue(line.contains("format version 2.0") && line.contains("reads 1.x"), line);
        }
    }

    private List<List<Object>> everyCommandOn(Path pool) throws IOException {
        return List.of(
            List.of("log", "append", "--durability=process-crash", pool, "orders", someFile()),
            List.of("log", "trim", "--durability=process-crash", pool, "orders", "end"),
            List.of("log", "cat", pool, "orders"),
            List.of("log", "stat", pool),
            List.of("verify", pool),
            List.of("explain", pool, "orders", 4096));
    }

    @Test
    void whereNoPoolIsNoneIsMadeByReading() throws IOException {
        for (List<Object> command : everyCommandOn(pool()).subList(1, 6)) {
            assertTrue(Run.of(command.toArray()).failedWith(2).endsWith("there is no pool at " + pool()));
        }
        for (List<Object> command : everyCommandOn(place()).subList(1, 6)) {
            assertTrue(Run.of(command.toArray()).failedWith(2)
                .endsWith("there is no pool at " + place() + ": that is another directory"));
        }
        assertEquals(List.of("lines"), Places.names(place()));
    }

    @Test
    void aPoolOfSomebodyElseIsNotCalledADirectoryWithoutOne() throws IOException {
        Run.of("log", "append", "--durability=process-crash", pool(), "orders", someFile()).succeeded();
        Files.setPosixFilePermissions(pool(), PosixFilePermissions.fromString("---------"));
        try {
            assumeFalse(Files.isReadable(pool()), "root may read every directory; run as another user");
            assertTrue(Run.of("verify", pool()).failedWith(2).contains("may not be read by this user"));
        } finally {
            Files.setPosixFilePermissions(pool(), PosixFilePermissions.fromString("rwx------"));
        }
    }

    @Test
    void aDirectoryWithOtherFilesDoesNotBecomeAPool() throws IOException {
        String line = Run.of("log", "append", "--durability=process-crash", place(), "orders", someFile()).failedWith(2);
        assertTrue(line.contains("is a directory with other files in it") && line.endsWith("such as " + pool()), line);
        assertEquals(List.of("lines"), Places.names(place()));
    }

    @Test
    void whatCannotBeReadMakesNoPool() {
        assertTrue(Run.of("log", "append", pool(), "orders", place().resolve("none")).failedWith(2)
            .endsWith("there is no file " + place().resolve("none")));
        assertTrue(Run.of("log", "append", pool(), "orders", place()).failedWith(2)
            .endsWith(place() + " is a directory; name a file"));
        assertFalse(Files.exists(pool()));
    }

    @Test
    void aReadOnlyFileSystemIsNamed() throws Exception {
        String line = onFileSystemOfItsOwn("ro", "log", "append", "--durability=process-crash", pool(), "orders", someFile());
        assertTrue(line.contains("Read-only file system") || line.contains("EROFS"), line);
    }

    @Test
    void aFullFileSystemIsNamedWithWhatIsThere() throws Exception {
        Path lines = Files.writeString(place().resolve("lines"), "a line of thirty-two characters\n".repeat(50_000));
        String line = onFileSystemOfItsOwn("size=1m", "log", "append", "--durability=process-crash", "--extent-size=64K",
            pool(), "orders", lines);
        assertTrue(line.contains("the file system is full; make room there, or with selkie log trim"), line);
        assertTrue(line.matches(".*; the first [0-9,]+ records \\([0-9]+ bytes of the input\\) are in log orders, .*"), line);
        line = onFileSystemOfItsOwn("size=32k", "log", "append", "--durability=process-crash", "--extent-size=64K", pool(),
            "orders", lines);
        assertTrue(line.contains("the file system is full"), line);
    }

    /** Runs a command that is to fail where a file system of its own is mounted at the pool's parent. */
    private String onFileSystemOfItsOwn(String mountOptions, Object... args) throws Exception {
        Path mount = Files.createDirectories(place().resolve("mount"));
        List<String> command = Arrays.stream(args)
            .map(arg -> arg.equals(pool()) ? mount.resolve("pool").toString() : arg.toString()).toList();
        String script = "mount -t tmpfs -o " + mountOptions + " tmpfs " + quoted(mount.toString());
        assumeTrue(unshare(script).waitFor() == 0, "mounting in a namespace is not allowed here");
        Process process = unshare(script + " && exec " + Run.commandLine(command.toArray()).stream()
            .map(RefusalsTest::quoted).collect(Collectors.joining(" ")));
        assertTrue(process.waitFor(30, TimeUnit.SECONDS));
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.exitValue(), out.getBytes(StandardCharsets.UTF_8), err).failedWith(1);
    }

    private static Process unshare(String script) throws IOException {
        try {
            return new ProcessBuilder("unshare", "--map-root-user", "--mount", "sh", "-c", script).start();
        } catch (IOException e) {
            return new ProcessBuilder("false").start();
        }
    }

    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }
}
