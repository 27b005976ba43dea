// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

@Timeout(60)
final class KilledAppendTest extends PlaceTest {
    private static final int LINES = 2_000_000;
    private static final int KILL_AFTER_ACKS = 12;

    private final byte[] text = text();

    private static byte[] text() {
        StringBuilder lines = new StringBuilder();
        for (int number = 0; number < LINES; number++) {
            lines.append("line ").append(number).append('\n');
        }
        return lines.toString().getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void whatWasAcknowledgedBeforeKillIsThereAndNothingHalfWritten() throws Exception {
        Process append = start("log", "append", "--acks", "--durability=process-crash", "--extent-size=1M", pool(), "log");
        Thread feeder = Thread.ofPlatform().start(() -> feed(append));
        long acknowledgedBytes = 0;
        int acks = 0;
        try (BufferedReader answers = append.inputReader()) {
            for (String line = answers.readLine(); line != null; line = answers.readLine()) {
                String[] words = line.split(" ", -1);
                if (words[0].equals("ack") && words.length == 4) {
                    acknowledgedBytes = Long.parseLong(words[2]);
                    acks++;
                }
                if (acks == KILL_AFTER_ACKS) {
                    append.toHandle().destroyForcibly();
                }
            }
        }
        feeder.join();
        assertEquals(137, append.waitFor(), "it must be killed in the middle");
        Run verified = Run.of("verify", pool());
        assertEquals(0, verified.status(), verified::text);
        byte[] found = Run.of("log", "cat", pool(), "log").succeeded().out();
        long acknowledged = acknowledgedBytes;
        assertTrue(found.length >= acknowledged, () -> "acknowledged " + acknowledged + ", found " + found.length);
        assertTrue(found.length < text.length, "it was finished before it was killed");
        assertArrayEquals(Arrays.copyOf(text, found.length), found);
        assertEquals('\n', found[found.length - 1]);
        // And it goes on from there.
        Run.withInput(Arrays.copyOfRange(text, found.length, text.length), "log", "append", "--durability=process-crash",
            pool(), "log").succeeded();
        assertArrayEquals(text, Run.of("log", "cat", pool(), "log").succeeded().out());
    }

    private void feed(Process process) {
        try (OutputStream input = process.getOutputStream()) {
            input.write(text);
        } catch (IOException e) {
            // Whoever read it was killed, which the test sees by its status.
            return;
        }
    }

    @Test
    void anInterruptedAppendSaysWhatIsThere() throws Exception {
        Process append = start("log", "append", "--acks", "--durability=process-crash", pool(), "log");
        try (OutputStream input = append.getOutputStream(); BufferedReader answers = append.inputReader()) {
            input.write("one\ntwo\nthr".getBytes(StandardCharsets.UTF_8));
            input.flush();
            assertEquals("ack 2 8 4224", answers.readLine());
            // SIGTERM takes the same way as Ctrl-C.
            append.toHandle().destroy();
            assertEquals(143, append.waitFor());
        }
        String error = new String(append.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals("selkie log append: interrupted; the first 2 records (8 bytes of the input) are in log log, "
            + "which goes on at position 4224\n", error);
        assertEquals("one\ntwo\n", Run.of("log", "cat", pool(), "log").succeeded().text());
    }
}
