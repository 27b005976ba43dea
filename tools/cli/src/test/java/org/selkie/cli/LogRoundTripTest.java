// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** What is appended comes back, byte for byte. */
final class LogRoundTripTest extends PlaceTest {
    private static final Path DPKG_STATUS = Path.of("/var/lib/dpkg/status");
    private static final int MIB = 1 << 20;
    /** A property, so that a failure can be repeated. */
    private static final long SEED = Long.getLong("selkie.seed", System.nanoTime());

    private Run append(byte[] input, Object... options) {
        return append(Channels.newChannel(new ByteArrayInputStream(input)), options);
    }

    private Run append(ReadableByteChannel input, Object... options) {
        return Run.withInput(input, Stream.concat(
            Stream.of("log", "append", "--durability", "process-crash", pool(), "text"), Arrays.stream(options)).toArray());
    }

    private byte[] cat() {
        return Run.of("log", "cat", pool(), "text").succeeded().out();
    }

    @Test
    void theStatusOfDpkgComesBackFromAFileAndFromADisk() throws IOException {
        assumeTrue(Files.isReadable(DPKG_STATUS), "there is no " + DPKG_STATUS + " on this machine");
        byte[] status = Files.readAllBytes(DPKG_STATUS);
        Path disk = Files.createTempDirectory("selkie-cli-test-");
        try {
            Path pool = disk.resolve("pool");
            boolean volatileDisk = Run.of("probe", disk).text().contains("process-crash");
            Run appended = Run.of("log", "append", "--extent-size", "1M", "--durability",
                volatileDisk ? "process-crash" : "power-failure", pool, "dpkg", DPKG_STATUS).succeeded();
            assertTrue(appended.text().contains(volatileDisk ? "process-crash" : "power-failure"), appended::text);
            assertArrayEquals(status, Run.of("log", "cat", pool, "dpkg").succeeded().out());
            assertTrue(Run.of("verify", pool).succeeded().text().contains("ok: "));
        } finally {
            Places.remove(disk);
        }
    }

    static Stream<Arguments> texts() {
        Random random = new Random(SEED);
        byte[] noise = new byte[3 * MIB];
        random.nextBytes(noise);
        byte[] longLine = new byte[5 * MIB + 17];
        Arrays.fill(longLine, (byte) 'x');
        longLine[longLine.length - 1] = '\n';
        byte[] chunk = new byte[MIB];
        Arrays.fill(chunk, (byte) 'y');
        byte[] chunkThatEnds = chunk.clone();
        chunkThatEnds[MIB - 1] = '\n';
        return Stream.of(
            arguments("nothing at all", bytes(""), 0),
            arguments("one byte", bytes("a"), 1),
            arguments("one line", bytes("a\n"), 1),
            arguments("a line without its end", bytes("a\nb"), 2),
            arguments("an empty line", bytes("\n"), 1),
            arguments("empty lines", bytes("\n\n\na\n\n"), 5),
            arguments("lines of another system", bytes("a\r\nb\r\n\r\nc\r"), 4),
            arguments("NUL bytes", new byte[] {0, 0, '\n', 0, '\n', 0}, 3),
            arguments("bytes that are no text", new byte[] {(byte) 0xff, (byte) 0x8a, '\n', (byte) 0x0b, (byte) 0xc3}, 2),
            arguments("noise, seed " + SEED, noise, lines(noise)),
            arguments("a line longer than every buffer", longLine, 1),
            arguments("a buffer without an end of line", chunk, 1),
            arguments("a buffer that ends with its line", chunkThatEnds, 1),
            arguments("lines around a buffer's end", joined(chunk, bytes("\n"), chunkThatEnds, bytes("tail")), 3));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        Arrays.stream(parts).forEach(all::writeBytes);
        return all.toByteArray();
    }

    private static int lines(byte[] text) {
        int feeds = 0;
        for (byte b : text) {
            feeds += b == '\n' ? 1 : 0;
        }
        return feeds + (text.length > 0 && text[text.length - 1] != '\n' ? 1 : 0);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("texts")
    void everyTextComesBackWithARecordForEachLine(String name, byte[] text, int records) {
        Run appended = append(text).succeeded();
        assertTrue(appended.text().startsWith("appended " + Figures.count(records, "record") + ","), appended::text);
        assertArrayEquals(text, cat());
    }

    @Test
    void aTextThatComesInPiecesOfEveryLengthComesBack() {
        Random random = new Random(SEED);
        byte[] text = new byte[200_000];
        random.nextBytes(text);
        append(new InPieces(text, random)).succeeded();
        assertArrayEquals(text, cat(), "seed " + SEED);
    }

    @Test
    void appendedTextsComeBackOneAfterTheOther() {
        append(bytes("a\nb")).succeeded();
        Run second = append(bytes("c\n")).succeeded();
        assertTrue(second.text().contains("to log text"), second::text);
        assertArrayEquals(bytes("a\nbc\n"), cat());
        assertEquals("a\nb\nc\n", Run.of("log", "cat", pool(), "text", "--lines").succeeded().text());
    }

    @Test
    void aTextOfManyExtentsComesBack() {
        byte[] text = new byte[2 * MIB];
        new Random(SEED).nextBytes(text);
        append(text, "--extent-size=64K").succeeded();
        assertArrayEquals(text, cat(), "seed " + SEED);
    }

    @Test
    void aLineThatFitsIntoNoExtentIsNamedAndTheLinesBeforeItAreThere() {
        byte[] longLine = new byte[70_000];
        Arrays.fill(longLine, (byte) 'x');
        byte[] before = bytes("one\ntwo\n");
        Run run = append(joined(before, longLine, bytes("\nthree\n")), "--extent-size=64K");
        assertEquals(1, run.status());
        assertTrue(run.err().contains("line 3 of the input is longer than 61412 bytes"), run::err);
        assertTrue(run.err().contains("--extent-size"), run::err);
        assertTrue(run.err().contains("the first 2 records (8 bytes of the input) are in log text"), run::err);
        assertArrayEquals(before, cat());
    }

    @Test
    void acknowledgementsCountWhatIsDurable() {
        Run run = append(new InPieces(bytes("a\nbb\nccc\n"), new Random(1)), "--acks").succeeded();
        long acknowledged = run.text().lines().filter(line -> line.startsWith("ack "))
            .mapToLong(line -> Long.parseLong(line.split(" ", -1)[2])).max().orElse(-1);
        assertEquals(9, acknowledged, run::text);
    }

    /** Gives a stream in pieces of one byte and more. */
    private static final class InPieces implements ReadableByteChannel {
        private final ByteBuffer text;
        private final Random random;

        InPieces(byte[] text, Random random) {
            this.text = ByteBuffer.wrap(text);
            this.random = random;
        }

        @Override
        public int read(ByteBuffer to) {
            if (!text.hasRemaining()) {
                return -1;
            }
            int count = Math.min(Math.min(text.remaining(), to.remaining()), 1 + random.nextInt(3000));
            to.put(text.slice().limit(count));
            text.position(text.position() + count);
            return count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            // There is nothing to give back.
        }
    }
}
