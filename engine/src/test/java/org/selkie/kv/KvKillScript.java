// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.selkie.testing.Pools;

/** What one thread of {@link KvKillChild} does to keys of its own, in order: from the same numbers the parent knows it all. */
final class KvKillScript {

    static final int KEYS = 150;

    private final SplittableRandom random;
    private final int thread;

    KvKillScript(long seed, int round, int thread) {
        this.random = new SplittableRandom(seed ^ (round * 8L + thread) * 0x9e3779b97f4a7c15L);
        this.thread = thread;
    }

    static byte[] key(int thread, int number) {
        byte[] key = Pools.payload(number, 10 + number % 30);
        key[9] = (byte) thread;
        return key;
    }

    /** Keys and what they get; null for nothing. More than one: a batch. */
    Map<ByteBuffer, byte @Nullable []> next() {
        Map<ByteBuffer, byte @Nullable []> changes = new LinkedHashMap<>();
        int members = random.nextInt(3) == 0 ? 2 + random.nextInt(6) : 1;
        for (int i = 0; i < members; i++) {
            byte[] key = key(thread, random.nextInt(KEYS));
            int lengthBytes = random.nextInt(random.nextInt(10) == 0 ? 3000 : 200);
            long content = random.nextLong();
            changes.put(ByteBuffer.wrap(key), random.nextInt(4) == 0 ? null : Pools.payload(content, lengthBytes));
        }
        return changes;
    }

    static void submit(KvStore store, Map<ByteBuffer, byte @Nullable []> changes) {
        if (changes.size() == 1) {
            changes.forEach((key, value) -> {
                if (value == null) {
                    store.delete(key.array());
                } else {
                    store.put(key.array(), value);
                }
            });
            return;
        }
        WriteBatch batch = store.batch();
        changes.forEach((key, value) -> {
            if (value == null) {
                batch.delete(key.array());
            } else {
                batch.put(key.array(), value);
            }
        });
        batch.commit();
    }

    static void apply(Map<ByteBuffer, byte[]> model, Map<ByteBuffer, byte @Nullable []> changes) {
        changes.forEach((key, value) -> {
            if (value == null) {
                model.remove(key);
            } else {
                model.put(key, value);
            }
        });
    }

    static Map<ByteBuffer, byte[]> after(Map<ByteBuffer, byte[]> model, Map<ByteBuffer, byte @Nullable []> changes) {
        Map<ByteBuffer, byte[]> later = new HashMap<>(model);
        apply(later, changes);
        return later;
    }
}
