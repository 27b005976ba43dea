// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

/** Waiting for a thread that is within a fraction of a microsecond of being done, unless it lost its core. */
final class Backoff {

    private static final int SPINS_BEFORE_YIELD = 64;

    private int spins;

    /** A little longer each time, in effect: spins, and gives the core away now and then. */
    // On few cores the one waited for may need this very core; a park would cost a hundred times what is waited for.
    @SuppressWarnings("ThreadPriorityCheck")
    void pause() {
        spins++;
        if (spins % SPINS_BEFORE_YIELD == 0) {
            Thread.yield();
        } else {
            Thread.onSpinWait();
        }
    }
}
