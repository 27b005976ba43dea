// SPDX-License-Identifier: Apache-2.0
package org.selkie.peers;

import java.nio.file.Path;
import java.util.Map;
import org.mapdb.BTreeMap;
import org.mapdb.DB;
import org.mapdb.DBMaker;
import org.mapdb.Serializer;
import org.selkie.bench.contender.Place;
import org.selkie.bench.kv.KvContender;
import org.selkie.bench.kv.KvEngine;
import org.selkie.bench.kv.Trace;
import org.selkie.bench.kv.Values;

/** MapDB's BTreeMap on a mapped file: a commit through its write-ahead log for each put, or none. */
final class MapDbEngine implements KvEngine {

    private final boolean commit;

    MapDbEngine(boolean commit) {
        this.commit = commit;
    }

    @Override
    public String name() {
        return "MapDB";
    }

    @Override
    public String setting() {
        return commit ? "mapped, commit() each" : "mapped, no transactions";
    }

    @Override
    public String survives(Place place) {
        return commit ? place.survivesByForce() : "nothing for sure: a file that was not closed may not open";
    }

    @Override
    public KvContender open(Place place, Path own, long keys, int valueBytes) {
        DBMaker.Maker maker = DBMaker.fileDB(own.toFile()).fileMmapEnable();
        DB database = commit ? maker.transactionEnable().make() : maker.make();
        BTreeMap<Long, byte[]> map = database.treeMap("bench", Serializer.LONG, Serializer.BYTE_ARRAY).create();
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
                settle();
            }

            private void settle() {
                if (commit) {
                    database.commit();
                }
            }

            @Override
            public int scan(long from, int count, byte[] into) {
                int found = 0;
                for (Map.Entry<Long, byte[]> entry : map.tailMap(from).entrySet()) {
                    System.arraycopy(entry.getValue(), 0, into, 0, Math.min(into.length, entry.getValue().length));
                    found++;
                    if (found == count) {
                        break;
                    }
                }
                return found;
            }

            @Override
            public void close() {
                database.close();
            }
        };
    }
}
