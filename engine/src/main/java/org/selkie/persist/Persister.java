// SPDX-License-Identifier: Apache-2.0
package org.selkie.persist;

import java.lang.foreign.MemorySegment;
import org.selkie.os.HotPath;

/**
 * The way to make stores to one mapping durable, chosen once, when it is mapped: persist = flush + fence. Everything that
 * is stored into an extent goes through this interface, so that a recorder can stand in its place.
 *
 * <p>Addresses lie inside the mapping, and the caller keeps it mapped. A store that faults (truncated file, media error)
 * throws {@link org.selkie.fault.ExtentFaultException}; some of its bytes may have been stored. If it is the payload that
 * cannot be read, that is a {@link org.selkie.fault.PayloadFaultException}, and likewise.
 */
public interface Persister {

    /** The longest payload for {@code append}. */
    int LONG_BYTES = HotPath.LONG_BYTES;

    Granularity granularity();

    /** Whether what {@code append}, {@link #batch} and {@link #copy} wrote is durable when they return. */
    default boolean durableOnReturn() {
        return granularity() != Granularity.PAGE;
    }

    /**
     * Starts the write-back of a range. For pages this is msync(MS_SYNC) of the pages that hold it, and when it returns
     * they are durable.
     */
    void flush(long address, long lengthBytes);

    /** Waits until everything that this thread flushed is durable. */
    void fence();

    /** {@link #flush} and {@link #fence}: when it returns, the range is durable. */
    default void persist(long address, long lengthBytes) {
        flush(address, lengthBytes);
        fence();
    }

    /**
     * Writes one record: checksum, stores and fence in one call.
     *
     * @param to          where, aligned to 64
     * @param payload     on the heap or off it, from its beginning
     * @param lengthBytes of the payload
     * @param position    of the record in its log
     * @param stamp       {@code seed | lag << 32 | type << 56}, see RecordLayout.stamp
     * @return the record's length on media
     */
    long append(long to, MemorySegment payload, long lengthBytes, long position, long stamp);

    /** As the other {@code append}, from a part of an array that the caller has checked. */
    long append(long to, byte[] payload, int offset, long lengthBytes, long position, long stamp);

    /** As the other {@code append} for more than {@link #LONG_BYTES}, from native memory: it does not hold up a safepoint. */
    long appendLong(long to, MemorySegment payload, long lengthBytes, long position, long stamp);

    /**
     * Writes records that stand ready under one fence, stamping position, lag and checksum; the type of {@code stamp} is not
     * used.
     *
     * @param staged      on the heap or off it
     * @param lengthBytes on the heap at most {@link #LONG_BYTES}: it holds up a safepoint
     * @return the bytes written, {@code lengthBytes}
     */
    long batch(long to, MemorySegment staged, long lengthBytes, long position, long stamp);

    /**
     * Copies whole words and fences.
     *
     * @param lengthBytes a multiple of 8
     */
    void copy(long to, MemorySegment from, long lengthBytes);

    /** The persister of this processor for a granularity. */
    static Persister of(Granularity granularity) {
        return switch (granularity) {
            case BYTE -> BytePersister.INSTANCE;
            case CACHE_LINE -> CacheLinePersister.INSTANCE;
            case PAGE -> PagePersister.INSTANCE;
        };
    }
}
