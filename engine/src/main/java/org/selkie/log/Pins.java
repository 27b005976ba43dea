// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.selkie.fault.LogStoppedException;

/** Which extents somebody reads in place, and which of those the log has no use for any more. */
final class Pins {

    private final LogState log;
    private final ExtentSource source;
    private final Set<PinnedExtents> open = new HashSet<>();
    private final Map<LogExtent, Integer> pinned = new HashMap<>();
    private final Set<LogExtent> retired = new HashSet<>();
    private volatile boolean revoked;

    Pins(LogState log, ExtentSource source) {
        this.log = log;
        this.source = source;
    }

    synchronized PinnedExtents open() {
        log.requireReadable();
        if (revoked) {
            throw new LogStoppedException("log " + log.name + " is closed; open the pool again");
        }
        PinnedExtents opened = new PinnedExtents(log, this);
        open.add(opened);
        return opened;
    }

    /** For a thread that is in a reader's slot of the extent, which is the log's still. */
    synchronized void pin(LogExtent extent) {
        pinned.merge(extent, 1, Integer::sum);
    }

    boolean areRevoked() {
        return revoked;
    }

    synchronized int count() {
        return open.size();
    }

    /** Gives an extent back that left the log, and that no reader is in any more; later, if somebody reads it in place. */
    void giveBack(LogExtent extent) {
        synchronized (this) {
            if (pinned.containsKey(extent)) {
                retired.add(extent);
                return;
            }
        }
        source.giveBack(extent.formatted);
    }

    void close(PinnedExtents closed) {
        List<LogExtent> unused = new ArrayList<>();
        synchronized (this) {
            if (!open.contains(closed)) {
                return;
            }
            closed.arena().close();
            open.remove(closed);
            for (LogExtent extent : closed.extents()) {
                if (pinned.merge(extent, -1, (count, less) -> count + less == 0 ? null : count + less) == null
                        && retired.remove(extent)) {
                    unused.add(extent);
                }
            }
        }
        for (LogExtent extent : unused) {
            try {
                source.giveBack(extent.formatted);
            } catch (Throwable e) {
                // As when it is trimmed: the kernel reports a failed write-back once, and it may have been the records'.
                log.stop.failWriteBack(e);
                throw e;
            }
        }
    }

    /** Ends every view. From then on there are no new ones, and who closes the log closes the extents. */
    void revokeAll() {
        List<PinnedExtents> all;
        synchronized (this) {
            revoked = true;
            all = List.copyOf(open);
            open.clear();
            retired.clear();
        }
        all.forEach(PinnedExtents::revoke);
    }
}
