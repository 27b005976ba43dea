// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.nio.ByteBuffer;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.persist.Durability;

import static org.junit.jupiter.api.Assertions.assertEquals;

/**
 * Two threads that each put a key, and then look for the other's: one at least finds it. A processor lets a load pass an earlier
 * store ("store buffering", Intel SDM, volume 3, 9.2.3.4), so a put has to end with a barrier.
 */
class PutThenLookTest {

    private static final int ROUNDS = 200_000;

    private final AtomicInteger arrived = new AtomicInteger();
    private final boolean[][] found = new boolean[2][ROUNDS];

    @Test
    void atLeastOneOfTwoThatPutAndThenLookFindsWhatTheOtherHasPut() throws Exception {
        PoolOptions options = PoolOptions.defaults().withDurability(Durability.PROCESS_CRASH);
        try (Pool pool = Pool.inMemory("memory", options); ExecutorService threads = Executors.newFixedThreadPool(2)) {
            KvStore store = pool.store("store");
            Future<?> one = threads.submit(() -> putAndLook(store, 0));
            Future<?> other = threads.submit(() -> putAndLook(store, 1));
            one.get();
            other.get();
        }
        int missed = 0;
        for (int round = 0; round < ROUNDS; round++) {
            missed += found[0][round] || found[1][round] ? 0 : 1;
        }
        assertEquals(0, missed, "rounds of " + ROUNDS + " in which both have put, and neither has found what the other had put");
    }

    private void putAndLook(KvStore store, int me) {
        byte[] value = new byte[1];
        for (int round = 0; round < ROUNDS; round++) {
            byte[] mine = key(round, me);
            byte[] others = key(round, 1 - me);
            meet(round);
            store.put(mine, value);
            found[me][round] = store.get(others, value, 0) >= 0;
        }
    }

    /** Both begin a round at once. */
    @SuppressWarnings("ThreadPriorityCheck")
    private void meet(int round) {
        arrived.incrementAndGet();
        for (int spins = 1; arrived.get() < 2 * (round + 1); spins++) {
            if (spins % 1000 == 0) {
                Thread.yield();
            }
        }
    }

    private static byte[] key(int round, int of) {
        return ByteBuffer.allocate(8).putInt(round).putInt(of).array();
    }
}
