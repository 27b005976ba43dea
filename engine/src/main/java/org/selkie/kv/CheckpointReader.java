// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.selkie.fault.SelkieException;
import org.selkie.format.CheckpointLayout;
import org.selkie.format.RecordLayout;
import org.selkie.log.StoreLog;

/**
 * Takes in the index that {@link Checkpoint} wrote, if it is the log's last word. Every number in it is held against the log;
 * whatever does not fit makes it none. What it says of a key is believed by nobody: who looks for one compares it in the record.
 */
final class CheckpointReader {

    private final StoreLog log;
    private final Index index;

    CheckpointReader(StoreLog log, Index index) {
        this.log = log;
        this.index = index;
    }

    /** Where a commit stands, what it says, and the bytes of the slots in all. */
    private record Commit(MemorySegment payload, long position, long slotsBytes) {

        long upTo() {
            return CheckpointLayout.upTo(payload);
        }

        int parts() {
            return CheckpointLayout.number(payload);
        }

        int partBytes() {
            return CheckpointLayout.partBytes(payload);
        }
    }

    /** Returns the commit of the checkpoint that was taken in, or null, with an empty index, if there is none that counts. */
    byte @Nullable [] load() {
        try {
            Commit commit = commit();
            if (commit == null) {
                return null;
            }
            index.clear(CheckpointLayout.hashSeed(commit.payload));
            try (Arena arena = Arena.ofShared(); OpeningCrew crew = new OpeningCrew(commit.slotsBytes)) {
                MemorySegment slots = arena.allocate(Math.max(1, commit.slotsBytes), RecordLayout.LINE_BYTES);
                if (crew.all(reading(commit, slots)) && crew.all(entering(commit, slots)) && index.takeKeys(crew)) {
                    return commit.payload.toArray(ValueLayout.JAVA_BYTE);
                }
            }
        } catch (SelkieException e) {
            // It cannot be read, and need not be.
        }
        index.clear();
        return null;
    }

    private @Nullable Commit commit() {
        long at = log.startOfLast();
        long start = log.log().startPosition();
        if (at < start || log.wasOpened()) {
            return null;
        }
        StoreLog.RecordCopy record = new StoreLog.RecordCopy();
        long length = log.read(at, record);
        if (length < 0 || record.type() != RecordLayout.INDEX || at + RecordLayout.recordBytes(length) != log.tailPosition()) {
            return null;
        }
        MemorySegment payload = record.payload(length);
        if (!CheckpointLayout.isCommit(payload) || CheckpointLayout.stripes(payload) != index.stripes()
                || CheckpointLayout.start(payload) != start) {
            return null;
        }
        Commit commit = new Commit(payload, at, slotsBytes(payload));
        return isPossible(commit, start) ? commit : null;
    }

    private long slotsBytes(MemorySegment payload) {
        long bytes = 0;
        for (int i = 0; i < index.stripes(); i++) {
            bytes += CheckpointLayout.slotsBytes(CheckpointLayout.slots(payload, i) & 0xffffffffL);
        }
        return bytes;
    }

    /** Whether the numbers fit each other and the log: what is going to be allocated is no more than what stands there. */
    private boolean isPossible(Commit commit, long start) {
        long partBytes = commit.partBytes();
        if (commit.upTo() < start || commit.upTo() > commit.position || partBytes <= 0 || partBytes % Long.BYTES != 0
                || commit.slotsBytes > commit.position - commit.upTo()
                || commit.parts() != (commit.slotsBytes + partBytes - 1) / partBytes) {
            return false;
        }
        long live = 0;
        for (int i = 0; i < index.stripes(); i++) {
            int slots = CheckpointLayout.slots(commit.payload, i);
            int entries = CheckpointLayout.entries(commit.payload, i);
            long liveBytes = CheckpointLayout.liveBytes(commit.payload, i);
            live += liveBytes;
            if (slots < 0 || entries < 0 || entries > slots || liveBytes < (long) entries * RecordLayout.LINE_BYTES
                    || live < liveBytes || live > commit.upTo() - start) {
                return false;
            }
        }
        return true;
    }

    private List<Callable<Boolean>> reading(Commit commit, MemorySegment slots) {
        List<Callable<Boolean>> work = new ArrayList<>();
        ThreadLocal<StoreLog.RecordCopy> copies = ThreadLocal.withInitial(StoreLog.RecordCopy::new);
        for (int i = 0; i < commit.parts(); i++) {
            int number = i;
            work.add(() -> read(commit, number, slots, copies.get()));
        }
        return work;
    }

    private boolean read(Commit commit, int number, MemorySegment slots, StoreLog.RecordCopy record) {
        long at = CheckpointLayout.partPosition(commit.payload, index.stripes(), number);
        if (at < commit.upTo() || at >= commit.position) {
            return false;
        }
        long length = log.read(at, record);
        long from = (long) number * commit.partBytes();
        long bytes = Math.min(commit.partBytes(), slots.byteSize() - from);
        if (length != CheckpointLayout.SLOTS_OFFSET + bytes || record.type() != RecordLayout.INDEX) {
            return false;
        }
        MemorySegment part = record.payload(length);
        MemorySegment.copy(part, CheckpointLayout.SLOTS_OFFSET, slots, from, bytes);
        return CheckpointLayout.isPart(part, number, commit.upTo());
    }

    private List<Callable<Boolean>> entering(Commit commit, MemorySegment slots) {
        List<Callable<Boolean>> work = new ArrayList<>();
        long start = log.log().startPosition();
        long at = 0;
        for (int i = 0; i < index.stripes(); i++) {
            Stripe stripe = index.stripeAt(i);
            int count = CheckpointLayout.slots(commit.payload, i);
            int entries = CheckpointLayout.entries(commit.payload, i);
            long liveBytes = CheckpointLayout.liveBytes(commit.payload, i);
            MemorySegment own = slots.asSlice(at, CheckpointLayout.slotsBytes(count));
            at += own.byteSize();
            work.add(() -> stripe.load(own, count, entries, liveBytes, start, commit.upTo()));
        }
        return work;
    }
}
