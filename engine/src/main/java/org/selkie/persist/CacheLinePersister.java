// SPDX-License-Identifier: Apache-2.0
package org.selkie.persist;

import java.lang.foreign.MemorySegment;
import org.selkie.fault.ExtentFaultException;
import org.selkie.os.HotPath;

/** Non-temporal stores for what is written whole, CLWB or its kin for the rest, and a fence. */
final class CacheLinePersister implements Persister {

    static final CacheLinePersister INSTANCE = new CacheLinePersister();

    private CacheLinePersister() {
    }

    @Override
    public Granularity granularity() {
        return Granularity.CACHE_LINE;
    }

    @Override
    public void flush(long address, long lengthBytes) {
        if (HotPath.flush(address, lengthBytes) < 0) {
            throw ExtentFaultException.onFlush(address, lengthBytes);
        }
    }

    @Override
    public void fence() {
        HotPath.fence();
    }

    @Override
    public long append(long to, MemorySegment payload, long lengthBytes, long position, long stamp) {
        long written = HotPath.appendCacheLine(to, payload, lengthBytes, position, stamp);
        if (written < 0) {
            throw StoreFault.of(written, to, payload, lengthBytes);
        }
        return written;
    }

    @Override
    public long append(long to, byte[] payload, int offset, long lengthBytes, long position, long stamp) {
        long written = HotPath.appendCacheLine(to, payload, offset, lengthBytes, position, stamp);
        if (written < 0) {
            throw ExtentFaultException.onStore(to, lengthBytes);
        }
        return written;
    }

    @Override
    public long appendLong(long to, MemorySegment payload, long lengthBytes, long position, long stamp) {
        long written = HotPath.appendLongCacheLine(to, payload, lengthBytes, position, stamp);
        if (written < 0) {
            throw StoreFault.of(written, to, payload, lengthBytes);
        }
        return written;
    }

    @Override
    public long batch(long to, MemorySegment staged, long lengthBytes, long position, long stamp) {
        long written = HotPath.batchCacheLine(to, staged, lengthBytes, position, stamp);
        if (written != lengthBytes) {
            throw StoreFault.of(written, to, staged, lengthBytes);
        }
        return written;
    }

    @Override
    public void copy(long to, MemorySegment from, long lengthBytes) {
        if (HotPath.copyCacheLine(to, from, lengthBytes) < 0) {
            throw ExtentFaultException.onStore(to, lengthBytes);
        }
    }
}
