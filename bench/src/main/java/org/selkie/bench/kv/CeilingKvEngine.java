// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.kv;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.selkie.bench.contender.MappedPages;
import org.selkie.bench.contender.Place;
import org.selkie.format.RecordLayout;

/**
 * The limit: a store of the same design in C (bench/src/main/c/kv.c), driven by loops in C. It takes no part where keys are
 * named one by one.
 */
public final class CeilingKvEngine implements KvEngine {

    /** Entry, record and key. */
    private static final long OVERHEAD_BYTES = 12 + 28 + KvContender.KEY_BYTES;
    private static final long LEAST_SPARE_BYTES = 512L << 20;
    private static final int GROUP = 16;

    private final String setting;

    /** It can take part twice, under two names: what they differ by is the noise. */
    public CeilingKvEngine(String setting) {
        this.setting = setting;
    }

    @Override
    public String name() {
        return "ceiling in C";
    }

    @Override
    public String setting() {
        return setting;
    }

    @Override
    public String survives(Place place) {
        return place.survivesByInstructions();
    }

    // The arena is closed with the contender.
    @SuppressWarnings("MustBeClosedChecker")
    @Override
    public KvContender open(Place place, Path own, long keys, int valueBytes) throws IOException {
        long recordBytes = RecordLayout.recordBytes(OVERHEAD_BYTES + valueBytes);
        // Nothing is given back, so all that is put has to fit.
        long logBytes = keys * recordBytes + Math.max(LEAST_SPARE_BYTES, 4_000_000 * recordBytes);
        Files.createDirectories(own);
        Arena arena = Arena.ofShared();
        MemorySegment log;
        try (FileChannel file = FileChannel.open(own.resolve("log"), StandardOpenOption.CREATE_NEW, StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            log = file.map(FileChannel.MapMode.READ_WRITE, 0, logBytes, arena);
        }
        MappedPages.populate(own);
        return new Loops(new CeilingStore(log, keys), arena, valueBytes);
    }

    private static final class Loops implements KvContender {

        private final CeilingStore store;
        private final Arena arena;
        private final ThreadLocal<MemorySegment> values;

        Loops(CeilingStore store, Arena arena, int valueBytes) {
            this.store = store;
            this.arena = arena;
            values = ThreadLocal.withInitial(() -> Arena.ofAuto().allocate((long) GROUP * valueBytes, Long.BYTES));
        }

        private MemorySegment one() {
            return values.get().asSlice(0, values.get().byteSize() / GROUP);
        }

        @Override
        public void gets(Draw draw, int count, byte[] into) {
            store.gets(draw, count, one());
        }

        @Override
        public boolean multiGets(Draw draw, int count, byte[][] into) {
            store.multiGets(draw, count, values.get());
            return true;
        }

        @Override
        public void puts(Draw draw, int count, byte[] value) {
            store.puts(draw, count, one());
        }

        @Override
        public void fill(long from, long to, byte[] value) {
            store.fill(from, to, one());
        }

        @Override
        public void put(long key, byte[] value) {
            store.fill(key, key + 1, one());
        }

        @Override
        public int get(long key, byte[] into) {
            throw new UnsupportedOperationException("the ceiling draws its keys itself");
        }

        @Override
        public void delete(long key) {
            throw new UnsupportedOperationException("the ceiling deletes nothing");
        }

        @Override
        public int scan(long from, int count, byte[] into) {
            return -1;
        }

        @Override
        public void close() {
            store.close();
            arena.close();
        }
    }
}
