// SPDX-License-Identifier: Apache-2.0
package org.selkie;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.selkie.extent.Extent;
import org.selkie.fault.SealBrokenException;
import org.selkie.format.ExtentHeader;
import org.selkie.format.FormattedExtent;
import org.selkie.log.LogOpener;
import org.selkie.seal.SealEvent;
import org.selkie.seal.SealState;

/** Somebody wants an extent's file, or took it: the log that lives on it drains, persists and lets go. */
final class SealLoss {

    private final String pool;
    private final ExtentTable extents;
    private final Map<String, LogOpener> owners = new ConcurrentHashMap<>();

    SealLoss(String pool, ExtentTable extents) {
        this.pool = pool;
        this.extents = extents;
    }

    /** From now on a broken seal of the log's extents stops the log. */
    void watch(String logName, LogOpener opener) {
        owners.put(logName, opener);
        for (FormattedExtent extent : extents.of(logName)) {
            if (!isSealed(extent)) {
                String name = extent.extent().report().name();
                try {
                    opener.close(lost(name, extent.extent().seal().state()));
                } finally {
                    closeIfOf(name, opener);
                }
            }
        }
    }

    void onEvent(SealEvent event) {
        if (event.after() instanceof SealState.Held || event.after() instanceof SealState.Released) {
            return;
        }
        // First of all, and waiting for nobody: no record is begun any more on blocks that may move.
        SealBrokenException reason = lost(event.extent(), event.after());
        owners.values().forEach(owner -> owner.stopIfOn(event.extent(), reason));
        // On a thread of its own: what prepares extents may be what the log waits for.
        Thread.ofPlatform().daemon().name("selkie-let-go-" + pool).start(() -> letGo(event));
    }

    private void letGo(SealEvent event) {
        LogOpener stopped = null;
        while (true) {
            FormattedExtent found = extents.outOfUse(event.extent());
            if (found == null) {
                return;
            }
            if (found.header().state() == ExtentHeader.State.FREE) {
                extents.closeAlone(found);
                return;
            }
            LogOpener owner = ownerOf(found);
            if (owner == null || owner == stopped) {
                // Let go, or on its way to a log; take(), giveBack() and watch() see to that one.
                return;
            }
            // Without a monitor, which the log may need to finish. It may have given the extent to another log before.
            try {
                owner.close(lost(event.extent(), event.after()));
            } finally {
                closeIfOf(event.extent(), owner);
            }
            stopped = owner;
        }
    }

    private void closeIfOf(String name, LogOpener owner) {
        FormattedExtent found = extents.outOfUse(name);
        if (found != null && ownerOf(found) == owner && owner.isDrained()) {
            extents.closeAlone(found);
        }
    }

    private @Nullable LogOpener ownerOf(FormattedExtent extent) {
        return extent.header().state() == ExtentHeader.State.LOG ? owners.get(extent.header().logName()) : null;
    }

    /** Whether no thread of a log may still reach the extent's memory. */
    boolean isUnused(FormattedExtent extent) {
        LogOpener owner = ownerOf(extent);
        return owner == null || owner.isDrained();
    }

    static boolean isSealed(FormattedExtent extent) {
        return isSealed(extent.extent());
    }

    private static boolean isSealed(Extent extent) {
        return extent.seal().state() instanceof SealState.Held;
    }

    private static SealBrokenException lost(String extent, SealState state) {
        return new SealBrokenException("the seal of " + extent + " is " + state
                + "; the log was stopped, what was acknowledged is durable; open the pool again");
    }
}
