// SPDX-License-Identifier: Apache-2.0
package org.selkie.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A JVM with the class path of this one, that may be killed or die without harm to the build. Killed when it is closed. */
public final class SecondJvm implements AutoCloseable {

    private static final String END = "\0end";

    private final Process process;
    private final StringBuffer output = new StringBuffer();
    private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final Thread reader;

    private SecondJvm(Process process) {
        this.process = process;
        this.reader = Thread.ofPlatform().daemon().name("output of " + process.pid()).start(this::read);
    }

    /** Starts the main method of a class. Later options win over those that make a start quick. */
    public static SecondJvm start(Class<?> main, List<String> options, Object... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
                "-Xmx256m", "-XX:-CreateCoredumpOnCrash", "-XX:ErrorFile=/dev/null", "-Xshare:auto"));
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        for (Object argument : arguments) {
            command.add(String.valueOf(argument));
        }
        try {
            return new SecondJvm(new ProcessBuilder(command).redirectErrorStream(true).start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read() {
        try (BufferedReader from = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = from.readLine(); line != null; line = from.readLine()) {
                output.append(line).append('\n');
                lines.add(line);
            }
        } catch (IOException e) {
            output.append(e).append('\n');
        }
        lines.add(END);
    }

    /** Waits for a line that begins with a word, and returns the rest of it; fails when the process ends before. */
    public String await(String word, long seconds) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (true) {
            String line = poll(deadline);
            if (line == null || line.equals(END)) {
                throw new AssertionError("the second process did not say \"" + word + "\" within " + seconds + " s"
                        + (line == null ? "" : ", it ended") + "; it said:\n" + output);
            }
            if (line.startsWith(word)) {
                return line.substring(word.length()).strip();
            }
        }
    }

    private @Nullable String poll(long deadline) {
        try {
            return lines.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Waits for its end and returns its exit status; a process that does not end is killed and the test fails. */
    public int awaitEnd(long seconds) {
        try {
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                kill();
                throw new AssertionError("the second process did not end within " + seconds + " s; it said:\n" + output);
            }
            reader.join();
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Fails unless it ends by itself with status 0. */
    public void expectSuccess(long seconds) {
        int status = awaitEnd(seconds);
        if (status != 0) {
            throw new AssertionError("the second process ended with status " + status + "; it said:\n" + output);
        }
    }

    /** Everything that it has said. */
    public String output() {
        return output.toString();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** SIGKILL, and waits until it is gone. */
    public void kill() {
        process.destroyForcibly();
        try {
            process.waitFor();
            reader.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        kill();
    }
}
