// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.trace;

import java.lang.foreign.MemorySegment;
import org.selkie.persist.Persister;

/**
 * The seam between a persistent structure and its memory: every load, store, flush and fence goes through it, so that the
 * same code runs on real memory, is recorded, and recovers from crash images. Numbers are little-endian.
 *
 * <p>Stores become durable at a fence after a flush of their lines by the same thread, and may become so earlier. One that
 * lies within eight aligned bytes does so as a whole.
 */
public interface PersistentRegion {

    /** Real memory, mapped or allocated, made durable by a persister of the engine. */
    static PersistentRegion over(MemorySegment memory, Persister persister) {
        return new MappedRegion(memory, persister);
    }

    long lengthBytes();

    byte getByte(long offsetBytes);

    int getInt(long offsetBytes);

    long getLong(long offsetBytes);

    /** Loads as many bytes as the array holds. */
    void get(long offsetBytes, byte[] to);

    void putByte(long offsetBytes, byte value);

    void putInt(long offsetBytes, int value);

    void putLong(long offsetBytes, long value);

    /** A copy: its words may become durable in any order. */
    void put(long offsetBytes, byte[] from);

    /** A copy past the caches: durable at the next fence of this thread, without a flush. */
    void putNonTemporal(long offsetBytes, byte[] from);

    /** Atomic and volatile. */
    boolean compareAndSetLong(long offsetBytes, long expected, long value);

    /** Starts the write-back of the lines that hold a range. */
    void flush(long offsetBytes, long lengthBytes);

    /** Waits until everything that this thread flushed, or stored past the caches, is durable. */
    void fence();

    /** {@link #flush} and {@link #fence}: when it returns, the range is durable. */
    default void persist(long offsetBytes, long lengthBytes) {
        flush(offsetBytes, lengthBytes);
        fence();
    }
}
