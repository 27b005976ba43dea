// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.contender;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.LongAdder;
import org.selkie.format.RecordLayout;
import org.selkie.persist.Granularity;
import org.selkie.persist.Persister;

/**
 * Counts flushes, fences, lines and bytes of everything that is stored to a pool. What is durable on return ends with one fence,
 * and needs no flush: its lines go out by non-temporal stores. Where pages are written back, a flush is an msync.
 */
public final class CountingPersister implements Persister {

    /** The counts of all extents of a pool. */
    public static final class Counts {
        private final LongAdder flushes = new LongAdder();
        private final LongAdder fences = new LongAdder();
        private final LongAdder lines = new LongAdder();
        private final LongAdder bytes = new LongAdder();
        private final LongAdder forces = new LongAdder();

        /** From zero again. */
        public void reset() {
            flushes.reset();
            fences.reset();
            lines.reset();
            bytes.reset();
            forces.reset();
        }

        /** An operation's, of so many. */
        public Costs per(long operations) {
            double n = operations;
            return new Costs(flushes.sum() / n, fences.sum() / n, lines.sum() / n, bytes.sum() / n, forces.sum() / n);
        }
    }

    private final Persister persister;
    private final Counts counts;
    private final boolean pages;

    /** Around the one that does the work. */
    public CountingPersister(Persister persister, Counts counts) {
        this.persister = persister;
        this.counts = counts;
        this.pages = persister.granularity() == Granularity.PAGE;
    }

    @Override
    public Granularity granularity() {
        return persister.granularity();
    }

    @Override
    public boolean durableOnReturn() {
        return persister.durableOnReturn();
    }

    @Override
    public void flush(long address, long lengthBytes) {
        if (pages) {
            counts.forces.increment();
        } else {
            counts.flushes.add(linesOf(address, lengthBytes));
        }
        persister.flush(address, lengthBytes);
    }

    @Override
    public void fence() {
        if (!pages) {
            counts.fences.increment();
        }
        persister.fence();
    }

    @Override
    public long append(long to, MemorySegment payload, long lengthBytes, long position, long stamp) {
        return stored(persister.append(to, payload, lengthBytes, position, stamp));
    }

    @Override
    public long append(long to, byte[] payload, int offset, long lengthBytes, long position, long stamp) {
        return stored(persister.append(to, payload, offset, lengthBytes, position, stamp));
    }

    @Override
    public long appendLong(long to, MemorySegment payload, long lengthBytes, long position, long stamp) {
        return stored(persister.appendLong(to, payload, lengthBytes, position, stamp));
    }

    @Override
    public long batch(long to, MemorySegment staged, long lengthBytes, long position, long stamp) {
        return stored(persister.batch(to, staged, lengthBytes, position, stamp));
    }

    @Override
    public void copy(long to, MemorySegment from, long lengthBytes) {
        persister.copy(to, from, lengthBytes);
        counts.lines.add(linesOf(to, lengthBytes) - lengthBytes / RecordLayout.LINE_BYTES);
        stored(lengthBytes);
    }

    private long stored(long bytes) {
        counts.bytes.add(bytes);
        counts.lines.add(bytes / RecordLayout.LINE_BYTES);
        if (persister.durableOnReturn()) {
            counts.fences.increment();
        }
        return bytes;
    }

    private static long linesOf(long address, long lengthBytes) {
        long line = RecordLayout.LINE_BYTES;
        return (address + lengthBytes - 1) / line - address / line + 1;
    }
}
