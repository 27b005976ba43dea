// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.selkie.log.StoreLog;

/**
 * A store as it was at one moment, while others go on writing. Everything in it is durable. Entries that had not expired at
 * that moment do not expire in it.
 *
 * <p>While a snapshot is open nothing of the store's log is given back to the pool, and the store is not compacted: close it.
 * Any number of threads may read it.
 */
public final class Snapshot implements AutoCloseable {

    private final Index index;
    private final Snapshots snapshots;
    private final StoreLog log;
    private final long position;
    private final long nowMillis;
    private final AtomicBoolean closed = new AtomicBoolean();

    Snapshot(Index index, Snapshots snapshots, StoreLog log, long position, long nowMillis) {
        this.index = index;
        this.snapshots = snapshots;
        this.log = log;
        this.position = position;
        this.nowMillis = nowMillis;
    }

    /** Changes below this position are in it, all others are not: where {@link KvStore#changesSince} goes on. */
    public long position() {
        return position;
    }

    /** The value that a key had, or null. */
    public byte @Nullable [] get(byte[] key) {
        FoundRecord found = find(key);
        return found == null ? null : found.value();
    }

    /** What a key had, with version and expiry, or null. */
    public @Nullable Entry getEntry(byte[] key) {
        FoundRecord found = find(key);
        return found == null ? null : Entry.of(found);
    }

    /** Whether a key had a value. */
    public boolean exists(byte[] key) {
        return find(key) != null;
    }

    private @Nullable FoundRecord find(byte[] key) {
        requireOpen();
        Call.requireLength(key.length);
        FoundRecord found = new FoundRecord();
        boolean exists = index.find(found, key, 0, key.length, index.hash(key, 0, key.length), position);
        return exists && found.hasValueAt(nowMillis) ? found : null;
    }

    /**
     * Every entry, in no order.
     *
     * @throws org.selkie.fault.DamagedRecordException at the first one that cannot be read
     */
    public void forEach(Consumer<Entry> action) {
        FoundRecord found = new FoundRecord();
        for (int i = 0; i < index.stripes(); i++) {
            for (long word : index.stripeAt(i).words()) {
                requireOpen();
                if (index.findAt(found, SlotTable.position(word), position) && found.hasValueAt(nowMillis)) {
                    action.accept(Entry.of(found));
                }
            }
        }
    }

    /** How many entries there are. Reads all of them. */
    public long count() {
        long[] count = new long[1];
        forEach(entry -> count[0]++);
        return count[0];
    }

    private void requireOpen() {
        if (closed.get()) {
            throw new IllegalStateException("this snapshot of store " + log.log().name() + " was closed; take a new one");
        }
    }

    /** Lets go of what it kept. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            snapshots.release(position);
        }
    }
}
