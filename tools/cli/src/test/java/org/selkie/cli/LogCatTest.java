// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.log.Log;
import org.selkie.persist.Durability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

@Timeout(60)
final class LogCatTest extends PlaceTest {
    @Test
    void positionsAndCountsChooseWhatIsShown() {
        append("orders", "one\ntwo\nthree\n");
        String shown = Run.of("log", "cat", pool(), "orders", "--positions").succeeded().text();
        assertEquals("4096\tone\n4160\ttwo\n4224\tthree\n", shown);
        assertEquals("two\nthree\n", Run.of("log", "cat", pool(), "orders", "--from", 4160).succeeded().text());
        assertEquals("two\n", Run.of("log", "cat", pool(), "orders", "--from=4160", "-n", 1).succeeded().text());
        assertEquals("", Run.of("log", "cat", pool(), "orders", "--from", 4288).succeeded().text());
    }

    @Test
    void aPositionWhereNoRecordBeginsIsAnsweredWithTheNearestOne() {
        append("orders", "one\n" + "x".repeat(200) + "\nthree\n");
        String line = Run.of("log", "cat", pool(), "orders", "--from", 4224).failedWith(2);
        assertTrue(line.endsWith("no record of log orders begins at position 4224; the one at 4160 reaches to 4416"), line);
        line = Run.of("log", "cat", pool(), "orders", "--from", 123_456).failedWith(2);
        assertTrue(line.endsWith("log orders has no position 123456: it holds 4096 to 4480"), line);
    }

    @Test
    void anUnknownLogIsAnsweredWithTheNearestOne() {
        append("orders", "one\n");
        append("customers", "one\n");
        String line = Run.of("log", "cat", pool(), "ordesr").failedWith(2);
        assertTrue(line.endsWith("has no log ordesr; did you mean orders?"), line);
        line = Run.of("log", "cat", pool(), "quite-another").failedWith(2);
        assertTrue(line.endsWith("has no log quite-another; it has customers, orders"), line);
    }

    @Test
    void whatAnotherProcessAppendsIsFollowedAcrossExtents() throws Exception {
        append("journal", "begin\n");
        Process writer = start("log", "append", "--durability=process-crash", pool(), "journal");
        Process follower = start("log", "cat", "--follow", pool(), "journal");
        try (OutputStream input = writer.getOutputStream(); BufferedReader seen = follower.inputReader()) {
            assertEquals("begin", seen.readLine());
            String line = "x".repeat(20_000);
            for (int number = 0; number < 20; number++) {
                // One at a time: each must come without a later one behind it.
                input.write((number + line + "\n").getBytes(StandardCharsets.UTF_8));
                input.flush();
                assertEquals(number + line, seen.readLine());
            }
        }
        assertEquals(0, writer.waitFor(), () -> errors(writer));
    }

    @Test
    void followingEndsQuietlyWhenNobodyReads() throws Exception {
        append("journal", "begin\n");
        Process follower = start("log", "cat", "--follow", pool(), "journal");
        try (BufferedReader seen = follower.inputReader()) {
            assertEquals("begin", seen.readLine());
        }
        assertTrue(follower.waitFor(10, TimeUnit.SECONDS), "still follows, though nobody reads and nobody writes");
        assertEquals("", errors(follower));
        assertEquals(0, follower.exitValue());
    }

    @Test
    void aPipeThatIsClosedInTheMiddleEndsItQuietly() throws Exception {
        append("journal", "a line of some length\n".repeat(100_000));
        Process cat = start("log", "cat", pool(), "journal");
        try (BufferedReader seen = cat.inputReader()) {
            assertNotNull(seen.readLine());
        }
        assertTrue(cat.waitFor(10, TimeUnit.SECONDS));
        assertEquals("", errors(cat));
        assertEquals(0, cat.exitValue());
    }

    @Test
    void followingEndsQuietlyOnASignal() throws Exception {
        append("journal", "begin\n");
        Process follower = start("log", "cat", "--follow", pool(), "journal");
        BufferedReader seen = follower.inputReader();
        assertEquals("begin", seen.readLine());
        // SIGTERM takes the same way as Ctrl-C.
        follower.toHandle().destroy();
        assertTrue(follower.waitFor(10, TimeUnit.SECONDS));
        assertEquals("", errors(follower));
        assertEquals(143, follower.exitValue());
    }

    @Test
    void whatIsTrimmedWhileItIsReadIsNamedAsThat() throws Exception {
        PoolOptions options = PoolOptions.defaults().withDurability(Durability.PROCESS_CRASH).withExtentBytes(64 * 1024)
            .withSpareExtents(Integer.MAX_VALUE);
        try (Pool pool = Pool.open(pool(), options)) {
            Log log = pool.log("orders");
            byte[] record = new byte[1000];
            for (int number = 0; number < 4000; number++) {
                log.append(record);
            }
            Process cat = start("log", "cat", pool(), "orders");
            // A byte is there: it has begun, and stands still when the pipe is full.
            assertEquals(0, cat.getInputStream().read());
            log.trim(log.persistedPosition());
            for (int number = 0; number < 4000; number++) {
                log.append(record);
            }
            long start = log.startPosition();
            cat.getInputStream().transferTo(OutputStream.nullOutputStream());
            assertEquals(1, cat.waitFor());
            assertTrue(errors(cat).contains("log orders was trimmed to position " + start + " while it was read at "));
        }
    }

    @Test
    void trimmedRecordsAreGoneAndTheOthersKeepTheirPositions() {
        append("orders", ("x".repeat(1000) + "\n").repeat(200));
        List<String> before = Run.of("log", "cat", pool(), "orders", "-p").succeeded().text().lines().toList();
        String position = before.get(150).replaceFirst("\t.*", "");
        String answer = Run.of("log", "trim", "--durability=process-crash", pool(), "orders", position).succeeded().text();
        assertTrue(answer.contains("begins at position " + position + " now; ") && answer.contains("given back"), answer);
        assertEquals(before.subList(150, 200), Run.of("log", "cat", pool(), "orders", "-p").succeeded().text().lines().toList());
        Run.of("log", "trim", "--durability=process-crash", pool(), "orders", "end").succeeded();
        assertEquals("", Run.of("log", "cat", pool(), "orders").succeeded().text());
    }

    @Test
    void whatIsNoPositionIsNotTrimmedTo() {
        append("orders", "one\n" + "x".repeat(100) + "\n");
        for (String word : List.of("12x", "-5", "99999999999999999999")) {
            assertTrue(Run.of("log", "trim", pool(), "orders", "--", word).failedWith(2)
                .endsWith("'" + word + "' is no position; give a number, or end; see selkie log trim --help"));
        }
        String line = Run.of("log", "trim", "--durability=process-crash", pool(), "orders", 4224).failedWith(2);
        assertTrue(line.endsWith("the one at 4160 reaches to 4352"), line);
    }

    @Test
    void statCountsRecordsAndBytes() {
        append("orders", "one\ntwo\n");
        append("customers", "x\n");
        String table = Run.of("log", "stat", pool()).succeeded().text();
        assertEquals(3, table.lines().count(), table);
        assertTrue(table.contains("orders           2  8 bytes"), table);
        String json = Run.of("log", "stat", pool(), "orders", "--json").succeeded().text();
        assertTrue(json.contains("\"records\": 2") && json.contains("\"endPosition\": 4224"), json);
        assertTrue(!json.contains("customers"), json);
    }

    private static String errors(Process process) {
        try {
            return new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
