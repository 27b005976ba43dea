// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** One entry at a time, ranges, and what cannot be done. */
@Timeout(60)
final class KvCommandTest extends PlaceTest {
    private Run kv(String verb, Object... rest) {
        return kvWithInput("", verb, rest);
    }

    private Run kvWithInput(String input, String verb, Object... rest) {
        List<Object> words = new ArrayList<>(List.of("kv", verb));
        if (List.of("put", "load", "restore").contains(verb)) {
            words.add("--extent-size=64K");
        }
        if (List.of("put", "load", "restore", "del", "compact").contains(verb)) {
            words.add("--durability=process-crash");
        }
        words.addAll(List.of(pool(), "customers"));
        words.addAll(Arrays.asList(rest));
        return Run.withInput(input.getBytes(StandardCharsets.UTF_8), words.toArray());
    }

    private void fill() {
        kvWithInput("c/17\tAda\nc/18\tGrace\nc/19\tEdsger\nd/1\tother\n", "load").succeeded();
    }

    @Test
    void whatWasPutIsGotByteForByte() throws IOException {
        assertTrue(kv("put", "c/17", "Ada").succeeded().text().matches("version 4096, process-crash\n"));
        assertEquals("Ada", kv("get", "c/17").succeeded().text());
        byte[] bytes = {0, 1, '\n', (byte) 0xff, 'x'};
        Path file = Files.write(place().resolve("value"), bytes);
        kv("put", "c/18", "--file", file).succeeded();
        assertArrayEquals(bytes, kv("get", "c/18").succeeded().out());
        kvWithInput("from a pipe\n", "put", "c/19", "-").succeeded();
        assertEquals("from a pipe\n", kv("get", "c/19").succeeded().text());
        kv("put", "empty", "").succeeded();
        assertEquals("", kv("get", "empty").succeeded().text());
        kv("put", "-e", "\\x00\\xff", "\\t").succeeded();
        assertEquals("\t", kv("get", "-e", "\\x00\\xff").succeeded().text());
        assertEquals("{\"key64\":\"AP8=\",\"value\":\"\\t\"}\n", kv("get", "--json", "-e", "\\x00\\xff").succeeded().text());
    }

    @Test
    void aKeyWithoutAValueIsToldAndNothingIsWritten() {
        fill();
        Run run = kv("get", "c/99");
        assertEquals("selkie kv get: store customers has no key c/99; selkie kv scan lists those that it has",
                run.failedWith(1));
        assertEquals(0, run.out().length);
        Run deleted = kv("del", "c/17", "c/99", "c/98");
        assertEquals("selkie kv del: store customers has no key c/99, nor 1 more of those;"
                + " selkie kv scan lists those that it has", deleted.failedWith(1));
        assertEquals("deleted 1 key\n", deleted.text());
        kv("get", "c/17").failedWith(1);
        assertEquals("Grace", kv("get", "c/18").succeeded().text());
        assertEquals("deleted 2 keys\n", kv("del", "c/18", "c/19").succeeded().text());
        kv("put", "c/17", "again").succeeded();
        assertTrue(kv("put", "--if-absent", "c/17", "other").failedWith(1).endsWith("has a value already; nothing was changed"));
        assertEquals("again", kv("get", "c/17").succeeded().text());
        kv("put", "--if-absent", "c/18", "new").succeeded();
        assertEquals("new", kv("get", "c/18").succeeded().text());
    }

    @Test
    void anEntryExpires() throws InterruptedException {
        kv("put", "--ttl", "1d", "long", "v").succeeded();
        kv("put", "--ttl", "1ms", "short", "v").succeeded();
        Thread.sleep(20);
        kv("get", "short").failedWith(1);
        JsonObject entry = JsonParser.parseString(kv("get", "long", "--json").succeeded().text()).getAsJsonObject();
        assertTrue(entry.get("expires").getAsString().matches("\\d{4}-\\d\\d-\\d\\dT.*Z"), entry::toString);
        assertTrue(kv("put", "--ttl", "soon", "k", "v").failedWith(2).contains("write it as 500ms, 30s, 10m, 8h or 7d"));
        kv("put", "--ttl", "0s", "k", "v").failedWith(2);
    }

    @Test
    void aRangeIsScannedBothWays() {
        fill();
        assertEquals("c/17\tAda\nc/18\tGrace\nc/19\tEdsger\n", kv("scan", "--prefix", "c/").succeeded().text());
        assertEquals("c/19\tEdsger\nc/18\tGrace\n", kv("scan", "--prefix", "c/", "--reverse", "--limit", 2).succeeded().text());
        assertEquals("c/18\tGrace\nc/19\tEdsger\n", kv("scan", "--from", "c/18", "--to", "d/").succeeded().text());
        assertEquals("c/18\n", kv("scan", "--prefix", "c/", "--from", "c/18", "--to", "c/19", "--keys").succeeded().text());
        assertEquals("d/1\n", kv("scan", "--reverse", "--limit", 1, "--keys").succeeded().text());
        assertEquals("{\"key\":\"d/1\",\"value\":\"other\"}\n",
            kv("scan", "--prefix", "d", "--format", "jsonl").succeeded().text());
        assertEquals("", kv("scan", "--prefix", "e").succeeded().text());
        assertEquals("", kv("scan", "--from", "d", "--to", "c").succeeded().text());
        assertEquals("", kv("scan", "--limit", 0).succeeded().text());
    }

    @Test
    void compactionGivesBackWhatWasOverwritten() {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 3000; i++) {
            lines.append("k").append(i % 30).append('\t').append("v".repeat(100)).append(i).append('\n');
        }
        kvWithInput(lines.toString(), "load").succeeded();
        String text = kv("compact").succeeded().text();
        assertTrue(text.contains("live, in 30 entries"), text);
        assertEquals(30, kv("scan", "--keys").succeeded().text().lines().count());
        JsonArray stores = JsonParser.parseString(Run.of("kv", "stat", pool(), "--json").succeeded().text()).getAsJsonObject()
            .getAsJsonArray("stores");
        assertEquals(30, stores.get(0).getAsJsonObject().get("entries").getAsLong());
        assertTrue(stores.get(0).getAsJsonObject().get("logBytes").getAsLong() < 3 * 65536, stores::toString);
        append("orders", "a line\n");
        String table = Run.of("kv", "stat", pool()).succeeded().text();
        assertTrue(table.contains("customers") && !table.contains("orders"), table);
    }

    @Test
    void namesThatAreNotThereAreAnsweredWithTheNearest() {
        fill();
        append("orders", "a line\n");
        assertTrue(Run.of("kv", "get", pool(), "customer", "k").failedWith(2).endsWith("did you mean customers?"));
        assertTrue(Run.of("kv", "scan", pool(), "orders").failedWith(2).contains("orders is a log"));
        assertTrue(Run.of("kv", "gte", pool()).failedWith(2).endsWith("did you mean get?"));
        assertTrue(Run.of("kv", "scan", pool(), "customers", "--prefx=c").failedWith(2).endsWith("did you mean --prefix?"));
        assertTrue(Run.of("kv", "scan", pool(), "customers", "--format=tvs").failedWith(2).contains("did you mean tsv?"));
        assertTrue(Run.of("kv", "get", place().resolve("none"), "customers", "k").failedWith(2).contains("there is no pool at"));
        assertTrue(Run.of("kv", "put", "--durability=process-crash", pool(), "orders", "k", "v").failedWith(1)
            .contains("log orders is a user's and no store"));
        assertTrue(Run.of("kv").failedWith(2).contains("missing command, one of put, get, del"));
        assertTrue(kv("put", "k").failedWith(2).contains("there is no value"));
        assertTrue(kv("get", "-e", "\\q").failedWith(2).contains("'\\q' is no escape"));
        assertTrue(kv("get", "").failedWith(2).contains("a key of 0 bytes"));
        assertFalse(Files.exists(place().resolve("none")));
    }

    @Test
    void linesAreNotAppendedToAStoreAndItIsNotTrimmed() {
        fill();
        Run appended = Run.withInput("line\n".getBytes(StandardCharsets.UTF_8), "log", "append", "--durability=process-crash",
            pool(), "customers");
        assertTrue(appended.failedWith(1).contains("log customers is a store's"), appended::err);
        assertTrue(Run.of("log", "trim", "--durability=process-crash", pool(), "customers", "end").failedWith(1)
            .contains("log customers is a store's"));
        assertEquals("Ada", kv("get", "c/17").succeeded().text());
    }

    @Test
    void everyVerbHasAHelpWithExamples() {
        for (String verb : List.of("put", "get", "del", "scan", "load", "dump", "stat", "compact", "backup", "restore")) {
            String help = Run.of("kv", verb, "--help").succeeded().text();
            assertTrue(help.contains("Usage: selkie kv " + verb) && help.contains("selkie kv " + verb + " /mnt/")
                && help.contains("Exit status:"), help);
        }
    }

    @Test
    void aStoreIsReadBesideItsWriter() throws Exception {
        Process writer = start("kv", "load", "--extent-size=64K", "--durability=process-crash", pool(), "customers");
        try (BufferedReader answers = writer.inputReader()) {
            try (OutputStream input = writer.getOutputStream()) {
                input.write("c/17\tAda\n".getBytes(StandardCharsets.UTF_8));
                input.flush();
                while (!(Files.exists(pool()) && Run.of("kv", "get", pool(), "customers", "c/17").status() == 0)) {
                    Thread.sleep(10);
                }
                assertEquals("c/17\tAda\n", kv("scan").succeeded().text());
                assertTrue(kv("put", "k", "v").failedWith(1).contains("open for writing in process " + writer.pid()));
                input.write("c/18\tGrace\n".getBytes(StandardCharsets.UTF_8));
            }
            assertTrue(answers.readLine().startsWith("loaded 2 entries, "));
        }
        assertEquals(0, writer.waitFor());
        assertEquals("c/17\tAda\nc/18\tGrace\n", kv("dump").succeeded().text());
    }

    @Test
    void aDamagedStoreIsNotReadInSilence() throws IOException {
        fill();
        // Grace's record: the second line behind the extent's header.
        try (RandomAccessFile file = new RandomAccessFile(pool().resolve("extent-00000001.selkie").toFile(), "rw")) {
            file.seek(4096 + 64 + 40);
            int before = file.read();
            file.seek(4096 + 64 + 40);
            file.write(before ^ 1);
        }
        for (Run run : List.of(kv("get", "c/17"), kv("scan"), kv("dump"), kv("backup", place().resolve("backup/")))) {
            String line = run.failedWith(1);
            assertTrue(line.contains("store customers is damaged") && line.contains("--salvage"), line);
        }
        assertEquals("Ada", kv("get", "--salvage", "c/17").succeeded().text());
        String refused = kv("put", "k", "v").failedWith(1);
        assertTrue(refused.contains("--recovery salvage"), refused);
        assertTrue(Run.of("kv", "stat", pool()).succeeded().text().contains("damaged"));
    }
}
