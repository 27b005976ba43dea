// SPDX-License-Identifier: Apache-2.0
package org.selkie.testing;

import java.lang.foreign.MemorySegment;
import org.selkie.persist.Granularity;
import org.selkie.persist.Persister;

/**
 * A persister that lets a test stand between the log and the medium: every store goes through {@link #store}, every
 * write-back through {@link #writeBack}.
 */
public class WrappedPersister implements Persister {

    private final Persister wrapped;

    public WrappedPersister(Persister wrapped) {
        this.wrapped = wrapped;
    }

    /** A store of so many bytes at an address; with its fence where the persister fences. */
    protected void store(long to, long lengthBytes, Runnable stored) {
        stored.run();
    }

    /** A write-back of a range. */
    protected void writeBack(long address, long lengthBytes, Runnable written) {
        written.run();
    }

    @Override
    public final Granularity granularity() {
        return wrapped.granularity();
    }

    @Override
    public final void flush(long address, long lengthBytes) {
        writeBack(address, lengthBytes, () -> wrapped.flush(address, lengthBytes));
    }

    @Override
    public final void fence() {
        wrapped.fence();
    }

    private static long recordBytes(long lengthBytes) {
        return (lengthBytes + 28 + 63) & -64L;
    }

    @Override
    public final long append(long to, MemorySegment payload, long lengthBytes, long position, long stamp) {
        store(to, recordBytes(lengthBytes), () -> wrapped.append(to, payload, lengthBytes, position, stamp));
        return recordBytes(lengthBytes);
    }

    @Override
    public final long append(long to, byte[] payload, int offset, long lengthBytes, long position, long stamp) {
        store(to, recordBytes(lengthBytes), () -> wrapped.append(to, payload, offset, lengthBytes, position, stamp));
        return recordBytes(lengthBytes);
    }

    @Override
    public final long appendLong(long to, MemorySegment payload, long lengthBytes, long position, long stamp) {
        store(to, recordBytes(lengthBytes), () -> wrapped.appendLong(to, payload, lengthBytes, position, stamp));
        return recordBytes(lengthBytes);
    }

    @Override
    public final long batch(long to, MemorySegment staged, long lengthBytes, long position, long stamp) {
        store(to, lengthBytes, () -> wrapped.batch(to, staged, lengthBytes, position, stamp));
        return lengthBytes;
    }

    @Override
    public final void copy(long to, MemorySegment from, long lengthBytes) {
        store(to, lengthBytes, () -> wrapped.copy(to, from, lengthBytes));
    }
}
