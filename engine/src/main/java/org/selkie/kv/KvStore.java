// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.selkie.fault.PoolFullException;
import org.selkie.format.RecordLayout;
import org.selkie.log.RecoveryMode;
import org.selkie.log.StoreLog;

/**
 * Keys and their values in a pool. A change is durable when the call returns; what that survives is the pool's
 * {@link org.selkie.persist.Durability}.
 *
 * <p><b>After a crash</b> every change whose call had returned is there; one that had not returned is there as a whole or
 * not at all; a batch likewise.
 *
 * <p><b>Order.</b> Any number of threads may read and write. The operations on one key are linearizable: each takes effect
 * at one moment between its call and its return. Reads take no lock. A read sees only what is durable.
 *
 * <p><b>Versions.</b> A change returns a version: greater than that of every change of the key before it, and the position
 * in the log at which it was written.
 *
 * <p><b>Lengths.</b> Keys have 1 to 65,536 bytes, or less where extents are short, values 0 bytes up to what an extent holds
 * ({@link #maxValueBytes}).
 *
 * <p><b>Errors.</b> {@link org.selkie.fault.KeyLengthException}, {@link org.selkie.fault.RecordTooLargeException},
 * {@link org.selkie.fault.PoolFullException}: nothing was written; reads go on. It is thrown when compaction cannot make room,
 * and says why; before that a write waits for it.
 * {@link org.selkie.fault.DamagedRecordException}, {@link org.selkie.fault.ExtentFaultException}: the key's record cannot
 * be read; other keys can, and {@link #put(byte[], byte[])} and {@link #delete(byte[])} replace it.
 * {@link org.selkie.fault.LogStoppedException}: the pool was closed, lost its seal, or a store to it failed.
 */
public final class KvStore extends ChangingCalls {

    /** What reads into a given buffer answer for a key without a value. */
    public static final int NO_VALUE = -1;

    private final StoreLog log;
    private final StoreOptions options;
    private final Index index;
    private final @Nullable OrderedStore ordered;
    private final Snapshots snapshots;
    private final Lookup lookup;
    private final MultiGet multiGet;
    private final Writer writer;
    private final BatchWriter batchWriter;
    private final Feeds feeds;
    private final Maintenance maintenance;
    private final Checkpoint checkpoint;
    private StoreOpening opening = StoreOpening.RECORDS;

    private KvStore(StoreLog log, StoreOptions options) {
        this.log = log;
        this.options = options;
        OrderedKeys keys = options.ordered() ? new OrderedKeys() : null;
        this.index = new Index(log, keys);
        this.ordered = keys == null ? null : new OrderedStore(this, keys);
        this.lookup = new Lookup(log, index);
        this.multiGet = new MultiGet(log, index, this);
        this.snapshots = new Snapshots(log, index);
        this.writer = new Writer(log, index, snapshots, options.clock());
        this.batchWriter = new BatchWriter(log, index, writer);
        this.feeds = new Feeds(log);
        Compactor compactor = new Compactor(log, index, snapshots, feeds, this::nowMillis);
        this.checkpoint = new Checkpoint(log, index);
        this.maintenance = new Maintenance(log, index, snapshots, feeds, compactor, options);
    }

    /**
     * The store in a log; for the pool, which alone has a {@link StoreLog} to give and makes one store of it.
     *
     * @param mode whether a user's record in the log is passed
     * @throws org.selkie.fault.PoolFormatException if the log is no store's, or holds a record of a user's
     */
    public static KvStore open(StoreLog log, StoreOptions options, RecoveryMode mode) {
        KvStore store = new KvStore(log, options);
        store.opening = new IndexOpening(log, store.index, store.checkpoint).run(mode);
        if (log.log().isRunning()) {
            if (log.endsWithIndex()) {
                log.noteOpened();
            }
            store.log.keepOneAhead();
            store.maintenance.start();
        }
        return store;
    }

    /**
     * Ends what the store does in the background, for the pool, which closes the log next.
     *
     * @param keepsIndex whether somebody may open the store again: then its index is written behind its records
     */
    public void stop(boolean keepsIndex) {
        maintenance.stop();
        if (keepsIndex && opening != StoreOpening.RECORDS) {
            checkpoint.write();
        }
    }

    public String name() {
        return log.log().name();
    }

    /** As it was opened. */
    public StoreOptions options() {
        return options;
    }

    StoreLog storeLog() {
        return log;
    }

    @Override
    long nowMillis() {
        return options.clock().millis();
    }

    // ---- reading

    /** A key's value, or null. */
    public byte @Nullable [] get(byte[] key) {
        return value(callFor(key));
    }

    @Override
    byte @Nullable [] value(Call call) {
        int lengthBytes = lookup(call);
        if (lengthBytes == Lookup.UNDECIDED) {
            return find(call, Index.PERSISTED) ? call.found.value() : null;
        }
        return lengthBytes == NO_VALUE ? null : call.readValue(lengthBytes);
    }

    /**
     * Copies a key's value into an array. Returns the value's length, or {@link #NO_VALUE}; if the value is longer than what
     * the array has from the offset on, nothing is copied. Allocates nothing.
     */
    public int get(byte[] key, byte[] out, int offset) {
        return copy(callFor(key), out, offset);
    }

    int copy(Call call, byte[] out, int offset) {
        Objects.checkIndex(offset, out.length + 1);
        int lengthBytes = lookup(call);
        if (lengthBytes == Lookup.UNDECIDED) {
            return copy(call, MemorySegment.ofArray(out).asSlice(offset));
        }
        if (lengthBytes >= 0 && lengthBytes <= out.length - offset) {
            call.readValue(out, offset, lengthBytes);
        }
        return lengthBytes;
    }

    /**
     * The values of several keys, null for those without one. Each is as durable and as new as {@link #get(byte[])} has it,
     * at a moment of its own: for values that belong together take a {@link #snapshot}. From some eight keys on it is faster than
     * to ask for one after the other, as the memory that they lie in is fetched at once.
     *
     * @throws org.selkie.fault.DamagedRecordException if one cannot be read; ask for the keys one by one to get the others
     */
    public byte @Nullable [][] getAll(byte[][] keys) {
        return multiGet.get(keys);
    }

    /**
     * As {@link #getAll(byte[][])}, and copies the values to the beginning of arrays. Allocates nothing.
     *
     * @param out     as many arrays as keys, or more
     * @param lengths gets of each value what {@link #get(byte[], byte[], int)} returns
     */
    public void getAll(byte[][] keys, byte[][] out, int[] lengths) {
        multiGet.get(keys, out, lengths);
    }

    @Override
    int copy(Call call, MemorySegment out) {
        if (!find(call, Index.PERSISTED)) {
            return NO_VALUE;
        }
        int lengthBytes = call.found.valueBytes();
        if (lengthBytes <= out.byteSize()) {
            MemorySegment.copy(call.found.memory(), call.found.valueOffset(), out, 0, lengthBytes);
        }
        return lengthBytes;
    }

    /** A key's value with its version and expiry, or null. */
    public @Nullable Entry getEntry(byte[] key) {
        Call call = callFor(key);
        return find(call, Index.PERSISTED) ? Entry.of(call.found) : null;
    }

    /** A key's last value, durable or not: after a crash it may be gone. Null if it has none. */
    public byte @Nullable [] getVisible(byte[] key) {
        Call call = callFor(key);
        return find(call, Index.EVERYTHING) ? call.found.value() : null;
    }

    /** Whether a key has a value. */
    public boolean exists(byte[] key) {
        return exists(callFor(key));
    }

    @Override
    boolean exists(Call call) {
        int lengthBytes = lookup.value(call);
        return lengthBytes != Lookup.UNDECIDED ? lengthBytes != NO_VALUE : find(call, Index.PERSISTED);
    }

    @Override
    int lookup(Call call) {
        int lengthBytes = lookup.value(call);
        // Longer than all before it: there is room now, and if it is longer still, the long way knows.
        return lengthBytes < 0 || call.hasRead(lengthBytes) ? lengthBytes : Lookup.UNDECIDED;
    }

    @Override
    boolean find(Call call, long below) {
        return index.find(call.found, call.key, call.keyOffset, call.keyBytes, call.hash, below)
                && call.found.hasValueNow(options.clock());
    }

    @Override
    Call hashed(Call call) {
        call.hash = index.hash(call.key, call.keyOffset, call.keyBytes);
        call.stageKey();
        return call;
    }

    // ---- writing

    @Override
    Writer.Outcome write(Call call, int type) {
        try {
            maintenance.admit(RecordLayout.recordBytes(call.payloadBytes()));
            for (int tries = 0;; tries++) {
                try {
                    writer.write(call, type, call.outcome);
                    return call.outcome;
                } catch (PoolFullException e) {
                    maintenance.awaitRoom(e, tries);
                }
            }
        } finally {
            call.forget();
        }
    }

    long write(List<WriteBatch.Change> changes, long lengthBytes) {
        maintenance.admit(lengthBytes);
        for (int tries = 0;; tries++) {
            try {
                return batchWriter.write(changes);
            } catch (PoolFullException e) {
                maintenance.awaitRoom(e, tries);
            }
        }
    }

    /**
     * The keys in order.
     *
     * @throws IllegalStateException if the store was opened without {@link StoreOptions#withOrder}
     */
    public OrderedStore ordered() {
        OrderedStore found = ordered;
        if (found == null) {
            throw new IllegalStateException("store " + name() + " was opened without an order of its keys; use Pool.orderedStore,"
                    + " or StoreOptions.withOrder");
        }
        return found;
    }

    /** Changes of several keys that are made together. */
    public WriteBatch batch() {
        return new WriteBatch(this);
    }

    /** Reads values where they stand, without a copy. Close it soon: what it has read is not used again before. */
    public ReadScope readScope() {
        return new ReadScope(this, log);
    }

    // ---- the store as a whole

    /** What the store holds now, for as long as the snapshot is open. It holds everything whose call has returned. */
    public Snapshot snapshot() {
        return new Snapshot(index, snapshots, log, snapshots.take(), nowMillis());
    }

    /** As {@link #snapshot}, where another process writes the store: of what is known to be durable. */
    Snapshot durableSnapshot() {
        return new Snapshot(index, snapshots, log, snapshots.takeDurable(), nowMillis());
    }

    /**
     * Every key's value, and then every change: what a copy of the store needs. A key's value may be told several times; the
     * last counts.
     */
    public ChangeFeed changes() {
        return feeds.fromStart();
    }

    /**
     * Every change from a position on, in order.
     *
     * @param position what {@link ChangeFeed#position} or {@link Snapshot#position} said, of this store at any time before
     * @throws org.selkie.fault.PositionException if what came behind it was compacted meanwhile, so that changes may be missing:
     *                                            begin anew with {@link #changes}
     */
    public ChangeFeed changesSince(long position) {
        return feeds.from(position);
    }

    /** The store as a stream, and back. */
    public Backup backup() {
        return new Backup(this);
    }

    /** Everything below is durable and belongs to whole changes. */
    long durablePosition() {
        log.log().persist();
        return log.log().persistedPosition();
    }

    /**
     * Moves what lives out of every extent that is full by now, and gives those back. Readers and writers go on. Stops early at
     * what an open snapshot or feed needs.
     *
     * @throws org.selkie.fault.DamagedRecordException if a key's last record cannot be read: to give its extent back would turn
     *                                                 a damaged value into none. Delete the key or give it another value
     * @throws org.selkie.fault.LogStoppedException    if the pool was closed, before or meanwhile
     * @throws org.selkie.fault.ReadOnlyException      if it was opened for reading
     */
    public void compact() {
        maintenance.compactAll();
    }

    /**
     * The longest value for a key of a length. Key and value are in one extent: if already the key is longer than what that
     * takes, as one of 65,536 bytes is where extents have 64 KiB, this is 0, and nothing can be put.
     *
     * @throws org.selkie.fault.KeyLengthException if no key has this length
     */
    public int maxValueBytes(int keyBytes) {
        Call.requireLength(keyBytes);
        return Math.max(0, log.log().maxPayloadBytes() - FoundRecord.LONGEST_HEADER_BYTES - keyBytes);
    }

    /** The store in numbers. Waits for every stripe's writers, one after the other. */
    public StoreStatistics statistics() {
        long entries = 0;
        long liveBytes = 0;
        long indexBytes = 0;
        for (int i = 0; i < index.stripes(); i++) {
            Stripe stripe = index.stripeAt(i);
            stripe.lock();
            try {
                entries += stripe.liveEntries();
                liveBytes += stripe.liveBytes();
                indexBytes += stripe.indexBytes();
            } finally {
                stripe.unlock();
            }
        }
        long logBytes = log.tailPosition() - log.log().startPosition();
        return new StoreStatistics(name(), entries, liveBytes, logBytes, indexBytes, snapshots.count(), log.countPins(), opening,
                maintenance.failure() == null ? null : String.valueOf(maintenance.failure()));
    }
}
