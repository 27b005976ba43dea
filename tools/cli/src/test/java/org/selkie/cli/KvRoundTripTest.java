// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.selkie.cli.kv.EntryFormat;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What is dumped or backed up and loaded again is the same, byte for byte; and what is no entry is told with its line. */
@Timeout(120)
final class KvRoundTripTest extends PlaceTest {
    /** A property, so that a failure can be repeated. */
    private static final long SEED = Long.getLong("selkie.seed", System.nanoTime());

    private Run write(String verb, Path pool, Object... rest) {
        return writeWithInput(new byte[0], verb, pool, rest);
    }

    private Run writeWithInput(byte[] input, String verb, Path pool, Object... rest) {
        Object[] words = new Object[6 + rest.length];
        System.arraycopy(new Object[] {"kv", verb, "--durability=process-crash", "--extent-size=64K", pool, "store"}, 0, words, 0,
            6);
        System.arraycopy(rest, 0, words, 6, rest.length);
        return Run.withInput(input, words);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Keys and values of every kind of byte, some of them no UTF-8, some expiring. */
    private static byte[] noise(EntryFormat format) {
        Random random = new Random(SEED);
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        for (int i = 0; i < 3000; i++) {
            byte[] key = new byte[1 + random.nextInt(30)];
            byte[] value = new byte[random.nextInt(i % 100 == 0 ? 9000 : 60)];
            random.nextBytes(key);
            random.nextBytes(value);
            if (random.nextBoolean()) {
                for (int at = 0; at < value.length; at++) {
                    value[at] = (byte) (value[at] & 0x7f);
                }
            }
            if (random.nextInt(4) == 0) {
                value = bytes("gr\u00fc\u00df \ud83e\uddad " + i);
            }
            Instant expiry = random.nextInt(10) == 0 ? Instant.ofEpochMilli(4_000_000_000_000L + i) : null;
            format.write(key, value, expiry, lines);
        }
        return lines.toByteArray();
    }

    @ParameterizedTest
    @EnumSource(EntryFormat.class)
    void aDumpThatIsLoadedGivesTheSameDumpAgain(EntryFormat format) throws IOException {
        String ending = format == EntryFormat.TSV ? "tsv" : "jsonl";
        writeWithInput(noise(format), "load", pool(), "--format", ending).succeeded();
        Path first = place().resolve("first." + ending);
        String said = Run.of("kv", "dump", pool(), "store", first).succeeded().text();
        assertTrue(said.startsWith("dumped "), said);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(first)));
        Path other = place().resolve("other");
        write("load", other, first).succeeded();
        assertArrayEquals(Files.readAllBytes(first), Run.of("kv", "dump", other, "store", "--format", ending).succeeded().out(),
            () -> "-Dselkie.seed=" + SEED);
        // By way of the other format it is the same too.
        String another = format == EntryFormat.TSV ? "jsonl" : "tsv";
        Path third = place().resolve("third");
        byte[] unordered = Run.of("kv", "dump", pool(), "store", "--format", another, "--unordered").succeeded().out();
        writeWithInput(unordered, "load", third, "--format", another).succeeded();
        assertArrayEquals(Files.readAllBytes(first), Run.of("kv", "dump", third, "store", "--format", ending).succeeded().out(),
            () -> "-Dselkie.seed=" + SEED);
        assertEquals(List.of("first." + ending, "other", "pool", "third"), Places.names(place()));
    }

    @Test
    void linesMayEndAsOnOtherSystemsAndEmptyOnesArePassedOver() {
        writeWithInput(bytes("a\t1\r\n\r\n\nb\t\nc\tx\\ry"), "load", pool()).succeeded();
        assertEquals("a\t1\nb\t\nc\tx\\ry\n", Run.of("kv", "dump", pool(), "store").succeeded().text());
    }

    @Test
    void whatIsNoEntryIsToldWithItsLineAndWhatWasBeforeItIsThere() throws IOException {
        Path file = Files.write(place().resolve("lines.tsv"), bytes("a\t1\nb\t2\nno tab\nc\t3\n"));
        String line = write("load", pool(), file).failedWith(1);
        assertEquals("selkie kv load: " + file + " line 3: there is no tab between a key and a value; the first 2 entries are in "
            + "store store", line);
        assertEquals("a\t1\nb\t2\n", Run.of("kv", "dump", pool(), "store").succeeded().text());
        for (String[] wrong : new String[][] {
            {"tsv", "\tv", "a key of 0 bytes"},
            {"tsv", "k\tv\tsoon", "'soon' is no moment"},
            {"tsv", "k\tv\t2030-01-01T00:00:00Z\tx", "more columns"},
            {"tsv", "k\ta\\xZZ", "'\\xZZ' is no escape"},
            {"tsv", "k\ta\\", "'\\' is no escape"},
            {"tsv", "k\t" + "v".repeat(70_000), "a value of 70000 bytes"},
            {"tsv", "k".repeat(65_537) + "\tv", "a key of 65537 bytes"},
            {"jsonl", "{\"key\":\"k\"}", "there is no \"value\""},
            {"jsonl", "{\"key\":\"k\",\"value\":1}", "\"value\" is no string"},
            {"jsonl", "{\"key\":\"k\",\"value\":\"v\",\"ttl\":\"1\"}", "\"ttl\" is none of"},
            {"jsonl", "{\"key\":\"k\",\"key64\":\"aw==\",\"value\":\"v\"}", "more than one \"key\""},
            {"jsonl", "{\"key64\":\"?\",\"value\":\"v\"}", "no Base64"},
            {"jsonl", "{\"key\":\"\\ud83e\",\"value\":\"v\"}", "surrogate pair"},
            {"jsonl", "{\"key\":\"k\",\"value\":\"v\"} x", "no JSON object"},
            {"jsonl", "[1]", "no JSON object"},
            {"jsonl", "{", "no JSON object"},
            {"jsonl", "k\tv", "no JSON object"},
        }) {
            String refused = writeWithInput(bytes(wrong[1] + "\n"), "load", pool(), "--format", wrong[0]).failedWith(1);
            assertTrue(refused.contains("standard input line 1: ") && refused.contains(wrong[2]), refused);
        }
        assertTrue(write("load", pool(), Files.write(place().resolve("lines"), bytes("a\t1\n"))).failedWith(2)
            .contains("does not tell its format"));
        assertTrue(write("load", place().resolve("other"), place().resolve("none.tsv")).failedWith(1)
            .contains("there is no file"));
        assertFalse(Files.exists(place().resolve("other")));
    }

    @Test
    void entriesWhoseTimeIsOverAreLeftOut() {
        String said = writeWithInput(bytes("old\tv\t2001-01-01T00:00:00Z\nnew\tv\n"), "load", pool()).succeeded().text();
        assertTrue(said.contains("loaded 1 entry, ") && said.contains("left out 1 entry, whose time was over"), said);
        assertEquals("new\tv\n", Run.of("kv", "dump", pool(), "store").succeeded().text());
    }

    @Test
    void aBackupInADirectoryGrowsByWhatWasChanged() throws IOException {
        writeWithInput(bytes("a\t1\nb\t2\n"), "load", pool()).succeeded();
        String directory = place().resolve("backup") + "/";
        assertTrue(Run.of("kv", "backup", pool(), "store", directory).succeeded().text()
            .startsWith("store store, all of it: 2 entries, "));
        Run.of("kv", "del", "--durability=process-crash", pool(), "store", "a").succeeded();
        writeWithInput(bytes("c\t3\n"), "load", pool()).succeeded();
        String said = Run.of("kv", "backup", pool(), "store", directory).succeeded().text();
        assertTrue(said.contains("what was changed since position") && said.contains("2 changes"), said);
        Path other = place().resolve("other");
        said = write("restore", other, directory).succeeded().text();
        assertTrue(said.startsWith("restored 2 entries into store store"), said);
        assertEquals("b\t2\nc\t3\n", Run.of("kv", "dump", other, "store").succeeded().text());
        assertTrue(write("restore", other, directory).failedWith(1).contains("holds 2 entries already"));
        Path part = place().resolve("backup").resolve("part-00000002.selkie-backup");
        byte[] whole = Files.readAllBytes(part);
        whole[whole.length / 2] ^= 1;
        Files.write(part, whole);
        String refused = write("restore", place().resolve("third"), directory).failedWith(1);
        assertTrue(refused.contains(part + " is damaged"), refused);
        assertFalse(Files.exists(place().resolve("third")), "a pool was made for a backup that cannot be restored");
        Run.of("kv", "backup", pool(), "store", directory, "--full").succeeded();
        assertEquals(List.of("lock", "manifest", "part-00000003.selkie-backup"), Places.names(place().resolve("backup")));
        write("restore", place().resolve("third"), directory).succeeded();
    }

    @Test
    void aBackupAsFilesAndAsAStreamComesBack() throws IOException {
        writeWithInput(noise(EntryFormat.TSV), "load", pool()).succeeded();
        Path all = place().resolve("all");
        String said = Run.of("kv", "backup", pool(), "store", all).succeeded().text();
        String position = said.replaceAll("(?s).*--from (\\d+)\\s*", "$1");
        writeWithInput(bytes("zz\t3\n"), "load", pool()).succeeded();
        Path since = place().resolve("since");
        Run.of("kv", "backup", pool(), "store", since, "--from", position).succeeded();
        Path other = place().resolve("other");
        assertTrue(write("restore", other, since, all).failedWith(1).contains(since + ": a backup of what was changed"));
        write("restore", other, all, since).succeeded();
        byte[] dump = Run.of("kv", "dump", pool(), "store").succeeded().out();
        assertArrayEquals(dump, Run.of("kv", "dump", other, "store").succeeded().out(), () -> "-Dselkie.seed=" + SEED);
        Run stream = Run.of("kv", "backup", pool(), "store", "-");
        assertEquals(0, stream.status(), stream::err);
        assertTrue(stream.err().contains("go on with --from"), stream::err);
        Path third = place().resolve("third");
        writeWithInput(stream.out(), "restore", third, "-").succeeded();
        assertArrayEquals(dump, Run.of("kv", "dump", third, "store").succeeded().out());
        String refused = Run.of("kv", "backup", pool(), "store", since, "--from", "999999999").failedWith(1);
        assertTrue(refused.contains("not all that was changed since position 999999999 is there"), refused);
        assertEquals(List.of("all", "other", "pool", "since", "third"), Places.names(place()));
    }
}
