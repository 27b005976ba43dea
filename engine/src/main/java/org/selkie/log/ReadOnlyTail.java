// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import org.selkie.format.FormattedExtent;
import org.selkie.os.HotPath;

/**
 * The end of a log that another process may be writing, found by checking records as they appear. A record that verifies
 * is written; whether it is durable is known only once a later one says so.
 */
final class ReadOnlyTail {

    private final String name;
    private final ExtentSource source;
    private final ExtentChain chain;
    private LogExtent extent;
    private ExtentScan scan;
    private long proven;

    ReadOnlyTail(String name, ExtentSource source, RecoveredLog recovered) {
        this.name = name;
        this.source = source;
        this.chain = recovered.chain();
        this.extent = recovered.active();
        this.scan = new ExtentScan(extent, Math.max(recovered.tail(), extent.first));
        this.proven = recovered.start();
    }

    /** Walks what has appeared since, and returns where it ends. */
    synchronized long advance() {
        while (true) {
            long code = scan.walk(extent.end);
            proven = Math.max(proven, scan.proven());
            if (code != 0 || scan.intactUpTo() != extent.end) {
                if (code != HotPath.ABSENT && code != HotPath.CORRUPT) {
                    scan.takeMediaError();
                }
                return Math.max(scan.intactUpTo(), extent.first);
            }
            LogExtent next = chain.after(extent);
            if (next == null) {
                FormattedExtent found = source.find(name, extent.sequence + 1);
                if (found == null) {
                    return extent.end;
                }
                next = new LogExtent(found);
                chain.add(next);
            }
            extent = next;
            scan = new ExtentScan(next, next.first);
        }
    }

    /** Below it, records are durable, as far as records say so. */
    synchronized long proven() {
        return proven;
    }
}
