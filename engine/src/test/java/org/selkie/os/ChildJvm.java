// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;

/** Another JVM with the class path of this one, to be a second process. Killed when the test is over. */
public final class ChildJvm implements AutoCloseable {
    private static final long TIMEOUT_SECONDS = 60;
    /** What every child needs on this machine, between commas: tools/vm/guest/test.sh gives it. */
    private static final List<String> OPTIONS_OF_THE_MACHINE =
            Stream.of(System.getProperty("selkie.child.options", "").split(","))
                    .filter(option -> !option.isEmpty()).toList();

    private final Process process;
    private final BufferedReader output;

    private ChildJvm(Process process) {
        this.process = process;
        this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Starts the main method of a class. */
    public static ChildJvm start(Class<?> main, String... arguments) {
        return start(List.of(), List.of("--enable-native-access=ALL-UNNAMED"), main, arguments);
    }

    /** Starts the main method of a class behind another command (setpriv) and with other options. */
    public static ChildJvm start(List<String> before, List<String> options, Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(before);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(OPTIONS_OF_THE_MACHINE);
        // A child that dies says why where its test can show it.
        command.addAll(List.of("-XX:+ErrorFileToStdout", "-Xmx64m", "-XX:+UseSerialGC"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add(main.getName());
        command.addAll(List.of(arguments));
        return new ChildJvm(Command.start(command.toArray(String[]::new)));
    }

    /** The next line that it prints. */
    public String line() {
        try {
            String line = output.readLine();
            return line == null ? "" : line;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Fails unless the next line is the expected one. */
    public ChildJvm expect(String expected) {
        StringBuilder all = new StringBuilder();
        String line = line();
        // A JVM may warn before it does what it is told.
        while (!line.equals(expected) && !line.isEmpty()) {
            all.append(line).append('\n');
            line = line();
        }
        Assertions.assertEquals(expected, line, all::toString);
        return this;
    }

    /** Everything that it still prints until it ends. */
    public String rest() {
        StringBuilder all = new StringBuilder();
        for (String line = line(); !line.isEmpty(); line = line()) {
            all.append(line).append('\n');
        }
        return all.toString();
    }

    /** Its process number. */
    public long pid() {
        return process.pid();
    }

    /** Kills it with SIGKILL and waits until it is gone. */
    public void kill() {
        process.destroyForcibly();
        try {
            Assertions.assertTrue(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS), "the child did not end");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        kill();
    }
}
