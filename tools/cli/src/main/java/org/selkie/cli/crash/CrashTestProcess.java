// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli.crash;

import java.util.Optional;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.selkie.crashtest.CrashConsistencyError;
import org.selkie.crashtest.junit.CrashTest;

/** Runs the crash tests of one class, as JUnit does, and ends with the command's status. */
public final class CrashTestProcess implements TestExecutionListener {
    /** Every crash test passed. */
    public static final int GOOD = 0;
    /** A crash breaks one, or one failed otherwise. */
    public static final int BROKEN = 1;
    /** There is no such class, or it has no crash tests, or none of them was run. */
    public static final int NONE = 2;
    /** What the process adds to its status: a status without it is none of these, but that of a test that ended its JVM. */
    static final int ENDED_ITSELF = 64;

    private int tests;
    private int broken;
    private int failed;
    private int skipped;

    private CrashTestProcess() {
    }

    /** Takes the name of the class. */
    public static void main(String[] args) {
        // Whatever threads a hanging recovery has left behind.
        System.exit(ENDED_ITSELF + run(args[0]));
    }

    private static int run(String className) {
        Class<?> type;
        try {
            type = Class.forName(className, false, CrashTestProcess.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            System.err.println("selkie crashtest: there is no class " + className + " on the class path (" + e
                + "); name it with its package, and give --class-path the directories and jars that it needs");
            return NONE;
        }
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
            .selectors(DiscoverySelectors.selectClass(type)).filters((PostDiscoveryFilter) CrashTestProcess::keep).build();
        CrashTestProcess process = new CrashTestProcess();
        LauncherFactory.create().execute(request, process);
        if (process.tests + process.skipped + process.failed == 0) {
            System.err.println("selkie crashtest: class " + className + " has no method with @CrashTest; annotate one, and have "
                + "it take a CrashRun");
            return NONE;
        }
        System.out.println("crashtest: " + process.tests + (process.tests == 1 ? " test, " : " tests, ") + process.broken
            + " broken by a crash" + (process.failed == 0 ? "" : ", " + process.failed + " failed otherwise")
            + (process.skipped == 0 ? "" : ", " + process.skipped + " skipped"));
        if (process.tests + process.failed == 0) {
            System.err.println("selkie crashtest: every crash test of " + className + " was skipped, so nothing was tested; "
                + "take @Disabled, or the assumption that does not hold, away");
            return NONE;
        }
        return process.broken + process.failed == 0 ? GOOD : BROKEN;
    }

    private static FilterResult keep(TestDescriptor test) {
        if (!test.isTest()) {
            return FilterResult.included("holds tests");
        }
        boolean annotated = test.getSource().filter(MethodSource.class::isInstance).map(MethodSource.class::cast)
            .filter(source -> AnnotationSupport.isAnnotated(source.getJavaMethod(), CrashTest.class)).isPresent();
        return FilterResult.includedIf(annotated);
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        skipped++;
        System.out.println(test.getDisplayName() + " was skipped: " + reason);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        Optional<Throwable> thrown = result.getThrowable();
        if (result.getStatus() == TestExecutionResult.Status.ABORTED) {
            executionSkipped(test, thrown.map(Throwable::toString).orElse("aborted"));
            return;
        }
        if (test.isTest()) {
            tests++;
        }
        if (thrown.isEmpty()) {
            return;
        }
        if (thrown.get() instanceof CrashConsistencyError error) {
            broken++;
            System.out.println(error.getMessage());
        } else {
            failed++;
            System.out.println(test.getDisplayName() + " failed: " + thrown.get());
            for (StackTraceElement frame : thrown.get().getStackTrace()) {
                if (!frame.getClassName().startsWith("org.junit.") && !frame.getClassName().startsWith("java.")) {
                    System.out.println("    at " + frame);
                }
            }
        }
    }
}
