// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.selkie.fault.RecordTooLargeException;
import org.selkie.format.RecordLayout;

/**
 * Changes of several keys that are made together: after a crash all of them are there or none, and readers see all of them
 * or none. Of several changes of one key the last one counts.
 *
 * <p>For one thread. Can be used again after a commit.
 */
public final class WriteBatch {

    /** One key's change; keys and values are copies. */
    @SuppressWarnings("ArrayRecordComponent")
    record Change(byte[] key, byte[] value, int type, long expiryMillis) {

        long payloadBytes() {
            return FoundRecord.LONGEST_HEADER_BYTES + (long) key.length + value.length;
        }
    }

    private final KvStore store;
    private final Map<KeyBytes, Change> changes = new LinkedHashMap<>();
    private long lengthBytes;

    WriteBatch(KvStore store) {
        this.store = store;
    }

    /** Gives a key a value. */
    public WriteBatch put(byte[] key, byte[] value) {
        return add(new Change(key.clone(), value.clone(), RecordLayout.PUT, Call.NEVER));
    }

    /** Gives a key a value for some time. */
    public WriteBatch put(byte[] key, byte[] value, Duration timeToLive) {
        return add(new Change(key.clone(), value.clone(), RecordLayout.PUT, store.expiryAfter(timeToLive)));
    }

    /** Gives a key a value until a moment. */
    public WriteBatch put(byte[] key, byte[] value, Instant expiry) {
        return add(new Change(key.clone(), value.clone(), RecordLayout.PUT, expiry.toEpochMilli()));
    }

    /** Takes a key's value away. */
    public WriteBatch delete(byte[] key) {
        return add(new Change(key.clone(), new byte[0], RecordLayout.DELETE, Call.NEVER));
    }

    private WriteBatch add(Change change) {
        Call.requireLength(change.key.length);
        KeyBytes key = new KeyBytes(change.key);
        Change before = changes.get(key);
        long bytes = lengthBytes + onMedia(change) - (before == null ? 0 : onMedia(before));
        long most = store.storeLog().maxRecordBytes();
        if (bytes > most) {
            throw new RecordTooLargeException("a batch of " + bytes + " bytes on media does not fit: store " + store.name()
                    + " takes at most " + most + " at once; commit what it holds first, or make a pool of larger extents"
                    + " (PoolOptions.extentBytes)");
        }
        changes.put(key, change);
        lengthBytes = bytes;
        return this;
    }

    private static long onMedia(Change change) {
        return RecordLayout.recordBytes(change.payloadBytes());
    }

    /** How many keys it changes. */
    public int size() {
        return changes.size();
    }

    /** What it takes on media at the most. */
    public long lengthBytes() {
        return lengthBytes;
    }

    /**
     * Makes the changes, durably, and empties the batch. Returns the version of the last one, or 0 if there was nothing
     * to change, as only keys without a value were deleted. If it throws, the batch is as it was, and nothing was changed;
     * except that after a {@link org.selkie.fault.LogStoppedException} the changes may have been written, and only not have
     * become durable: all of them are there when the pool is opened again, or none.
     *
     * @throws IllegalStateException              if it is empty
     * @throws org.selkie.fault.PoolFullException if there is no room, and compaction can make none
     */
    public long commit() {
        if (changes.isEmpty()) {
            throw new IllegalStateException("an empty batch on store " + store.name() + "; add a change first");
        }
        List<Change> all = new ArrayList<>(changes.values());
        long version = store.write(all, lengthBytes);
        clear();
        return version;
    }

    /** Forgets what was added. */
    public void clear() {
        changes.clear();
        lengthBytes = 0;
    }
}
