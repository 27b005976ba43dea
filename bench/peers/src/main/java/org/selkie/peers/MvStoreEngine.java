// SPDX-License-Identifier: Apache-2.0
package org.selkie.peers;

import java.nio.file.Path;
import java.util.Iterator;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.selkie.bench.contender.Place;
import org.selkie.bench.kv.KvContender;
import org.selkie.bench.kv.KvEngine;
import org.selkie.bench.kv.Trace;
import org.selkie.bench.kv.Values;

/** H2's MVStore: a commit and a sync for each put, or whatever its background thread writes. */
final class MvStoreEngine implements KvEngine {

    private final boolean sync;

    MvStoreEngine(boolean sync) {
        this.sync = sync;
    }

    @Override
    public String name() {
        return "H2 MVStore";
    }

    @Override
    public String setting() {
        return sync ? "commit and sync each" : "commits by itself";
    }

    @Override
    public String survives(Place place) {
        return sync ? place.survivesByForce() : "nothing: up to a second of puts is on the heap";
    }

    @Override
    public KvContender open(Place place, Path own, long keys, int valueBytes) {
        MVStore.Builder builder = new MVStore.Builder().fileName(own.toString());
        MVStore store = sync ? builder.autoCommitDisabled().open() : builder.open();
        MVMap<Long, byte[]> map = store.openMap("bench");
        return new KvContender() {
            @Override
            public void put(long key, byte[] value) {
                map.put(key, value.clone());
                settle();
            }

            @Override
            public int get(long key, byte[] into) {
                byte[] value = map.get(key);
                if (value == null) {
                    return -1;
                }
                System.arraycopy(value, 0, into, 0, Math.min(into.length, value.length));
                return value.length;
            }

            @Override
            public void delete(long key) {
                map.remove(key);
                settle();
            }

            @Override
            public void load(Trace trace, Values values) {
                for (int i = 0; i < trace.count(); i++) {
                    long key = Trace.key(trace.at(i));
                    map.put(key, values.of(key).clone());
                }
                store.commit();
            }

            private void settle() {
                if (sync) {
                    store.commit();
                    store.sync();
                }
            }

            @Override
            public int scan(long from, int count, byte[] into) {
                int found = 0;
                for (Iterator<Long> each = map.keyIterator(from); found < count && each.hasNext(); found++) {
                    get(each.next(), into);
                }
                return found;
            }

            @Override
            public void close() {
                store.closeImmediately();
            }
        };
    }
}
