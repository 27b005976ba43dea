// SPDX-License-Identifier: Apache-2.0
package org.selkie.persist;

import java.lang.foreign.MemorySegment;
import org.selkie.fault.ExtentFaultException;
import org.selkie.os.HotPath;

/** Caches that flush themselves when the power fails: stores and a fence. */
final class BytePersister implements Persister {

    static final BytePersister INSTANCE = new BytePersister();

    private BytePersister() {
    }

    @Override
    public Granularity granularity() {
        return Granularity.BYTE;
    }

    @Override
    public void flush(long address, long lengthBytes) {
        // The caches are in the persistence domain: there is nothing to write back.
    }

    @Override
    public void fence() {
        HotPath.fence();
    }

    @Override
    public long append(long to, MemorySegment payload, long lengthBytes, long position, long stamp) {
        long written = HotPath.appendByte(to, payload, lengthBytes, position, stamp);
        if (written < 0) {
            throw StoreFault.of(written, to, payload, lengthBytes);
        }
        return written;
    }

    @Override
    public long append(long to, byte[] payload, int offset, long lengthBytes, long position, long stamp) {
        long written = HotPath.appendByte(to, payload, offset, lengthBytes, position, stamp);
        if (written < 0) {
            throw ExtentFaultException.onStore(to, lengthBytes);
        }
        return written;
    }

    @Override
    public long appendLong(long to, MemorySegment payload, long lengthBytes, long position, long stamp) {
        long written = HotPath.appendLongByte(to, payload, lengthBytes, position, stamp);
        if (written < 0) {
            throw StoreFault.of(written, to, payload, lengthBytes);
        }
        return written;
    }

    @Override
    public long batch(long to, MemorySegment staged, long lengthBytes, long position, long stamp) {
        long written = HotPath.batchByte(to, staged, lengthBytes, position, stamp);
        if (written != lengthBytes) {
            throw StoreFault.of(written, to, staged, lengthBytes);
        }
        return written;
    }

    @Override
    public void copy(long to, MemorySegment from, long lengthBytes) {
        if (HotPath.copyByte(to, from, lengthBytes) < 0) {
            throw ExtentFaultException.onStore(to, lengthBytes);
        }
    }
}
