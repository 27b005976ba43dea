// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.util.List;
import org.selkie.fault.PositionException;
import org.selkie.format.FormattedExtent;

/**
 * The end of a log that another process may be writing, found by checking records as they appear. A record that verifies
 * is written; whether it is durable is known only once a later one says so, or a clean close.
 */
final class ReadOnlyTail {

    private final String name;
    private final ExtentSource source;
    private final ExtentChain chain;
    private LogExtent extent;
    private ExtentScan scan;
    private long proven;
    private boolean closed;

    ReadOnlyTail(String name, ExtentSource source, RecoveredLog recovered) {
        this.name = name;
        this.source = source;
        this.chain = recovered.chain();
        this.extent = recovered.active();
        this.scan = new ExtentScan(extent, Math.max(recovered.tail(), extent.first));
        this.proven = recovered.proven();
    }

    /** Walks what has appeared since, and returns where it ends. */
    synchronized long advance() {
        while (!closed) {
            long code = scan.walk(extent.end);
            proven = Math.max(proven, scan.proven());
            if (code != 0 || scan.intactUpTo() != extent.end) {
                // The next look begins at the batch again: whoever recovers a log whose writer died covers it whole.
                scan.backToBatch();
                return atEnd(Math.max(scan.position(), extent.first));
            }
            LogExtent next = chain.after(extent);
            if (next == null) {
                FormattedExtent found = source.find(name, extent.sequence + 1);
                if (found != null) {
                    next = new LogExtent(found);
                    chain.add(next);
                } else {
                    // What is missing was said when the pool was opened, and will be to who reads there.
                    next = chain.nextAfter(extent.base);
                }
                if (next == null) {
                    return atEnd(extent.end);
                }
            }
            extent = next;
            scan = new ExtentScan(next, next.first);
        }
        return extent.base;
    }

    private long atEnd(long end) {
        if (extent.formatted.isGivenBack()) {
            throw new PositionException("log " + name + " was trimmed beyond position " + extent.base
                    + " by the process that writes it, further than this one has seen; open the pool again");
        }
        proven = Math.clamp(extent.formatted.readWatermark(), proven, Math.max(proven, end));
        return end;
    }

    /** Below it, records are durable, as far as the log itself says so. */
    synchronized long proven() {
        return proven;
    }

    /** Where the log begins by now, as its writer may have trimmed it. */
    synchronized long start() {
        long start = 0;
        for (LogExtent candidate : closed ? List.<LogExtent>of() : chain.all()) {
            if (!candidate.formatted.isGivenBack()) {
                start = Math.max(start, candidate.formatted.readTrim());
            }
        }
        return start;
    }

    /** From now on no memory is looked at. */
    synchronized void close() {
        closed = true;
    }
}
