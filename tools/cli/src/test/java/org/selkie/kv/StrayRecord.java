// SPDX-License-Identifier: Apache-2.0

package org.selkie.kv;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.format.RecordLayout;
import org.selkie.persist.Durability;

/** A store whose log holds a user's record, as an earlier version let users write it. */
public final class StrayRecord {
    private StrayRecord() {
    }

    /** Makes the store, and returns the record's position. */
    public static long make(Path pool, String name) {
        PoolOptions options = PoolOptions.defaults().withDurability(Durability.PROCESS_CRASH).withExtentBytes(1 << 16);
        try (Pool opened = Pool.open(pool, options); Arena arena = Arena.ofConfined()) {
            KvStore store = opened.store(name);
            store.put(new byte[] {1}, new byte[] {2});
            return store.storeLog().append(RecordLayout.DATA, arena.allocate(10), 10);
        }
    }
}
