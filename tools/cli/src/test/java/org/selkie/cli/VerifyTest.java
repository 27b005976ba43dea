// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.selkie.kv.StrayRecord;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

@Timeout(60)
final class VerifyTest extends PlaceTest {
    /** Of the third of the lines below: behind the extent's header, a line of 64 bytes each. */
    private static final long THIRD = 4096 + 2 * 64;

    private Path extent() {
        return pool().resolve("extent-00000001.selkie");
    }

    private void flip(long offset) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(extent().toFile(), "rw")) {
            file.seek(offset);
            int before = file.read();
            file.seek(offset);
            file.write(before ^ 0x20);
        }
    }

    private void fill() {
        append("orders", "one\ntwo\n");
        append("orders", "three\n");
        append("orders", "four\nfive\n");
    }

    @Test
    void aPoolThatIsWholeIsFoundWhole() {
        fill();
        Run run = Run.of("verify", pool()).succeeded();
        assertTrue(run.text().contains("log orders: 5 records, 24 bytes, positions 4096 to 4416"), run::text);
        assertTrue(run.text().contains("ok: 5 records in 1 log verify ("), run::text);
        JsonObject json = JsonParser.parseString(Run.of("verify", pool(), "--json").succeeded().text()).getAsJsonObject();
        assertTrue(json.get("clean").getAsBoolean());
        assertFalse(json.get("damaged").getAsBoolean());
        assertEquals(5, json.getAsJsonArray("logs").get(0).getAsJsonObject().get("records").getAsLong());
    }

    @Test
    void aUsersRecordInAStoresLogIsNamedAndNoOtherIsLetIn() {
        long position = StrayRecord.make(pool(), "store");
        append("orders", "one\n");
        Run run = Run.of("verify", pool());
        assertEquals(1, run.status(), run::err);
        assertTrue(run.text().contains("FOREIGN_RECORD in " + extent() + " at offset " + position + " (position " + position),
            run::text);
        assertTrue(run.text().contains("1 user's record in a store's log keeps the store from being opened"), run::text);
        JsonObject json = JsonParser.parseString(Run.of("verify", pool(), "--json").text()).getAsJsonObject();
        assertFalse(json.get("damaged").getAsBoolean());
        JsonObject place = json.getAsJsonArray("foreignRecords").get(0).getAsJsonObject();
        assertEquals(position, place.get("position").getAsLong());
        Run appended = Run.withInput("two\n".getBytes(StandardCharsets.UTF_8), "log", "append", "--durability=process-crash",
            pool(), "store");
        assertTrue(appended.failedWith(1).contains("is a store's"), appended::err);
        Run trimmed = Run.of("log", "trim", "--durability=process-crash", pool(), "store", "end");
        assertTrue(trimmed.failedWith(1).contains("is a store's"), trimmed::err);
        assertEquals(run.text().lines().count(), Run.of("verify", pool()).text().lines().count());
    }

    @Test
    void aDamagedRecordIsNamedWithItsPlace() throws IOException {
        fill();
        flip(THIRD + 24);
        Run run = Run.of("verify", pool());
        assertEquals(1, run.status(), run::err);
        assertTrue(run.text().contains("DAMAGE in " + extent() + " at offset " + THIRD + " (position " + THIRD + ", 64 bytes)"),
            run::text);
        assertTrue(run.text().contains("damaged in 1 place"), run::text);
        JsonObject json = JsonParser.parseString(Run.of("verify", pool(), "--json").text()).getAsJsonObject();
        assertTrue(json.get("damaged").getAsBoolean());
        JsonObject place = json.getAsJsonArray("logs").get(0).getAsJsonObject().getAsJsonArray("findings").get(0)
            .getAsJsonObject();
        assertEquals(extent().toString(), place.get("extent").getAsString());
        assertEquals(THIRD, place.get("offsetBytes").getAsLong());
    }

    @Test
    void whatStandsBeforeADamagedRecordIsShownAndTheRecordIsExplained() throws IOException {
        fill();
        flip(THIRD + 24);
        Run cat = Run.of("log", "cat", pool(), "orders");
        assertTrue(cat.failedWith(1).contains("position " + THIRD), cat::err);
        assertEquals("one\ntwo\n", cat.text());
        Run explained = Run.of("explain", pool(), "orders", THIRD);
        assertEquals(1, explained.status());
        assertTrue(explained.text().contains("a damaged record"), explained::text);
        assertTrue(explained.text().contains("does not match"), explained::text);
        assertTrue(explained.text().contains("Three."), explained::text);
    }

    @Test
    void damageIsOneLineEachAndTheNextRecordIsNamed() throws IOException {
        fill();
        flip(THIRD + 24);
        Run run = Run.of("verify", pool());
        assertEquals("", run.err());
        assertEquals(3, run.text().lines().count(), run::text);
        for (String[] options : new String[][] {{}, {"--follow"}}) {
            List<Object> words = new ArrayList<>(List.of("log", "cat", pool(), "orders"));
            words.addAll(List.of(options));
            String line = Run.of(words.toArray()).failedWith(1);
            assertTrue(line.endsWith("; the next one is at --from " + (THIRD + 64)), line);
        }
        assertEquals("four\nfive\n", Run.of("log", "cat", pool(), "orders", "--from", THIRD + 64).succeeded().text());
    }

    @Test
    void aMissingExtentIsOneLine() throws IOException {
        append("orders", ("a line that fills its part of an extent " + "x".repeat(900) + "\n").repeat(250));
        Files.delete(pool().resolve("extent-00000002.selkie"));
        Run run = Run.of("verify", pool());
        assertEquals(1, run.status(), run::err);
        assertTrue(run.text().contains("MISSING_EXTENT in extent 1 of log orders at offset 0 (position 65536, 65536 bytes)"),
            run::text);
        String line = Run.of("log", "cat", pool(), "orders").failedWith(1);
        assertTrue(line.contains("extent 1 of log orders is not there") && line.endsWith("--from " + (131072 + 4096)), line);
        Run.of("log", "cat", pool(), "orders", "--from", 131072 + 4096).succeeded();
    }

    @Test
    void aPoolWithoutItsHeaderIsNamed() throws IOException {
        fill();
        Files.write(pool().resolve("pool.selkie"), new byte[4096]);
        assertTrue(Run.of("verify", pool()).failedWith(1).endsWith("restore pool.selkie from a copy"));
        Files.delete(pool().resolve("pool.selkie"));
        assertTrue(Run.of("log", "cat", pool(), "orders").failedWith(1).endsWith("restore pool.selkie from a copy"));
    }

    @Test
    void aDamagedPoolIsNotWrittenToUnlessSalvageIsAskedFor() throws IOException {
        fill();
        flip(THIRD + 24);
        Run refused = Run.of("log", "append", "--durability=process-crash", pool(), "orders", extent());
        String line = refused.failedWith(1);
        assertTrue(line.contains("with --recovery salvage") && line.contains("position " + THIRD), line);
        Run.withInput("six\n".getBytes(StandardCharsets.UTF_8), "log", "append", "--durability=process-crash",
            "--recovery=salvage", pool(), "orders").succeeded();
        assertEquals("one\ntwo\nfour\nfive\nsix\n", Run.of("log", "cat", pool(), "orders").succeeded().text());
    }

    @Test
    void aRecordIsExplainedFieldByField() {
        fill();
        String text = Run.of("explain", pool(), "orders", 4096).succeeded().text();
        for (String field : new String[] {"crc32c", "length", "position", "lag", "type", "flags", "reserved", "payload",
            "padding", "lines"}) {
            assertTrue(text.contains(" " + field + " "), () -> field + " is missing in\n" + text);
        }
        assertTrue(text.contains(extent() + ", offset 4096, position 4096: a record of 64 bytes that verifies"), text);
        assertTrue(text.contains("more: the next record is of the same batch"), text);
        assertTrue(text.contains("6f 6e 65 0a"), text);
    }

    @Test
    void aPlaceWithoutARecordIsNotExplained() {
        fill();
        assertTrue(Run.of("explain", pool(), "orders", 4100).failedWith(2).endsWith("the one at 4096 reaches to 4160"));
        assertTrue(Run.of("explain", pool(), "orders", 4416).failedWith(2).contains("log orders ends at position 4416"));
        assertTrue(Run.of("explain", pool(), "orders", 0).failedWith(2).endsWith("it holds 4096 to 4416"));
        assertTrue(Run.of("explain", pool(), "orders", "x").failedWith(2).contains("'x' is not a whole number"));
    }

    @Test
    void aTruncatedExtentIsNamed() throws IOException {
        fill();
        try (RandomAccessFile file = new RandomAccessFile(extent().toFile(), "rw")) {
            file.setLength(8192);
        }
        Run run = Run.of("verify", pool());
        assertEquals(1, run.status(), run::text);
        assertTrue(run.text().contains(extent().toString()), run::text);
        assertTrue(run.text().contains("8192 bytes, expected 65536"), run::text);
    }

    @Test
    void nothingIsCalledDamagedBesideABusyWriter() throws Exception {
        append("orders", "one\n");
        Process writer = start("log", "append", "--durability=process-crash", pool(), "orders");
        AtomicBoolean enough = new AtomicBoolean();
        Thread feeder = Thread.ofPlatform().start(() -> {
            try (OutputStream input = writer.getOutputStream()) {
                byte[] lines = "a line of the busy writer\n".repeat(50).getBytes(StandardCharsets.UTF_8);
                while (!enough.get()) {
                    input.write(lines);
                }
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        try {
            for (int times = 0; times < 20; times++) {
                Run run = Run.of("verify", pool());
                assertEquals(0, run.status(), () -> run.text() + run.err());
            }
        } finally {
            enough.set(true);
            feeder.join();
        }
        assertEquals(0, writer.waitFor());
        assertTrue(Places.names(pool()).size() > 4, "the writer was not busy");
    }
}
