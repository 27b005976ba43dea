// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

import java.util.Map;
import java.util.TreeMap;
import org.selkie.crashtest.trace.PersistentRegion;

/**
 * Open addressing. An entry is a value and a key in one line, the key last: it makes the entry valid. A table that is full
 * moves to a larger one, and the root, which holds offset and capacity in one word, to that.
 */
final class HashTable extends Structure {

    private static final int ENTRY = 16;

    HashTable(Bug bug) {
        super(bug);
    }

    @Override
    int operations() {
        return 6;
    }

    @Override
    void format(PersistentRegion region) {
        region.putLong(0, LINE << 32 | 4);
    }

    @Override
    void operate(PersistentRegion region, int number) {
        long root = region.getLong(0);
        long table = root >>> 32;
        long capacity = root & 0xffff;
        if (number == capacity + 1) {
            long larger = table + capacity * ENTRY;
            for (long i = 0; i < capacity; i++) {
                store(region, larger, capacity * 2, region.getLong(table + i * ENTRY + 8), region.getLong(table + i * ENTRY));
            }
            if (has(Bug.RESIZE_PUBLISHED_EARLY)) {
                region.putLong(0, larger << 32 | capacity * 2);
                region.persist(0, Long.BYTES);
            }
            region.persist(larger, capacity * 2 * ENTRY);
            region.putLong(0, larger << 32 | capacity * 2);
            region.persist(0, Long.BYTES);
            table = larger;
            capacity *= 2;
        }
        region.persist(store(region, table, capacity, number * 7L, number), ENTRY);
    }

    private long store(PersistentRegion region, long table, long capacity, long key, long value) {
        long at = table + key % capacity * ENTRY;
        while (region.getLong(at + 8) != 0) {
            at = at + ENTRY < table + capacity * ENTRY ? at + ENTRY : table;
        }
        if (has(Bug.KEY_BEFORE_VALUE)) {
            region.putLong(at + 8, key);
        }
        region.putLong(at, value);
        region.putLong(at + 8, key);
        return at;
    }

    @Override
    Map<Long, Long> recover(PersistentRegion region) {
        long root = region.getLong(0);
        Map<Long, Long> found = new TreeMap<>();
        for (long i = 0; i < (root & 0xffff); i++) {
            long at = (root >>> 32) + i * ENTRY;
            if (region.getLong(at + 8) != 0) {
                found.put(region.getLong(at + 8), region.getLong(at));
            }
        }
        return found;
    }
}
