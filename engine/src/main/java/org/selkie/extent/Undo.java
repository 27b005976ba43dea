// SPDX-License-Identifier: Apache-2.0
package org.selkie.extent;

import java.util.ArrayDeque;
import java.util.Deque;
import org.selkie.fault.SelkieException;

/** What has to be taken back should a later step fail; newest first. Kept work is left alone. */
final class Undo implements AutoCloseable {
    private final Deque<Runnable> steps = new ArrayDeque<>();

    void add(Runnable step) {
        steps.push(step);
    }

    /** Everything succeeded: nothing is taken back. */
    void keep() {
        steps.clear();
    }

    @Override
    public void close() {
        for (Runnable step : steps) {
            try {
                step.run();
            } catch (SelkieException e) {
                // The first failure is on its way to the caller; one more while tidying up must not hide it.
            }
        }
    }
}
