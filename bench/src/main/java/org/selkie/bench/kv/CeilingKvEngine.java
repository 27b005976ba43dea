// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.kv;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.selkie.bench.contender.Costs;
import org.selkie.bench.contender.DeviceRegion;
import org.selkie.bench.contender.MappedPages;
import org.selkie.bench.contender.Place;
import org.selkie.format.RecordLayout;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

/**
 * The limit: a store of the same design in C (bench/src/main/c/kv.c), driven by loops in C. It has no order, and takes no part
 * where keys are named one by one.
 */
public final class CeilingKvEngine implements KvEngine {

    /** Entry and key. */
    private static final long OVERHEAD_BYTES = 12 + KvContender.KEY_BYTES;
    private static final double HUNDRED = 100;
    private static final int LEAST_SPARE_RECORDS = 1_000_000;
    /** More than a round puts. */
    private static final int RESERVE_RECORDS = 200_000;

    @Override
    public String name() {
        return "ceiling in C";
    }

    @Override
    public String setting() {
        return "";
    }

    @Override
    public String survives(Place place) {
        return place.survivesByInstructions();
    }

    // The arena is closed with the contender.
    @SuppressWarnings("MustBeClosedChecker")
    @Override
    public KvContender open(Place place, Path own, long keys, int valueBytes) throws IOException {
        long recordBytes = recordBytes(valueBytes);
        // Nothing is given back by itself: what is put has to fit until everything is put anew.
        long logBytes = (keys + Math.max(LEAST_SPARE_RECORDS, keys / 2)) * recordBytes;
        if (place.device().isPresent()) {
            return onDevice(place, keys, logBytes, recordBytes);
        }
        Files.createDirectories(own);
        Arena arena = Arena.ofShared();
        MemorySegment log;
        try (FileChannel file = FileChannel.open(own.resolve("log"), StandardOpenOption.CREATE_NEW, StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            log = file.map(FileChannel.MapMode.READ_WRITE, 0, logBytes, arena);
        }
        MappedPages.populate(own);
        return new Loops(new CeilingStore(log, keys), arena::close, RESERVE_RECORDS * recordBytes);
    }

    private static KvContender onDevice(Place place, long keys, long logBytes, long recordBytes) {
        DeviceRegion region = new DeviceRegion(place, logBytes);
        region.segment().fill((byte) 0);
        return new Loops(new CeilingStore(region.segment(), keys), region::close, RESERVE_RECORDS * recordBytes);
    }

    private static long recordBytes(int valueBytes) {
        return RecordLayout.recordBytes(OVERHEAD_BYTES + valueBytes);
    }

    @Override
    public Costs costs(Place place, Path own, KvWork work, int valueBytes) {
        double puts = (work.percent(Trace.UPDATE) + work.percent(Trace.INSERT) + work.percent(Trace.READ_MODIFY_WRITE)) / HUNDRED;
        double deletes = work.percent(Trace.DELETE) / HUNDRED;
        double bytes = puts * recordBytes(valueBytes) + deletes * recordBytes(0);
        return new Costs(0, puts + deletes, bytes / RecordLayout.LINE_BYTES, bytes, 0);
    }

    private static final class Loops implements KvContender {

        private final CeilingStore store;
        private final Runnable close;
        private final long reserveBytes;

        Loops(CeilingStore store, Runnable close, long reserveBytes) {
            this.store = store;
            this.close = close;
            this.reserveBytes = reserveBytes;
        }

        @Override
        public void run(Trace trace, int from, int to, Values values) {
            store.run(trace.from(from), to - from, values, MemorySegment.NULL);
        }

        @Override
        public void runGroups(Trace trace, int from, int to, Values values) {
            store.multiGets(trace.from(from), to - from, values);
        }

        @Override
        public void time(KvWork work, Trace trace, Values values, long[] nanos) throws Exception {
            if (work.group() > 1) {
                KvContender.super.time(work, trace, values, nanos);
                return;
            }
            try (Arena times = Arena.ofConfined()) {
                MemorySegment each = times.allocate(JAVA_LONG, nanos.length);
                store.run(trace.from(0), nanos.length, values, each);
                MemorySegment.copy(each, JAVA_LONG, 0, nanos, 0, nanos.length);
            }
        }

        @Override
        public boolean can(int kind) {
            return kind != Trace.SCAN;
        }

        @Override
        public boolean canMultiGet() {
            return true;
        }

        @Override
        public boolean isFull() {
            return store.freeBytes() < reserveBytes;
        }

        @Override
        public void clear() {
            store.clear();
        }

        @Override
        public void put(long key, byte[] value) {
            throw new UnsupportedOperationException("the ceiling carries out traces");
        }

        @Override
        public int get(long key, byte[] into) {
            throw new UnsupportedOperationException("the ceiling carries out traces");
        }

        @Override
        public void delete(long key) {
            throw new UnsupportedOperationException("the ceiling carries out traces");
        }

        @Override
        public int scan(long from, int count, byte[] into) {
            return -1;
        }

        @Override
        public void close() {
            store.close();
            close.run();
        }
    }
}
