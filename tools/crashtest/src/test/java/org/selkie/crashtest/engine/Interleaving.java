// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.engine;

import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.selkie.persist.Granularity;

/** What other threads do between a thread's store and the fence behind it: whatever the machine likes, or what a test wants. */
final class Interleaving {

    private static final int MOST_YIELDS = 3;

    private final Granularity granularity;
    private volatile @Nullable Overtaking overtaking;

    Interleaving(Granularity granularity) {
        this.granularity = granularity;
    }

    /** Called by whoever has stored and not yet fenced. */
    void betweenStoreAndFence() {
        Overtaking current = overtaking;
        if (current != null) {
            current.betweenStoreAndFence();
            return;
        }
        for (int i = ThreadLocalRandom.current().nextInt(MOST_YIELDS + 1); i > 0; i--) {
            Thread.yield();
        }
    }

    /**
     * Has another thread store a record, and this one go on before that record is durable.
     *
     * @param mayWait whether this one may have to wait, and then does not overtake
     * @return whether it has overtaken
     */
    boolean overtake(Runnable slow, Runnable meanwhile, boolean mayWait) {
        Overtaking current = new Overtaking(granularity == Granularity.PAGE, mayWait);
        overtaking = current;
        boolean overtaken = current.run(slow, meanwhile);
        overtaking = null;
        return overtaken;
    }
}
