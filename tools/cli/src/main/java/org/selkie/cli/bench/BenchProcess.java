// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The benchmarks in a JVM of their own, built where they are missing: who does not measure needs neither them nor what they rest
 * on.
 *
 * @param program   the class to start
 * @param arguments of it
 * @param peers     whether the peers are built as well, which downloads them
 */
public record BenchProcess(String program, List<String> arguments, boolean peers) {
    /** Set by tools/bin/selkie to the directory of the sources. */
    public static final String HOME_PROPERTY = "selkie.home";

    public BenchProcess {
        arguments = List.copyOf(arguments);
    }

    /**
     * Runs it.
     *
     * @return its exit status
     */
    public int run(PrintWriter out, PrintWriter err) throws IOException, InterruptedException {
        String classPath = classPath(err);
        List<String> command = new ArrayList<>(List.of(java(), "--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC",
            "-XX:-UsePerfData", "-Xmx2g"));
        // What the peers reach into, as their documents say: Chronicle, LMDB, RocksDB and MapDB.
        for (String opened : List.of("java.base/jdk.internal.misc", "java.base/java.lang", "java.base/java.lang.reflect",
                "java.base/java.nio", "java.base/java.io", "java.base/java.util", "java.base/sun.nio.ch",
                        "java.base/jdk.internal.ref",
                "jdk.compiler/com.sun.tools.javac.file", "jdk.compiler/com.sun.tools.javac")) {
            command.add("--add-opens=" + opened + "=ALL-UNNAMED");
        }
        command.addAll(List.of("--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
            "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-cp", classPath,
                    program));
        command.addAll(arguments);
        return finish(new ProcessBuilder(command).start(), out, err);
    }

    /** Whether the sources from which the benchmarks are built are there. */
    public static boolean isPossible() {
        return home() != null;
    }

    private String classPath(PrintWriter err) throws IOException, InterruptedException {
        Path home = home();
        if (home == null) {
            throw new IOException("the benchmarks are built from Selkie's sources, and these are not here; start"
                    + " tools/bin/selkie in a "
                + "clone");
        }
        List<String> command = new ArrayList<>(List.of("sh", home.resolve("tools/bin/build-bench").toString()));
        if (peers) {
            command.add("--peers");
        }
        Process process = new ProcessBuilder(command).start();
        Thread errors = Thread.ofPlatform().daemon().start(() -> copy(process.errorReader(), err));
        String line = process.inputReader().readLine();
        errors.join();
        int status = process.waitFor();
        if (status != 0 || line == null) {
            throw new IOException("the benchmarks could not be built: tools/bin/build-bench ended with " + status);
        }
        return line;
    }

    private static int finish(Process process, PrintWriter out, PrintWriter err) throws InterruptedException {
        Thread end = new Thread(process::destroy);
        Runtime.getRuntime().addShutdownHook(end);
        try {
            Thread errors = Thread.ofPlatform().daemon().start(() -> copy(process.errorReader(), err));
            copy(process.inputReader(), out);
            errors.join();
            return process.waitFor();
        } finally {
            process.destroy();
            try {
                Runtime.getRuntime().removeShutdownHook(end);
            } catch (IllegalStateException e) {
                // The shutdown is under way, and has ended the process.
            }
        }
    }

    private static @Nullable Path home() {
        String home = System.getProperty(HOME_PROPERTY);
        return home == null || !Files.isDirectory(Path.of(home, "bench")) ? null : Path.of(home);
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static void copy(BufferedReader from, PrintWriter to) {
        from.lines().forEach(line -> {
            to.println(line);
            to.flush();
        });
    }
}
