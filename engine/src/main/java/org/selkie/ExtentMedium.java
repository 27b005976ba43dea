// SPDX-License-Identifier: Apache-2.0
package org.selkie;

import java.util.List;
import java.util.Optional;
import org.selkie.extent.Extent;

/** Where a pool's header and its numbered extents lie: a directory, a device, or memory. */
interface ExtentMedium extends AutoCloseable {

    /** The pool's header block, if there is one. */
    Optional<byte[]> readPoolHeader();

    /** Writes the pool's header block, durably and as a whole. */
    void writePoolHeader(byte[] header);

    /** Takes back, as far as it can, a pool that was being made and has no records: its header, and its directory. */
    void unmake();

    /** The numbers of the extents that are there, in order. */
    List<Integer> numbers();

    /**
     * Opens an extent that is there. Its pages are not made present: whoever is going to store to it has that done.
     *
     * @throws org.selkie.fault.ExtentLengthException if it is not as long as it should be
     */
    Extent open(int number, long extentBytes);

    /**
     * Makes the next extent, full of zeros or, on a device, of whatever stood there.
     *
     * @throws org.selkie.fault.PoolFullException if there is no room
     */
    Extent create(int number, long extentBytes);

    /** Whether an extent that is there was never finished: nothing in it has a meaning, and it can go. */
    boolean isUnfinished(int number, long extentBytes);

    /** Whether {@link #fill} could make an extent whole that is refused as it is. */
    boolean isFillable(int number, long extentBytes);

    /** Makes an extent that was cut short, or had holes punched into it, whole again: zeros where nothing is. */
    void fill(int number, long extentBytes);

    /** Takes a closed extent that cannot be read out of the pool, so that the pool can be opened without it. */
    void setAside(int number, long extentBytes);

    /** Removes an extent that is closed. Returns false where that is not possible: a slice of a device stays. */
    boolean remove(int number);

    /** Whether what is on it outlives the process. */
    default boolean isKept() {
        return true;
    }

    /** The extent in messages. */
    String nameOf(int number);

    @Override
    void close();
}
