// SPDX-License-Identifier: Apache-2.0
package org.selkie.persist;

import java.lang.foreign.MemorySegment;
import org.selkie.fault.ExtentFaultException;
import org.selkie.os.HotPath;
import org.selkie.os.Linux;

/** Pages that the kernel writes back: msync is flush and fence in one. */
final class PagePersister implements Persister {

    static final PagePersister INSTANCE = new PagePersister();

    private PagePersister() {
    }

    @Override
    public Granularity granularity() {
        return Granularity.PAGE;
    }

    @Override
    public void flush(long address, long lengthBytes) {
        Linux.msync(address, lengthBytes);
    }

    @Override
    public void fence() {
        // msync(MS_SYNC) has waited already.
    }

    @Override
    public long append(long to, MemorySegment payload, long lengthBytes, long position, long stamp) {
        long written = HotPath.appendPage(to, payload, lengthBytes, position, stamp);
        if (written < 0) {
            throw StoreFault.of(written, to, payload, lengthBytes);
        }
        return written;
    }

    @Override
    public long append(long to, byte[] payload, int offset, long lengthBytes, long position, long stamp) {
        long written = HotPath.appendPage(to, payload, offset, lengthBytes, position, stamp);
        if (written < 0) {
            throw ExtentFaultException.onStore(to, lengthBytes);
        }
        return written;
    }

    @Override
    public long appendLong(long to, MemorySegment payload, long lengthBytes, long position, long stamp) {
        long written = HotPath.appendLongPage(to, payload, lengthBytes, position, stamp);
        if (written < 0) {
            throw StoreFault.of(written, to, payload, lengthBytes);
        }
        return written;
    }

    @Override
    public long batch(long to, MemorySegment staged, long lengthBytes, long position, long stamp) {
        long written = HotPath.batchPage(to, staged, lengthBytes, position, stamp);
        if (written != lengthBytes) {
            throw StoreFault.of(written, to, staged, lengthBytes);
        }
        return written;
    }

    @Override
    public void copy(long to, MemorySegment from, long lengthBytes) {
        if (HotPath.copyPage(to, from, lengthBytes) < 0) {
            throw ExtentFaultException.onStore(to, lengthBytes);
        }
    }
}
