// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.junit;

import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;
import org.selkie.crashtest.trace.TraceException;

/** Gives a method with {@link CrashTest} its {@link CrashRun}, and sees to it that a checker was handed over. */
public final class CrashTestExtension implements ParameterResolver, AfterTestExecutionCallback {

    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(CrashTestExtension.class);

    public CrashTestExtension() {
        // JUnit makes it.
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == CrashRun.class && context.getTestMethod().isPresent();
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        CrashTest test = AnnotationSupport.findAnnotation(context.getRequiredTestMethod(), CrashTest.class)
                .orElseThrow(() -> new TraceException("a CrashRun was asked for outside of a method with @CrashTest"));
        RunSettings settings = RunSettings.of(test);
        String title = context.getRequiredTestClass().getSimpleName() + "." + context.getRequiredTestMethod().getName();
        CrashRun run = new CrashRun(title, settings, new Outcomes());
        context.getStore(NAMESPACE).put(CrashRun.class, run);
        return run;
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        CrashRun run = context.getStore(NAMESPACE).get(CrashRun.class, CrashRun.class);
        if (run != null) {
            run.end();
        }
        if (context.getExecutionException().isPresent()) {
            return;
        }
        if (run == null) {
            throw new TraceException("the method with @CrashTest takes no CrashRun; give it one as a parameter, run the "
                    + "structure in its memory, and hand over a checker with run.check");
        }
        if (!run.isChecked()) {
            throw new TraceException("the method with @CrashTest handed over no checker; call run.check(image -> ...) at its "
                    + "end");
        }
        run.requireNothingAfterCheck();
    }
}
