// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.agent;

import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/** A call of a method that stores. */
final class MethodCall {

    private MethodCall() {
    }

    /** Makes the call, and records what it stored when that is memory of a crash test. */
    static @Nullable Object call(MethodHandle original, String method, @Nullable Object[] arguments) throws Throwable {
        Range range = Range.of(method, arguments);
        Recording.Target target = range == null ? null : Recording.at(range.address());
        if (range == null || target == null) {
            if (range != null) {
                Recording.elsewhere(range.address());
            }
            return original.invoke(arguments);
        }
        target.recorder().order().lock();
        try {
            Object result = original.invoke(arguments);
            target.region().stored(target.offsetBytes(range.address()), target.clip(range.address(), range.lengthBytes()),
                    range.kind());
            return result;
        } finally {
            target.recorder().order().unlock();
        }
    }
}
