// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** One run of the command, in this process or in one of its own, and what came of it. */
final class Run {
    private final int status;
    private final byte[] out;
    private final String err;

    Run(int status, byte[] out, String err) {
        this.status = status;
        this.out = out;
        this.err = err;
    }

    int status() {
        return status;
    }

    /** Standard output. */
    byte[] out() {
        return out;
    }

    /** Standard error. */
    String err() {
        return err;
    }

    /** In this process, with nothing on standard input. */
    static Run of(Object... args) {
        return withInput(new byte[0], args);
    }

    /** In this process. */
    static Run withInput(byte[] input, Object... args) {
        return withInput(Channels.newChannel(new ByteArrayInputStream(input)), args);
    }

    /** In this process. */
    static Run withInput(ReadableByteChannel input, Object... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Streams streams = new Streams(input, Channels.newChannel(out), () -> false);
        int status = SelkieCommand.commandLine(streams)
            .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
            .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
            .execute(words(args));
        return new Run(status, out.toByteArray(), err.toString(StandardCharsets.UTF_8));
    }

    private static String[] words(Object... args) {
        return Arrays.stream(args).map(Object::toString).toArray(String[]::new);
    }

    /** The command in a JVM of its own, not yet started. */
    static ProcessBuilder process(Object... args) {
        return new ProcessBuilder(commandLine(args));
    }

    /** The words that start the command in a JVM of its own. */
    static List<String> commandLine(Object... args) {
        List<String> command = new ArrayList<>(List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
            "-cp", System.getProperty("java.class.path"), SelkieCommand.class.getName()));
        command.addAll(Arrays.asList(words(args)));
        return command;
    }

    String text() {
        return new String(out, StandardCharsets.UTF_8);
    }

    /** That it did its work and complained of nothing. */
    Run succeeded() {
        assertEquals("", err);
        assertEquals(0, status, this::text);
        return this;
    }

    /** That it answered with a status and one line, which is returned. */
    String failedWith(int expectedStatus) {
        assertEquals(1, err.lines().count(), err);
        assertEquals(expectedStatus, status, err);
        return err.strip();
    }
}
