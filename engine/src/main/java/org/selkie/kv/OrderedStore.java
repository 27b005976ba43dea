// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A {@link KvStore} whose keys can be gone through in order. It is the same on media; the order is kept in memory, with a copy of
 * every key on the heap.
 *
 * <p><b>Scans</b> take no lock and go on while others write. What is in the store from a scan's beginning to its end is met, in
 * order and once; what is put or deleted meanwhile may be met or not. A {@link #scan(Range, Snapshot)} is of one moment.
 */
public final class OrderedStore {

    private final KvStore store;
    private final OrderedKeys keys;

    OrderedStore(KvStore store, OrderedKeys keys) {
        this.store = store;
        this.keys = keys;
    }

    /** Reading and writing by key. */
    public KvStore store() {
        return store;
    }

    /** The entries of a range. */
    public Iterator<Entry> scan(Range range) {
        return new Scan(keys.range(range.from(), range.to(), range.reverse()), null);
    }

    /** The entries of a range as they were when a snapshot of this store was taken. */
    public Iterator<Entry> scan(Range range, Snapshot snapshot) {
        return new Scan(keys.range(range.from(), range.to(), range.reverse()), Objects.requireNonNull(snapshot));
    }

    /** The entry with the lowest key, or null if there is none. */
    public @Nullable Entry first() {
        return only(scan(Range.all()));
    }

    /** The entry with the highest key, or null if there is none. */
    public @Nullable Entry last() {
        return only(scan(Range.all().reversed()));
    }

    /** The entry with the highest key that is not above this one, or null if there is none. */
    public @Nullable Entry floor(byte[] key) {
        return only(new Scan(keys.downFrom(key.clone()), null));
    }

    /** The entry with the lowest key that is not below this one, or null if there is none. */
    public @Nullable Entry ceiling(byte[] key) {
        return only(scan(Range.from(key)));
    }

    private static @Nullable Entry only(Iterator<Entry> scan) {
        return scan.hasNext() ? scan.next() : null;
    }

    /** Asks the store about one key after the other. */
    private final class Scan implements Iterator<Entry> {

        private final Iterator<KeyBytes> candidates;
        private final @Nullable Snapshot snapshot;
        private @Nullable Entry next;

        Scan(Iterator<KeyBytes> candidates, @Nullable Snapshot snapshot) {
            this.candidates = candidates;
            this.snapshot = snapshot;
        }

        @Override
        public boolean hasNext() {
            while (next == null && candidates.hasNext()) {
                byte[] key = candidates.next().bytes();
                next = snapshot == null ? store.getEntry(key) : snapshot.getEntry(key);
            }
            return next != null;
        }

        @Override
        public Entry next() {
            if (!hasNext()) {
                throw new NoSuchElementException("the scan of store " + store.name() + " is at its end");
            }
            Entry found = Objects.requireNonNull(next);
            next = null;
            return found;
        }
    }
}
