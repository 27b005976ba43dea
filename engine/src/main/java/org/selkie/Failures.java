// SPDX-License-Identifier: Apache-2.0
package org.selkie;

import org.jspecify.annotations.Nullable;

/** What went wrong in steps that must all be tried. Not safe for use by several threads. */
final class Failures {

    private @Nullable Throwable first;

    void attempt(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            if (first == null) {
                first = e;
            } else if (!e.equals(first)) {
                first.addSuppressed(e);
            }
        }
    }

    void addTo(Throwable other) {
        if (first != null && !other.equals(first)) {
            other.addSuppressed(first);
        }
    }

    void throwFirst() {
        if (first instanceof Error error) {
            throw error;
        }
        if (first instanceof RuntimeException exception) {
            throw exception;
        }
    }
}
