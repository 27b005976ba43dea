// SPDX-License-Identifier: Apache-2.0
package org.selkie.seal;

import java.nio.file.Path;
import org.selkie.fault.ExtentBusyException;
import org.selkie.os.FileHandle;
import org.selkie.os.FileStatus;
import org.selkie.os.OfdLock;

/** One writer an extent: a lock that ends with the handle or the process, so that no crash leaves it behind. */
public final class Ownership {
    private Ownership() {}

    /**
     * Refuses a file whose holder would be disturbed by the open itself: an open breaks a lease. Looks without opening.
     *
     * @param file the file
     * @param status its status
     * @throws ExtentBusyException where somebody holds a lease on it
     */
    public static void requireNoLease(Path file, FileStatus status) {
        new LeaseTable().requireNone(file, status);
    }

    /**
     * Takes the exclusive lock on a range.
     *
     * @param handle the file, open for writing
     * @param offsetBytes where the range begins
     * @param lengthBytes its length; 0 means the whole rest
     * @throws ExtentBusyException where another handle has it, in this process or another one
     */
    public static void take(FileHandle handle, long offsetBytes, long lengthBytes) {
        if (!OfdLock.tryLock(handle, true, offsetBytes, lengthBytes)) {
            throw new ExtentBusyException(handle.name() + " is open for writing already, in this process or another "
                    + "one (lslocks names it); close it there first");
        }
    }
}
