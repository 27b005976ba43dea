// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.kv;

import java.nio.file.Path;
import java.util.Iterator;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.bench.contender.Place;
import org.selkie.bench.contender.SelkieEngine;
import org.selkie.kv.Entry;
import org.selkie.kv.KvStore;
import org.selkie.kv.Range;
import org.selkie.kv.StoreOptions;

/** Selkie's store; unordered, or ordered, which scans want. */
public final class SelkieKvEngine implements KvEngine {

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
    public KvContender open(Place place, Path own, long keys, int valueBytes) {
        Pool pool = Pool.open(own, PoolOptions.defaults().withDurability(place.durability()));
        StoreOptions options = ordered ? StoreOptions.defaults().withOrder() : StoreOptions.defaults();
        return new Calls(pool, pool.store("bench", options), ordered);
    }

    private static final class Buffers {
        final byte[] key = new byte[KvContender.KEY_BYTES];
        byte[][] keys = new byte[0][];
        int[] lengths = new int[0];

        byte[] key(long number) {
            KvContender.encode(number, key);
            return key;
        }

        byte[][] keys(int count) {
            if (keys.length != count) {
                keys = new byte[count][KvContender.KEY_BYTES];
                lengths = new int[count];
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
        public boolean multiGets(Draw draw, int count, byte[][] into) {
            Buffers own = buffers.get();
            byte[][] keys = own.keys(into.length);
            for (int done = 0; done + into.length <= count; done += into.length) {
                for (byte[] key : keys) {
                    KvContender.encode(draw.next(), key);
                }
                store.getAll(keys, into, own.lengths);
                if (own.lengths[0] < 0) {
                    throw new IllegalStateException("a key that was put is not there");
                }
            }
            return true;
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
