// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.kv;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.Optional;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.bench.contender.Costs;
import org.selkie.bench.contender.CountingPersister;
import org.selkie.bench.contender.DeviceParts;
import org.selkie.bench.contender.EmulatingPersister;
import org.selkie.bench.contender.Place;
import org.selkie.bench.contender.SelkieEngine;
import org.selkie.kv.Entry;
import org.selkie.kv.KvStore;
import org.selkie.kv.Range;
import org.selkie.kv.StoreOptions;
import org.selkie.persist.Durability;

/** Selkie's store; unordered, or ordered, which scans want. */
public final class SelkieKvEngine implements KvEngine {

    private static final int COUNTED = 16_000;
    private static final int COUNTED_ON_A_DISK = 32;
    /** Short: they are made for each count. */
    private static final long COUNTED_EXTENT_BYTES = 4 << 20;

    private final boolean ordered;

    /** With an order of its keys, or without. */
    public SelkieKvEngine(boolean ordered) {
        this.ordered = ordered;
    }

    @Override
    public String name() {
        return SelkieEngine.NAME;
    }

    @Override
    public String setting() {
        return ordered ? "ordered store" : "store";
    }

    @Override
    public String survives(Place place) {
        return switch (place.durability()) {
            case POWER_FAILURE -> "loss of power";
            case PROCESS_CRASH -> place.survivesByInstructions();
        };
    }

    @Override
    public Optional<String> absence(Place place) {
        return ordered && place.device().isPresent() ? Optional.of("a device has room for one pool") : Optional.empty();
    }

    @Override
    public KvContender open(Place place, Path own, long keys, int valueBytes) {
        PoolOptions options = PoolOptions.defaults().withDurability(place.durability());
        if (place.device().isPresent()) {
            return open(place.device().get(), DeviceParts.forPool(place.device().get(), options));
        }
        return open(own, place.emulation().slowsDown() ? options.withPersister(EmulatingPersister::new) : options);
    }

    private KvContender open(Path own, PoolOptions options) {
        Pool pool = Pool.open(own, options);
        StoreOptions store = ordered ? StoreOptions.defaults().withOrder() : StoreOptions.defaults();
        return new Calls(pool, pool.store("bench", store), ordered);
    }

    @Override
    public Costs costs(Place place, Path own, KvWork work, int valueBytes) throws Exception {
        CountingPersister.Counts counts = new CountingPersister.Counts();
        // Beside a device it is counted in memory: the instructions are the same.
        Durability durability = place.device().isPresent() ? Durability.PROCESS_CRASH : place.durability();
        PoolOptions options = PoolOptions.defaults().withDurability(durability).withExtentBytes(COUNTED_EXTENT_BYTES)
                .withPersister(persister -> new CountingPersister(persister, counts));
        boolean slow = place.durability() == Durability.POWER_FAILURE && !place.isDirect();
        int operations = slow ? COUNTED_ON_A_DISK : COUNTED;
        try (KvContender counted = open(own, options)) {
            Values values = new Values(valueBytes, 0);
            Trace trace = new Trace();
            if (!work.isFill()) {
                TraceSource.fill(trace, 0, operations);
                counted.load(trace, values);
            }
            new TraceSource(work, operations, 0, 1, 1).next(trace, operations);
            counts.reset();
            if (work.group() > 1) {
                counted.runGroups(trace, 0, operations, values);
            } else {
                counted.run(trace, 0, operations, values);
            }
            return counts.per(operations);
        }
    }

    private static final class Buffers {
        final byte[] key = new byte[KvContender.KEY_BYTES];
        final byte[][] keys = new byte[KvWork.GROUP][KvContender.KEY_BYTES];

        byte[] key(long number) {
            KvContender.encode(number, key);
            return key;
        }

        byte[][] keys(long[] numbers) {
            for (int i = 0; i < numbers.length; i++) {
                KvContender.encode(numbers[i], keys[i]);
            }
            return keys;
        }
    }

    private static final class Calls implements KvContender {

        private final Pool pool;
        private final KvStore store;
        private final boolean ordered;
        private final ThreadLocal<Buffers> buffers = ThreadLocal.withInitial(Buffers::new);

        Calls(Pool pool, KvStore store, boolean ordered) {
            this.pool = pool;
            this.store = store;
            this.ordered = ordered;
        }

        @Override
        public void put(long key, byte[] value) {
            store.put(buffers.get().key(key), value);
        }

        @Override
        public int get(long key, byte[] into) {
            return store.get(buffers.get().key(key), into, 0);
        }

        @Override
        public boolean multiGet(long[] keys, byte[][] into, int[] lengths) {
            store.getAll(buffers.get().keys(keys), into, lengths);
            return true;
        }

        @Override
        public boolean canMultiGet() {
            return true;
        }

        @Override
        public boolean can(int kind) {
            return ordered || kind != Trace.SCAN;
        }

        @Override
        public void delete(long key) {
            store.delete(buffers.get().key(key));
        }

        @Override
        public int scan(long from, int count, byte[] into) {
            if (!ordered) {
                return -1;
            }
            int found = 0;
            Iterator<Entry> entries = store.ordered().scan(Range.from(buffers.get().key(from).clone()));
            while (found < count && entries.hasNext()) {
                byte[] value = entries.next().value();
                System.arraycopy(value, 0, into, 0, Math.min(value.length, into.length));
                found++;
            }
            return found;
        }

        @Override
        public void close() {
            pool.close();
        }
    }
}
