// SPDX-License-Identifier: Apache-2.0
package org.selkie.vm;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs test classes once for each medium, in this one JVM: to start one in a software-emulated processor takes longer than the
 * tests. Arguments: {@code NAME:PROPERTY=VALUE[,PROPERTY=VALUE][:CLASS,CLASS] ... -- CLASS ...};
 * a medium that names classes runs those alone. Prints a line for each test as it ends, one
 * for each class and medium in the form that Maven prints, and ends with status 1 if any failed.
 */
public final class GuestTests implements TestExecutionListener {

    private final String medium;
    private final Map<String, long[]> classes = new LinkedHashMap<>();
    private final Map<String, Long> began = new LinkedHashMap<>();
    private boolean failed;

    private GuestTests(String medium) {
        this.medium = medium;
    }

    public static void main(String[] arguments) {
        Map<String, String[]> media = new LinkedHashMap<>();
        List<String> classes = new ArrayList<>();
        boolean names = false;
        for (String argument : arguments) {
            if (argument.equals("--")) {
                names = true;
            } else if (names) {
                classes.add(argument);
            } else {
                String[] parts = argument.split(":", -1);
                media.put(parts[0], parts);
            }
        }
        boolean failed = false;
        Launcher launcher = LauncherFactory.create();
        for (Map.Entry<String, String[]> medium : media.entrySet()) {
            String[] parts = medium.getValue();
            failed |= run(launcher, medium.getKey(), List.of(parts[1].split(",", -1)),
                    parts.length > 2 ? List.of(parts[2].split(",", -1)) : classes);
        }
        System.exit(failed ? 1 : 0);
    }

    private static boolean run(Launcher launcher, String medium, List<String> properties, List<String> classes) {
        for (String property : properties) {
            String[] nameAndValue = property.split("=", 2);
            System.setProperty(nameAndValue[0], nameAndValue[1]);
        }
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(classes.stream().map(DiscoverySelectors::selectClass).toList()).build();
        GuestTests listener = new GuestTests(medium);
        launcher.execute(request, listener);
        for (String property : properties) {
            System.clearProperty(property.substring(0, property.indexOf('=')));
        }
        return listener.summarize();
    }

    @Override
    public void executionStarted(TestIdentifier test) {
        began.put(test.getUniqueId(), System.nanoTime());
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        if (test.isTest()) {
            print(test, "skipped", reason);
            count(test)[3]++;
        }
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        Throwable thrown = result.getThrowable().orElse(null);
        if (!test.isTest()) {
            if (result.getStatus() == TestExecutionResult.Status.FAILED) {
                failed = true;
                print(test, "FAILED", String.valueOf(thrown));
            }
            return;
        }
        long[] counts = count(test);
        counts[0]++;
        counts[4] += System.nanoTime() - began.getOrDefault(test.getUniqueId(), System.nanoTime());
        switch (result.getStatus()) {
            case SUCCESSFUL -> print(test, "ok", "");
            case ABORTED -> {
                counts[3]++;
                print(test, "skipped", thrown == null ? "" : String.valueOf(thrown.getMessage()));
            }
            default -> {
                failed = true;
                counts[thrown instanceof AssertionError ? 1 : 2]++;
                print(test, "FAILED", "");
                if (thrown != null) {
                    thrown.printStackTrace(System.out);
                }
            }
        }
    }

    /** Run, failures, errors, skipped, nanoseconds. */
    private long[] count(TestIdentifier test) {
        String name = test.getSource().filter(MethodSource.class::isInstance).map(MethodSource.class::cast)
                .map(MethodSource::getClassName).orElse("?");
        return classes.computeIfAbsent(name, key -> new long[5]);
    }

    private void print(TestIdentifier test, String outcome, String why) {
        System.out.println("  " + medium + ": " + test.getDisplayName() + " " + outcome + (why.isEmpty() ? "" : ": " + why));
    }

    private boolean summarize() {
        if (classes.isEmpty()) {
            System.out.println("  " + medium + ": no test was found");
            return true;
        }
        classes.forEach((name, counts) -> System.out.printf(Locale.ROOT,
                "Tests run: %d, Failures: %d, Errors: %d, Skipped: %d, Time elapsed: %.1f s -- in %s on %s%n", counts[0],
                counts[1], counts[2], counts[3], counts[4] / 1e9, name, medium));
        return failed;
    }
}
