// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli.crash;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The crash tests of a class, in a JVM of their own: the class's own version of everything comes first on its class path, the
 * agent can be given on the command line, and a test that ends its JVM does not end this one.
 *
 * @param properties system properties for the tests
 */
public record CrashTests(String className, String classPath, Map<String, String> properties) {
    public CrashTests {
        properties = Map.copyOf(properties);
    }

    /**
     * Runs them.
     *
     * @param inheritErrors whether standard error goes where that of this process goes, which may be a terminal
     * @return {@link CrashTestProcess#GOOD}, {@link CrashTestProcess#BROKEN} or {@link CrashTestProcess#NONE}
     */
    public int run(PrintWriter out, PrintWriter err, boolean inheritErrors) throws IOException, InterruptedException {
        try (AgentJar agent = AgentJar.find()) {
            ProcessBuilder builder = new ProcessBuilder(command(agent));
            if (inheritErrors) {
                builder.redirectError(ProcessBuilder.Redirect.INHERIT);
            }
            Process process = builder.start();
            Thread end = new Thread(process::destroyForcibly);
            Runtime.getRuntime().addShutdownHook(end);
            try {
                Thread errors = Thread.ofPlatform().daemon().start(() -> copy(process.errorReader(), err));
                copy(process.inputReader(), out);
                errors.join();
                return status(process.waitFor(), err);
            } finally {
                process.destroyForcibly();
                forget(end);
            }
        }
    }

    /** A process that did not end itself has told nothing, whatever its status says. */
    private int status(int ofProcess, PrintWriter err) {
        int status = ofProcess - CrashTestProcess.ENDED_ITSELF;
        if (status >= CrashTestProcess.GOOD && status <= CrashTestProcess.NONE) {
            return status;
        }
        err.println("selkie crashtest: the JVM of " + className + " ended with status " + ofProcess + " before its tests did, so "
            + "nothing is known; the code under test or its checker has called System.exit or halt, or the process was killed");
        err.flush();
        return CrashTestProcess.BROKEN;
    }

    private List<String> command(AgentJar agent) {
        String own = System.getProperty("java.class.path", "");
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-javaagent:" + agent.path(), "--enable-native-access=ALL-UNNAMED",
            "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED"));
        properties.forEach((name, value) -> command.add("-D" + name + "=" + value));
        command.addAll(List.of("-cp", classPath.isEmpty() ? own : classPath + File.pathSeparator + own,
            CrashTestProcess.class.getName(), className));
        return command;
    }

    private static void copy(BufferedReader from, PrintWriter to) {
        from.lines().forEach(line -> {
            to.println(line);
            to.flush();
        });
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The shutdown is under way, and has ended the process.
        }
    }
}
