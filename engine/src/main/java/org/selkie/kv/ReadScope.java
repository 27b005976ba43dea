// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.selkie.log.PinnedExtents;
import org.selkie.log.StoreLog;

/**
 * Values that are read where they stand, without a copy, for as long as the scope is open.
 *
 * <pre>{@code
 * try (ReadScope scope = store.readScope()) {
 *     MemorySegment value = scope.get(key);
 *     ...
 * }
 * }</pre>
 *
 * <p>The record is checked when its value is handed out. A value stays what it was then, whatever becomes of its key: the
 * extent that it lies in is not used again before the scope is closed, so a scope that stays open keeps room from the pool, and
 * nothing else waits for it. After {@link #close}, and when the pool is closed or the extent's seal breaks, reading it is an
 * {@link IllegalStateException}, never a fault.
 *
 * <p><b>Copies.</b> Where another process could cut the file short, or writes the store, values are copied to memory of the
 * scope: {@link #isCopy}. In place they are read where the kernel refuses that (MAP_DIRECT, device-dax, immutable files, memory
 * of the process), or delays it until the scope is over (leases). Against a medium that fails under a value nothing helps: the
 * JVM throws an {@code InternalError} then; nor against a process that writes to the file past every lock.
 *
 * <p>{@code get} is for one thread at a time; any may read values, and close. The memory is not aligned.
 */
public final class ReadScope implements AutoCloseable {

    private final KvStore store;
    private final PinnedExtents pins;
    private final boolean copies;

    ReadScope(KvStore store, StoreLog log) {
        this.store = store;
        this.copies = !log.isFirm();
        this.pins = log.pins();
    }

    /** Whether values are copies, because nothing keeps the file as it is. */
    public boolean isCopy() {
        return copies;
    }

    /**
     * A key's value, as {@link KvStore#get(byte[])} has it, or null.
     *
     * @return read-only, until the scope is closed
     * @throws IllegalStateException                   if it was closed
     * @throws org.selkie.fault.DamagedRecordException if it cannot be read
     */
    public @Nullable MemorySegment get(byte[] key) {
        return get(store.callFor(key));
    }

    /** As {@link #get(byte[])}. */
    public @Nullable MemorySegment get(MemorySegment key) {
        Call call = store.calls.get();
        call.key(key);
        return get(store.hashed(call));
    }

    private @Nullable MemorySegment get(Call call) {
        if (!pins.arena().scope().isAlive()) {
            store.storeLog().requireReadable();
            throw new IllegalStateException("this read scope of store " + store.name() + " was closed; open a new one");
        }
        FoundRecord found = call.found;
        if (copies) {
            return store.find(call, Index.PERSISTED) ? copy(found) : null;
        }
        found.leaveValue(call.keyBytes);
        try {
            while (store.find(call, Index.PERSISTED)) {
                MemorySegment value = pins.view(found.position(), found.valueOffset(), found.valueBytes());
                if (value != null) {
                    return value;
                }
                // Moved or replaced since; the index says where to.
            }
            return null;
        } finally {
            found.takeValue();
        }
    }

    private MemorySegment copy(FoundRecord found) {
        MemorySegment value = pins.arena().allocate(Math.max(1, found.valueBytes())).asSlice(0, found.valueBytes());
        MemorySegment.copy(found.memory(), found.valueOffset(), value, 0, found.valueBytes());
        return value.asReadOnly();
    }

    /**
     * Ends the values that it gave, and lets go of what they lie in.
     *
     * @throws IllegalStateException if a thread is reading one in a native call at this moment; close it again then
     */
    @Override
    public void close() {
        pins.close();
    }
}
