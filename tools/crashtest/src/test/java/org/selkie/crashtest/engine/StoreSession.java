// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.engine;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.selkie.ImagePool;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.crashtest.trace.Operation;
import org.selkie.crashtest.trace.Recorder;
import org.selkie.kv.KvStore;
import org.selkie.kv.WriteBatch;
import org.selkie.persist.Durability;

/** A workload's way to a store in a recorded pool: what it does is an operation, with a beginning and an acknowledgement. */
final class StoreSession {

    private static final int KEYS = 4;
    private static final int MOST_TRIES = 5;

    private final ImagePool images;
    private final Recorder recorder;
    private final SplittableRandom random;
    private final Interleaving interleaving;

    StoreSession(ImagePool images, Recorder recorder, SplittableRandom random) {
        this.images = images;
        this.recorder = recorder;
        this.random = random;
        this.interleaving = new Interleaving(images.granularity());
    }

    SplittableRandom random() {
        return random;
    }

    /** Opens the pool and the store, and closes them. Other threads may have stores under way between a store and its fence. */
    void within(Consumer<KvStore> work) {
        // Where the work fails the pool stays open: to close it could hide why.
        Pool pool = images.open(interleaving::betweenStoreAndFence);
        work.accept(StoreState.store(pool));
        Operation closing = recorder.begin(new LogOracle.Closing(true));
        pool.close();
        recorder.acknowledge(closing);
    }

    /**
     * Has another thread change a store, and this one go on before that change is durable; again, if their keys happened to be in
     * one stripe of the index, about which the store's hash seed decides.
     */
    void overtake(Runnable slow, Runnable meanwhile) {
        for (int tries = 0; !interleaving.overtake(slow, meanwhile, true); tries++) {
            if (tries == MOST_TRIES) {
                throw new IllegalStateException("a change to a store was not overtaken by another one, " + tries + " times");
            }
        }
    }

    private static String anyKey(int owner, SplittableRandom own) {
        return StoreChange.keyOf(owner, own.nextInt(KEYS));
    }

    void put(KvStore store, int owner, SplittableRandom own, int lengthBytes) {
        put(store, owner, anyKey(owner, own), own, lengthBytes);
    }

    void put(KvStore store, int owner, String key, SplittableRandom own, int lengthBytes) {
        byte[] value = LogSession.payload(own, lengthBytes);
        Operation operation = recorder.begin(new StoreChange(owner, Map.of(key, ByteBuffer.wrap(value))));
        store.put(StoreState.bytes(key), value);
        recorder.acknowledge(operation);
    }

    void delete(KvStore store, int owner, SplittableRandom own) {
        String key = anyKey(owner, own);
        Map<String, @Nullable ByteBuffer> change = new HashMap<>();
        change.put(key, null);
        Operation operation = recorder.begin(new StoreChange(owner, change));
        store.delete(StoreState.bytes(key));
        recorder.acknowledge(operation);
    }

    /** Changes keys together; a third of them are deleted. */
    void batch(KvStore store, int owner, SplittableRandom own, int... lengthsBytes) {
        Map<String, @Nullable ByteBuffer> change = new HashMap<>();
        WriteBatch batch = store.batch();
        for (int lengthBytes : lengthsBytes) {
            String key = anyKey(owner, own);
            if (own.nextInt(3) == 0) {
                change.put(key, null);
                batch.delete(StoreState.bytes(key));
            } else {
                byte[] value = LogSession.payload(own, lengthBytes);
                change.put(key, ByteBuffer.wrap(value));
                batch.put(StoreState.bytes(key), value);
            }
        }
        Operation operation = recorder.begin(new StoreChange(owner, change));
        batch.commit();
        recorder.acknowledge(operation);
    }

    /** Backs the store up, and keeps what the backup holds. */
    void backup(KvStore store) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        long position = store.backup().write(stream);
        PoolOptions options = PoolOptions.defaults().withDurability(Durability.PROCESS_CRASH)
                .withExtentBytes(ImagePool.EXTENT_BYTES);
        StoreState content;
        try (Pool pool = Pool.inMemory("backup", options)) {
            KvStore copy = StoreState.store(pool);
            copy.backup().restore(new ByteArrayInputStream(stream.toByteArray()), 0);
            content = StoreState.of(copy);
        }
        recorder.acknowledge(recorder.begin(new StoreOracle.BackedUp(position, content)));
    }
}
