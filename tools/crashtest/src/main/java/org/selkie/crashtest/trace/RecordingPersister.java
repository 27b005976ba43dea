// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.trace;

import java.lang.foreign.MemorySegment;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.selkie.persist.Granularity;
import org.selkie.persist.Persister;

/**
 * The engine's seam, recorded: does what the persister that it wraps does, and tells a recorder. A call that stores and
 * fences is recorded as two events, between which other threads may come.
 */
final class RecordingPersister implements Persister {

    private final Recorder recorder;
    private final Persister wrapped;
    private final Runnable between;
    private final boolean cleans;
    private @Nullable RecordedRegion last;

    /**
     * A persister that is recorded.
     *
     * @param between runs between what stores and what waits for it
     * @param cleans  whether there are no non-temporal stores, so that lines are flushed after their stores
     */
    RecordingPersister(Recorder recorder, Persister wrapped, Runnable between, boolean cleans) {
        this.recorder = recorder;
        this.wrapped = wrapped;
        this.between = between;
        this.cleans = cleans && wrapped.granularity() == Granularity.CACHE_LINE;
    }

    /** A persister belongs to one mapping: the first address tells which. */
    private RecordedRegion regionAt(long address) {
        RecordedRegion known = last;
        if (known == null || !known.holds(address)) {
            known = recorder.mappedAt(address);
            last = known;
        }
        return known;
    }

    /** Stores, and whatever waits for them, as the granularity has it. */
    private long store(long to, LongSupplier stores) {
        long written;
        RecordedRegion region;
        recorder.order().lock();
        try {
            region = regionAt(to);
            written = stores.getAsLong();
            region.stored(to - region.memory().address(), written,
                    granularity() == Granularity.CACHE_LINE && !cleans ? StoreKind.NON_TEMPORAL : StoreKind.BULK);
        } finally {
            recorder.order().unlock();
        }
        between.run();
        if (cleans) {
            recorder.flush(region.region(), to - region.memory().address(), written);
        }
        if (durableOnReturn()) {
            recorder.fence();
        }
        return written;
    }

    @Override
    public Granularity granularity() {
        return wrapped.granularity();
    }

    @Override
    public void flush(long address, long lengthBytes) {
        recorder.order().lock();
        try {
            RecordedRegion region = regionAt(address);
            recorder.flush(region.region(), address - region.memory().address(), lengthBytes);
        } finally {
            recorder.order().unlock();
        }
        between.run();
        wrapped.flush(address, lengthBytes);
    }

    @Override
    public void fence() {
        wrapped.fence();
        recorder.fence();
    }

    @Override
    public long append(long to, MemorySegment payload, long lengthBytes, long position, long stamp) {
        return store(to, () -> wrapped.append(to, payload, lengthBytes, position, stamp));
    }

    @Override
    public long append(long to, byte[] payload, int offset, long lengthBytes, long position, long stamp) {
        return store(to, () -> wrapped.append(to, payload, offset, lengthBytes, position, stamp));
    }

    @Override
    public long appendLong(long to, MemorySegment payload, long lengthBytes, long position, long stamp) {
        return store(to, () -> wrapped.appendLong(to, payload, lengthBytes, position, stamp));
    }

    @Override
    public long batch(long to, MemorySegment staged, long lengthBytes, long position, long stamp) {
        return store(to, () -> wrapped.batch(to, staged, lengthBytes, position, stamp));
    }

    @Override
    public void copy(long to, MemorySegment from, long lengthBytes) {
        store(to, () -> {
            wrapped.copy(to, from, lengthBytes);
            return lengthBytes;
        });
    }
}
