// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.persist.Durability;
import org.selkie.testing.Pools;
import org.selkie.testing.Scratch;

import static org.junit.jupiter.api.Assertions.assertTrue;

/** Reading into a given array and overwriting allocate nothing once they are compiled, whatever the collector does. */
final class StoreAllocationTest {

    private static final int KEYS = 1000;
    private static final int WARM = 60_000;
    private static final int MEASURED = 20_000;
    /** What a roll-over to the next extent and the like may cost, spread over all calls. */
    private static final double MOST_BYTES_A_CALL = 1;

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    @Test
    void getAndPutAllocateNothing() {
        PoolOptions options = PoolOptions.defaults().withDurability(Durability.PROCESS_CRASH).withExtentBytes(1 << 26);
        try (Pool pool = Pool.open(scratch.path("pool"), options)) {
            KvStore store = pool.store("store", StoreOptions.defaults().withoutBackground());
            byte[][] keys = new byte[KEYS][];
            for (int i = 0; i < KEYS; i++) {
                keys[i] = Pools.payload(i, 16);
            }
            byte[] value = Pools.payload(1, 100);
            byte[] out = new byte[100];
            run(store, keys, value, out, WARM);
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long before = threads.getCurrentThreadAllocatedBytes();
            int read = run(store, keys, value, out, MEASURED);
            double each = (double) (threads.getCurrentThreadAllocatedBytes() - before) / (2 * MEASURED);
            assertTrue(read == 100 * MEASURED && each < MOST_BYTES_A_CALL, () -> each + " bytes a call");
        }
    }

    private static int run(KvStore store, byte[][] keys, byte[] value, byte[] out, int times) {
        int read = 0;
        for (int i = 0; i < times; i++) {
            byte[] key = keys[i % KEYS];
            store.put(key, value);
            read += store.get(key, out, 0);
        }
        return read;
    }
}
