// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.contender;

import java.lang.foreign.MemorySegment;
import org.selkie.bench.Ceiling;
import org.selkie.persist.Granularity;
import org.selkie.persist.Persister;

/** Adds to each fence what an emulated device would take, by the same function that the loops in C call. */
public final class EmulatingPersister implements Persister {

    private final Persister persister;
    private final ThreadLocal<long[]> flushed = ThreadLocal.withInitial(() -> new long[1]);

    /** Around the one that does the work. */
    public EmulatingPersister(Persister persister) {
        this.persister = persister;
    }

    @Override
    public Granularity granularity() {
        return persister.granularity();
    }

    @Override
    public void flush(long address, long lengthBytes) {
        persister.flush(address, lengthBytes);
        flushed.get()[0] += lengthBytes;
    }

    @Override
    public void fence() {
        persister.fence();
        long[] bytes = flushed.get();
        Ceiling.emulatedFence(bytes[0]);
        bytes[0] = 0;
    }

    @Override
    public long append(long to, MemorySegment payload, long lengthBytes, long position, long stamp) {
        return fenced(persister.append(to, payload, lengthBytes, position, stamp));
    }

    @Override
    public long append(long to, byte[] payload, int offset, long lengthBytes, long position, long stamp) {
        return fenced(persister.append(to, payload, offset, lengthBytes, position, stamp));
    }

    @Override
    public long appendLong(long to, MemorySegment payload, long lengthBytes, long position, long stamp) {
        return fenced(persister.appendLong(to, payload, lengthBytes, position, stamp));
    }

    @Override
    public long batch(long to, MemorySegment staged, long lengthBytes, long position, long stamp) {
        return fenced(persister.batch(to, staged, lengthBytes, position, stamp));
    }

    @Override
    public void copy(long to, MemorySegment from, long lengthBytes) {
        persister.copy(to, from, lengthBytes);
        fenced(lengthBytes);
    }

    private long fenced(long bytes) {
        if (persister.durableOnReturn()) {
            Ceiling.emulatedFence(bytes);
        }
        return bytes;
    }
}
