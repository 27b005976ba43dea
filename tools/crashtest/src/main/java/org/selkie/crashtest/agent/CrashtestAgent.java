// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.agent;

import java.lang.instrument.Instrumentation;
import java.nio.file.Path;
import java.security.CodeSource;

/**
 * Started with {@code -javaagent:selkie-crashtest.jar}. Rewrites, in every class that is not of the JDK and not of crashtest,
 * the calls that store into memory segments and direct buffers or force them: each then goes through {@link Hooks}, which
 * calls the original and records what was done if the memory is that of a crash test.
 *
 * <p>A method reference to such a method, a call by reflection, and stores that the JDK makes itself, such as
 * {@code channel.read(buffer)}, are not rewritten: they are found by comparing memory, at the next event.
 */
public final class CrashtestAgent {

    private static volatile boolean active;

    private CrashtestAgent() {
    }

    /** Called by the JVM. Arguments are not used. */
    public static void premain(String arguments, Instrumentation instrumentation) {
        instrumentation.addTransformer(new CallSites(instrumentation));
        active = true;
    }

    /** Whether classes that are loaded are rewritten. */
    public static boolean isActive() {
        return active;
    }

    /** The option that starts the agent, as far as it is known where it lies. */
    public static String option() {
        CodeSource source = CrashtestAgent.class.getProtectionDomain().getCodeSource();
        String path = source == null || source.getLocation() == null ? "" : source.getLocation().getPath();
        return "-javaagent:" + (path.endsWith(".jar") ? path : Path.of("selkie-crashtest.jar"));
    }
}
