// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli.demo;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.LongAdder;
import org.selkie.persist.Granularity;
import org.selkie.persist.Persister;

/**
 * Counts what a persister is asked for. An append, a batch or a copy that is durable on return ends with one fence, and
 * needs no flush: its lines go out by non-temporal stores. Where pages are written back, msync is flush and fence in one,
 * and is counted as a flush.
 */
final class CountingPersister implements Persister {
    /** The counts of all extents of a pool. */
    static final class Counts {
        final LongAdder appends = new LongAdder();
        final LongAdder flushes = new LongAdder();
        final LongAdder fences = new LongAdder();
    }

    private final Persister persister;
    private final Counts counts;
    private final boolean fencesItself;

    CountingPersister(Persister persister, Counts counts) {
        this.persister = persister;
        this.counts = counts;
        this.fencesItself = persister.durableOnReturn();
    }

    @Override
    public Granularity granularity() {
        return persister.granularity();
    }

    @Override
    public boolean durableOnReturn() {
        return fencesItself;
    }

    @Override
    public void flush(long address, long lengthBytes) {
        counts.flushes.increment();
        persister.flush(address, lengthBytes);
    }

    @Override
    public void fence() {
        if (granularity() != Granularity.PAGE) {
            counts.fences.increment();
        }
        persister.fence();
    }

    @Override
    public long append(long to, MemorySegment payload, long lengthBytes, long position, long stamp) {
        counts.appends.increment();
        countFence();
        return persister.append(to, payload, lengthBytes, position, stamp);
    }

    @Override
    public long append(long to, byte[] payload, int offset, long lengthBytes, long position, long stamp) {
        counts.appends.increment();
        countFence();
        return persister.append(to, payload, offset, lengthBytes, position, stamp);
    }

    @Override
    public long appendLong(long to, MemorySegment payload, long lengthBytes, long position, long stamp) {
        counts.appends.increment();
        countFence();
        return persister.appendLong(to, payload, lengthBytes, position, stamp);
    }

    @Override
    public long batch(long to, MemorySegment staged, long lengthBytes, long position, long stamp) {
        countFence();
        return persister.batch(to, staged, lengthBytes, position, stamp);
    }

    @Override
    public void copy(long to, MemorySegment from, long lengthBytes) {
        countFence();
        persister.copy(to, from, lengthBytes);
    }

    private void countFence() {
        if (fencesItself) {
            counts.fences.increment();
        }
    }
}
