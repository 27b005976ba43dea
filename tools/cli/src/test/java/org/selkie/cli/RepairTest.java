// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.log.RecoveryMode;
import org.selkie.persist.Durability;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What is damaged in a store is found and told, and repaired only after the pool was saved. */
@Timeout(60)
final class RepairTest extends PlaceTest {
    private static final int HEADER_BYTES = 4096;
    private static final int LINE_BYTES = 64;

    private Path extent() {
        return pool().resolve("extent-00000001.selkie");
    }

    private void damage(int line) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(extent().toFile(), "rw")) {
            // In the value: the key can still be guessed.
            long offset = HEADER_BYTES + (long) line * LINE_BYTES + 40;
            file.seek(offset);
            int before = file.read();
            file.seek(offset);
            file.write(before ^ 1);
        }
    }

    private static Run load(Path pool, String lines) {
        return Run.withInput(lines.getBytes(StandardCharsets.UTF_8), "kv", "load", "--extent-size=64K",
            "--durability=process-crash", pool, "customers").succeeded();
    }

    /** A line each on media: c/17 Ada, c/18 Grace, c/17 Augusta, c/19 Edsger. */
    private void fill() {
        load(pool(), "c/17\tAda\n");
        load(pool(), "c/18\tGrace\n");
        load(pool(), "c/17\tAugusta\n");
        load(pool(), "c/19\tEdsger\n");
    }

    @Test
    void aStoreThatIsWholeVerifies() {
        fill();
        String text = Run.of("verify", pool()).succeeded().text();
        assertTrue(text.contains("store customers: 3 entries in 4 records, 0 deletions among them"), text);
        assertTrue(Run.of("repair", pool(), "--dry-run").succeeded().text().endsWith("nothing to repair\n"));
        assertTrue(Run.of("repair", pool()).succeeded().text().endsWith("nothing to repair\n"));
        assertEquals(List.of("pool"), names());
    }

    private List<String> names() {
        try {
            return Places.names(place());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aDryRunSaysWhatWouldBeKeptAndChangesNothing() throws IOException {
        fill();
        damage(1);
        byte[] before = Files.readAllBytes(extent());
        Run verified = Run.of("verify", pool());
        assertEquals(1, verified.status());
        assertTrue(verified.text().contains("DAMAGE in " + extent() + " at offset " + (HEADER_BYTES + LINE_BYTES)),
            verified::text);
        Run dry = Run.of("repair", pool(), "--dry-run");
        assertEquals(1, dry.status());
        assertEquals("", dry.err());
        String text = dry.text();
        assertTrue(text.contains("keep store customers: 2 entries in 3 records"), text);
        assertTrue(text.contains("  drop DAMAGE in " + extent() + " at offset " + (HEADER_BYTES + LINE_BYTES)), text);
        assertTrue(text.contains("; perhaps of key c/18\n"), text);
        assertTrue(text.contains("of what is lost, 0 records were replaced later"), text);
        assertTrue(text.endsWith("nothing was changed; without --dry-run the above is done\n"), text);
        assertArrayEquals(before, Files.readAllBytes(extent()));
        assertEquals(List.of("pool"), names());
    }

    @Test
    void aLostRecordThatWasReplacedLaterIsToldApart() throws IOException {
        fill();
        damage(0);
        String text = Run.of("repair", pool(), "--dry-run").text();
        assertTrue(text.contains("of what is lost, 1 record was replaced later"), text);
        assertTrue(text.contains("keep store customers: 3 entries in 3 records"), text);
    }

    @Test
    void aBatchIsDroppedAsAWhole() throws IOException {
        load(pool(), "c/17\tAda\nc/18\tGrace\n");
        load(pool(), "c/19\tEdsger\n");
        damage(1);
        String text = Run.of("repair", pool(), "--dry-run").text();
        assertTrue(text.contains("; perhaps of keys c/17, c/18\n"), text);
        assertTrue(text.contains("1 record of those that verify stand in a batch of which another is lost"), text);
        Run.of("repair", "--durability=process-crash", pool()).succeeded();
        assertEquals("c/19\tEdsger\n", Run.of("kv", "dump", pool(), "customers").succeeded().text());
    }

    @Test
    void aRepairedPoolOpensAndItsFormerStateIsBesideIt() throws IOException {
        fill();
        append("orders", "one\n");
        damage(1);
        byte[] before = Files.readAllBytes(extent());
        String text = Run.of("repair", "--durability=process-crash", pool()).succeeded().text();
        Path saved = place().resolve("pool.before-repair");
        assertTrue(text.contains("saved the pool as it was to " + saved), text);
        assertTrue(text.contains("repaired: 4 records in 2 logs verify"), text);
        assertArrayEquals(before, Files.readAllBytes(saved.resolve("extent-00000001.selkie")));
        Run.of("verify", pool()).succeeded();
        assertEquals("c/17\tAugusta\nc/19\tEdsger\n", Run.of("kv", "dump", pool(), "customers").succeeded().text());
        assertEquals("one\n", Run.of("log", "cat", pool(), "orders").succeeded().text());
        Run.of("kv", "put", "--durability=process-crash", pool(), "customers", "c/18", "Grace").succeeded();
        // The saved pool is one, and as damaged as it was.
        assertEquals(1, Run.of("verify", saved).status());
        damage(3);
        assertTrue(Run.of("repair", "--durability=process-crash", pool()).err().contains("is there already"));
        assertEquals(1, Run.of("repair", "--dry-run", pool()).status());
        Run.of("repair", "--durability=process-crash", "--save", place().resolve("second"), pool()).succeeded();
        Run.of("verify", pool()).succeeded();
    }

    @Test
    void aPoolThatIsBeingWrittenIsNotRepaired() throws Exception {
        fill();
        damage(1);
        try (Pool _ = Pool.open(pool(), PoolOptions.defaults().withDurability(Durability.PROCESS_CRASH)
            .withRecoveryMode(RecoveryMode.SALVAGE))) {
            damage(0);
            String line = Run.of("repair", "--durability=process-crash", pool()).failedWith(1);
            assertTrue(line.contains("open for writing"), line);
            assertFalse(Files.exists(place().resolve("pool.before-repair")));
        }
    }
}
