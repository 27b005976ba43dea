// SPDX-License-Identifier: Apache-2.0
package org.selkie.extent;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What has to be taken back should a later step fail; newest first, as a sealed file cannot be removed and a mapped one must
 * not lose its seal. A step that fails keeps no other from being tried. Kept work is left alone.
 */
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
            } catch (RuntimeException | Error e) {
                // The first failure is on its way to the caller; one more while tidying up must not hide it.
            }
        }
    }
}
