// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.time.InstantSource;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.selkie.fault.RecordTooLargeException;
import org.selkie.format.EntryLayout;
import org.selkie.format.RecordLayout;
import org.selkie.log.StoreLog;

/**
 * Makes one change: under the stripe's lock look what the key has, decide, write the record, enter it into the index; then,
 * without the lock, wait until it is durable.
 */
final class Writer {

    private final StoreLog log;
    private final Index index;
    private final Snapshots snapshots;
    private final InstantSource clock;

    Writer(StoreLog log, Index index, Snapshots snapshots, InstantSource clock) {
        this.log = log;
        this.index = index;
        this.snapshots = snapshots;
        this.clock = clock;
    }

    /** What came of a change; used again for each. */
    static final class Outcome {
        Condition condition = Condition.ALWAYS;
        byte @Nullable [] expected;
        long expectedVersion;
        /** Whether {@link #before} is wanted. */
        boolean wantsBefore;
        /** Whether the condition held. */
        boolean holds;
        boolean existed;
        long version;
        byte @Nullable [] before;

        /** Whether nothing about what the key has is asked. */
        boolean isPlain() {
            return condition == Condition.ALWAYS && !wantsBefore;
        }

        void ask(Condition when, boolean before) {
            condition = when;
            wantsBefore = before;
            expected = null;
            this.before = null;
        }
    }

    /** PUT of the call's value, or DELETE. */
    void write(Call call, int type, Outcome outcome) {
        long payloadBytes = call.payloadBytes();
        requireFits(call, payloadBytes);
        Stripe stripe = index.stripe(call.hash);
        // On its way into the cache while the record is put together, and both before anybody has to wait for this thread.
        call.touched = index.touch(call.hash);
        MemorySegment staged = outcome.isPlain() || Staging.isKept(payloadBytes) ? call.stage() : null;
        long persistTo;
        boolean dropsLater = false;
        stripe.lock();
        try {
            int slot = outcome.isPlain() ? index.findToReplace(call, stripe, replaceable(type)) : Index.UNDECIDED;
            boolean writes;
            if (slot != Index.UNDECIDED) {
                boolean held = slot >= 0;
                outcome.holds = true;
                outcome.existed = held;
                outcome.version = 0;
                call.heldValue = held;
                writes = type == RecordLayout.PUT || held;
            } else {
                slot = index.findLocked(call.found, stripe, call.key, call.keyOffset, call.keyBytes, call.hash);
                look(call.found, slot, outcome);
                // To delete what is not there needs no record, unless one expired: its key must not come back with the clock.
                outcome.holds = holds(call.found, slot, outcome);
                boolean held = slot >= 0 && !call.found.isDeletion();
                call.bytesBefore = held ? call.found.recordBytes() : 0;
                call.heldValue = held;
                writes = outcome.holds && (type == RecordLayout.PUT || held);
            }
            if (writes) {
                MemorySegment entry = staged == null ? call.stage() : staged;
                persistTo = append(call, type, stripe, slot, entry, outcome);
                dropsLater = type == RecordLayout.DELETE;
            } else {
                // The answer rests on this record, so it must not be taken back by a crash.
                persistTo = slot >= 0 ? call.found.position() + Math.max(1, call.found.recordBytes()) : 0;
            }
        } finally {
            stripe.unlock();
        }
        // The index's word may still be on its way to others. Two that put, and then look for what the other has put, must not
        // both miss it: each call takes effect before it returns.
        VarHandle.fullFence();
        log.awaitPersisted(persistTo);
        if (dropsLater) {
            drop(stripe, call.key, call.keyOffset, call.keyBytes, call.hash, outcome.version);
        }
    }

    /** Forms of records of which only the key is looked at: a put does not ask whether what it replaces has expired. */
    private static int replaceable(int type) {
        return type == RecordLayout.PUT ? EntryLayout.EXPIRES | EntryLayout.MOVED : EntryLayout.MOVED;
    }

    private void requireFits(Call call, long payloadBytes) {
        // Room for what compaction adds: what was once written can be moved.
        int most = log.log().maxPayloadBytes() - FoundRecord.LONGEST_HEADER_BYTES + EntryLayout.keyOffset(call.form());
        if (payloadBytes > most) {
            throw new RecordTooLargeException("a value of " + call.valueBytes + " bytes with a key of " + call.keyBytes
                    + " does not fit: store " + log.log().name() + " takes at most " + (most - payloadBytes + call.valueBytes)
                    + " with this key; make a pool of larger extents (PoolOptions.extentBytes)");
        }
    }

    private void look(FoundRecord found, int slot, Outcome outcome) {
        if (slot >= 0 && (outcome.condition != Condition.ALWAYS || outcome.wantsBefore)) {
            found.requireWhole();
        }
        outcome.existed = slot >= 0 && (found.isDamaged() || found.hasValueNow(clock));
        outcome.version = outcome.existed && !found.isDamaged() ? found.version() : 0;
        outcome.before = outcome.existed && outcome.wantsBefore ? found.value() : null;
    }

    private static boolean holds(FoundRecord found, int slot, Outcome outcome) {
        return switch (outcome.condition) {
            case ALWAYS -> true;
            case IF_ABSENT -> !outcome.existed;
            case IF_PRESENT -> outcome.existed;
            case IF_VALUE -> slot >= 0 && outcome.existed && found.hasValue(Objects.requireNonNull(outcome.expected));
            case IF_VERSION -> outcome.version == outcome.expectedVersion;
        };
    }

    private long append(Call call, int type, Stripe stripe, int slot, MemorySegment staged, Outcome outcome) {
        long previous = slot >= 0 ? Index.positionAt(stripe, slot) : 0;
        if (slot < 0) {
            stripe.reserve();
        }
        EntryLayout.writePrevious(staged, 0, previous);
        long payloadBytes = call.payloadBytes();
        long position = type == RecordLayout.DELETE ? log.appendDeletion(type, staged, payloadBytes)
                : log.append(type, staged, payloadBytes);
        if (slot < 0) {
            index.insert(stripe, call.key, call.keyOffset, call.keyBytes, call.hash, position);
        } else {
            stripe.replace(slot, call.hash, position);
        }
        long bytes = RecordLayout.recordBytes(payloadBytes);
        boolean holdsValue = type == RecordLayout.PUT;
        stripe.count((holdsValue ? bytes : 0) - call.bytesBefore, (holdsValue ? 1 : 0) - (call.heldValue ? 1 : 0));
        outcome.version = position;
        return position + bytes;
    }

    /**
     * Takes a key out of the index whose deletion is durable, unless somebody has written it again or a snapshot may have to
     * walk back from the deletion.
     */
    void drop(Stripe stripe, byte[] key, int offset, int lengthBytes, long hash, long position) {
        stripe.lock();
        try {
            if (snapshots.areOpen()) {
                return;
            }
            int slot = stripe.indexOf(hash, position);
            if (slot >= 0) {
                index.remove(stripe, slot, key, offset, lengthBytes);
            }
        } finally {
            stripe.unlock();
        }
    }

}
