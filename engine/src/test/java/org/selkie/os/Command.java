// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** Runs the machine's own tools, so that a test sees what another process sees. */
public final class Command {
    private static final long TIMEOUT_SECONDS = 120;
    private static final List<Path> PLACES =
            List.of(Path.of("/usr/bin"), Path.of("/usr/sbin"), Path.of("/bin"), Path.of("/sbin"));

    private Command() {}

    /** What a command came to. */
    public record Outcome(int status, String output) {}

    /** Runs a command to its end. */
    public static Outcome run(String... command) {
        try {
            Process process = start(command);
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                Assertions.fail(Arrays.toString(command) + " did not end");
            }
            return new Outcome(process.exitValue(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Runs a command that must succeed. */
    public static String check(String... command) {
        Outcome outcome = run(command);
        Assertions.assertEquals(0, outcome.status, () -> Arrays.toString(command) + ": " + outcome.output);
        return outcome.output;
    }

    /** Starts a command; its errors are a part of its output. */
    public static Process start(String... command) {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Skips the test where a tool is not installed. */
    public static void require(String tool, String packageName) {
        boolean found = PLACES.stream().anyMatch(place -> Files.isExecutable(place.resolve(tool)));
        Assumptions.assumeTrue(found, () -> "skipped: " + tool + " is not installed (package " + packageName + ")");
    }
}
