// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.selkie.extent.Extent;
import org.selkie.extent.ExtentOptions;
import org.selkie.format.ExtentHeader;
import org.selkie.format.FormattedExtent;
import org.selkie.persist.Durability;
import org.selkie.testing.OneExtentLog;
import org.selkie.testing.Pools;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** A log that is closed does not wait for an extent whose turn has not come: what is before it may wait for the log. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PreparationCloseTest implements ExtentSource {

    private final List<Runnable> queue = new ArrayList<>();
    private int taken;

    @Test
    void aPreparationInTheQueueIsNotWaitedForAndNeverMade() {
        try (Extent extent = Extent.anonymous("test", ExtentOptions.ofLength(Pools.EXTENT_BYTES)
                .withRequiredDurability(Durability.PROCESS_CRASH))) {
            ExtentHeader free = ExtentHeader.free(OneExtentLog.POOL_ID, 1, 1, Pools.EXTENT_BYTES);
            LogExtent only = new LogExtent(new FormattedExtent(extent, extent.persister(), free.assignedTo("x", 1, 0)));
            ExtentChain chain = new ExtentChain(Pools.EXTENT_BYTES);
            chain.add(only);
            ExtentPreparation preparation = new ExtentPreparation("x", 1, this, chain);
            preparation.considerAt(only.end - 64);
            assertEquals(1, queue.size());
            preparation.close();
            queue.forEach(Runnable::run);
            assertEquals(0, taken);
        }
    }

    @Override
    public FormattedExtent take(String logName, long logCreatedMillis, long sequence) {
        taken++;
        throw new IllegalStateException("it was made");
    }

    @Override
    public @Nullable FormattedExtent find(String logName, long sequence) {
        return null;
    }

    @Override
    public void giveBack(FormattedExtent extent) {
        throw new IllegalStateException("nothing was taken");
    }

    @Override
    public Executor background() {
        return queue::add;
    }
}
