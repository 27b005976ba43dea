// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** Steps of several threads, one after the other: the order of a race, chosen. */
final class Threads {

    private Threads() {
    }

    static void await(Future<?> step) {
        try {
            step.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
