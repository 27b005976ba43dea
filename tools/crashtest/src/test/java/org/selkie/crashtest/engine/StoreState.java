// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.engine;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.selkie.Pool;
import org.selkie.kv.Entry;
import org.selkie.kv.KvStore;
import org.selkie.kv.Snapshot;
import org.selkie.kv.StoreOptions;

/** What a store holds: values by key. */
record StoreState(Map<String, ByteBuffer> entries) {

    static final String STORE = "store";
    static final StoreState EMPTY = new StoreState(Map.of());

    /** Opens the store of a pool that has one. */
    static KvStore store(Pool pool) {
        return pool.store(STORE, StoreOptions.defaults().withoutBackground());
    }

    /** What recovery finds. */
    static StoreState of(Pool pool) {
        return pool.logs().contains(STORE) ? of(store(pool)) : EMPTY;
    }

    /** All that a scan shows, asked for one by one as well. */
    static StoreState of(KvStore store) {
        Map<String, ByteBuffer> entries = new TreeMap<>();
        try (Snapshot snapshot = store.snapshot()) {
            snapshot.forEach(entry -> {
                String key = key(entry.key());
                if (entries.put(key, ByteBuffer.wrap(entry.value())) != null) {
                    throw new AssertionError("key " + key + " is there twice");
                }
            });
        }
        entries.forEach((key, value) -> {
            Entry entry = store.getEntry(bytes(key));
            if (entry == null || !ByteBuffer.wrap(entry.value()).equals(value)) {
                throw new AssertionError("key " + key + ": a scan shows " + value + ", get " + entry);
            }
        });
        return new StoreState(entries);
    }

    static byte[] bytes(String key) {
        return key.getBytes(StandardCharsets.UTF_8);
    }

    static String key(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** The keys of one thread. */
    Map<String, ByteBuffer> of(int owner) {
        return entries.entrySet().stream().filter(entry -> StoreChange.ownerOf(entry.getKey()) == owner)
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    @Override
    public String toString() {
        return entries.entrySet().stream().map(entry -> entry.getKey() + "=" + entry.getValue().remaining() + " bytes #"
                + Integer.toHexString(entry.getValue().hashCode())).collect(Collectors.joining(", ", "{", "}"));
    }
}
