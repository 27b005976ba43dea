// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.junit;

import java.util.List;
import java.util.Optional;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Runs one method of a class of examples as JUnit does, and hands back what came of it. */
final class Example {

    private Example() {
    }

    /** What the method failed with; empty when it passed. */
    static Optional<Throwable> run(Class<?> examples, String method) {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectMethod(examples, method, CrashRun.class.getName()))
                .configurationParameter("junit.jupiter.extensions.autodetection.enabled", "false").build();
        return run(request);
    }

    static Optional<Throwable> runWithoutParameter(Class<?> examples, String method) {
        return run(LauncherDiscoveryRequestBuilder.request().selectors(DiscoverySelectors.selectMethod(examples, method))
                .build());
    }

    private static Optional<Throwable> run(LauncherDiscoveryRequest request) {
        List<TestExecutionResult> results = new java.util.concurrent.CopyOnWriteArrayList<>();
        LauncherFactory.create().execute(request, new TestExecutionListener() {
            @Override
            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                if (test.isTest()) {
                    results.add(result);
                }
            }
        });
        assertEquals(1, results.size());
        return results.getFirst().getThrowable();
    }
}
