// SPDX-License-Identifier: Apache-2.0
package org.selkie.seal;

import java.nio.file.Path;
import java.util.Map;
import org.selkie.fault.ExtentBusyException;
import org.selkie.os.FileStatus;
import org.selkie.os.LockTable;

/**
 * Who holds a lease on which file, for somebody who opens many files one after the other. The kernel lists the locks of all
 * files at once, and each open extent has one: to read the list before every open takes time that grows with the square of
 * their number. So a reading serves for the opens that follow, for ten times as long as it took. Safe for use by several
 * threads.
 */
public final class LeaseTable {
    private static final int READINGS = 10;

    private Map<String, Long> holders = Map.of();
    private long readAtNanos;
    private long usableNanos = -1;

    /** Nothing is read yet. */
    public LeaseTable() {}

    /**
     * Refuses a file whose holder would be disturbed by the open itself: an open breaks a lease. Looks without opening.
     *
     * @param file the file
     * @param status its status
     * @throws ExtentBusyException where somebody holds a lease on it
     */
    public void requireNone(Path file, FileStatus status) {
        Long holder = current().get(status.identity().inLockTable());
        if (holder != null) {
            throw new ExtentBusyException("process " + holder + " holds a lease on " + file
                    + ", which an open would break; close the extent there first");
        }
    }

    private synchronized Map<String, Long> current() {
        long now = System.nanoTime();
        if (now - readAtNanos > usableNanos) {
            holders = LockTable.leases();
            readAtNanos = System.nanoTime();
            usableNanos = READINGS * (readAtNanos - now);
        }
        return holders;
    }
}
