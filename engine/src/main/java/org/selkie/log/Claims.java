// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import org.selkie.fault.PayloadFaultException;
import org.selkie.fault.SelkieException;

/**
 * How a thread gets a place in the log: among many, or as the only one. Chosen once, when the log is opened. A thread
 * enters, claims, writes, and finishes or fails; it holds a slot of {@link LogState#writers} meanwhile.
 */
interface Claims {

    /** Whether what kept a record from being written is the caller's mistake: its payload could not be read. */
    static boolean isOfThePayload(Throwable e) {
        return !(e instanceof SelkieException) || e instanceof PayloadFaultException;
    }

    /** Takes a slot. */
    int enter();

    /** A place of so many bytes. Leaves the slot if it throws, as nothing is claimed then. */
    long claim(int slot, long bytes);

    /** The lag to write into the record at a claimed place. */
    long lagLines(int slot, long position);

    /** The place is written, and durable where stores are durable on return. Leaves the slot. */
    void written(int slot, long position, long bytes);

    /**
     * The place was not written. If storing failed, it stays a hole: readers stop before it, recovery covers it, and the log
     * stops. If the payload could not be read, which is the caller's mistake, the log goes on. Leaves the slot.
     */
    RuntimeException failed(int slot, long position, long bytes, Throwable e);
}
