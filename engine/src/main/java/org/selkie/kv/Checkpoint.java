// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.selkie.fault.SelkieException;
import org.selkie.format.CheckpointLayout;
import org.selkie.format.RecordLayout;
import org.selkie.log.StoreLog;

/**
 * Writes a store's index to the end of its log when the store is closed, so that it need not be built anew. The last record, the
 * commit, says what belongs to it; without that the rest is nothing. It counts only as the log's last record: whatever is
 * written behind it makes it none. docs/decisions/0019 has why.
 */
final class Checkpoint {

    /** Long enough that the calls do not matter, and short where extents are: what is left of one is lost. */
    private static final int MOST_PART_BYTES = 1 << 20;
    private static final int PARTS_AN_EXTENT = 4;
    /** It takes no more than this part of what the pool has still room for. */
    private static final int SHARE_OF_ROOM = 2;

    private final StoreLog log;
    private final Index index;
    /** The commit with which the store was opened, and where the log ended then. */
    private byte @Nullable [] known;
    private long knownEnd;

    Checkpoint(StoreLog log, Index index) {
        this.log = log;
        this.index = index;
    }

    /** The store was opened with this commit, behind which nothing stood. */
    void opened(byte[] commit, long end) {
        known = commit;
        knownEnd = end;
    }

    /**
     * Writes the index, if that is worth it and there is room. Changes wait meanwhile, and the log is to be closed next. When it
     * returns, it is written, not yet durable where pages are written back.
     */
    void write() {
        int locked = 0;
        try {
            for (; locked < index.stripes(); locked++) {
                index.stripeAt(locked).lock();
            }
            if (log.log().isRunning()) {
                writeLocked();
            }
        } catch (SelkieException e) {
            // The pool is full, or the log has stopped: then there is none. What was written of it means nothing.
        } finally {
            while (locked > 0) {
                index.stripeAt(--locked).unlock();
            }
        }
    }

    private void writeLocked() {
        long upTo = log.tailPosition();
        byte[] before = known;
        if (before != null && knownEnd == upTo) {
            // Nothing was changed: the parts are still what they should be.
            append(before, before.length);
            return;
        }
        long bytes = 0;
        for (int i = 0; i < index.stripes(); i++) {
            bytes += CheckpointLayout.slotsBytes(index.stripeAt(i).used());
        }
        int partBytes = Math.min(MOST_PART_BYTES, log.log().maxPayloadBytes() / PARTS_AN_EXTENT & -Long.BYTES);
        long parts = (bytes + partBytes - 1) / partBytes;
        long commitBytes = CheckpointLayout.commitBytes(index.stripes(), parts);
        boolean fits = commitBytes <= log.log().maxPayloadBytes() && (bytes + commitBytes) * SHARE_OF_ROOM <= log.roomBytes();
        // What lies in one extent is read in no time.
        if (fits && upTo - log.log().startPosition() > log.extentBytes()) {
            write(upTo, partBytes, (int) commitBytes);
        }
    }

    private void write(long upTo, int partBytes, int commitBytes) {
        MemorySegment commit = MemorySegment.ofArray(new byte[commitBytes]);
        List<Long> positions;
        try (Arena arena = Arena.ofConfined()) {
            Parts parts = new Parts(arena, upTo, partBytes);
            for (int i = 0; i < index.stripes(); i++) {
                Stripe stripe = index.stripeAt(i);
                stripe.table().forEachWord(parts::add);
                stripe.table().forEachHash(parts::add);
                parts.fillWord();
                CheckpointLayout.writeStripe(commit, i, stripe.used(), (int) stripe.liveEntries(), stripe.liveBytes());
            }
            positions = parts.end();
        }
        CheckpointLayout.write(commit, CheckpointLayout.COMMIT, positions.size(), upTo);
        CheckpointLayout.writeCommit(commit, index.seed(), log.log().startPosition(), partBytes, index.stripes());
        for (int i = 0; i < positions.size(); i++) {
            CheckpointLayout.writePartPosition(commit, index.stripes(), i, positions.get(i));
        }
        append(commit.toArray(ValueLayout.JAVA_BYTE), commitBytes);
    }

    /** When it is durable, so is all that it speaks of. */
    private void append(byte[] commit, int lengthBytes) {
        log.awaitPersisted(log.tailPosition());
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment staged = arena.allocate(lengthBytes, RecordLayout.LINE_BYTES);
            MemorySegment.copy(commit, 0, staged, ValueLayout.JAVA_BYTE, 0, lengthBytes);
            log.append(RecordLayout.INDEX, staged, lengthBytes);
        }
    }

    /** Cuts what is added into records. */
    private final class Parts {

        private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
        private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

        private final MemorySegment staged;
        private final long upTo;
        private final List<Long> positions = new ArrayList<>();
        private long used = CheckpointLayout.SLOTS_OFFSET;

        Parts(Arena arena, long upTo, int partBytes) {
            this.staged = arena.allocate(CheckpointLayout.SLOTS_OFFSET + (long) partBytes, RecordLayout.LINE_BYTES);
            this.upTo = upTo;
        }

        void add(long word) {
            flushIfFull();
            staged.set(LONG, used, word);
            used += Long.BYTES;
        }

        void add(int hash) {
            flushIfFull();
            staged.set(INT, used, hash);
            used += Integer.BYTES;
        }

        void fillWord() {
            if ((used & (Long.BYTES - 1)) != 0) {
                add(0);
            }
        }

        private void flushIfFull() {
            if (used == staged.byteSize()) {
                flush();
            }
        }

        private void flush() {
            CheckpointLayout.write(staged, CheckpointLayout.PART, positions.size(), upTo);
            positions.add(log.append(RecordLayout.INDEX, staged, used));
            used = CheckpointLayout.SLOTS_OFFSET;
        }

        List<Long> end() {
            if (used > CheckpointLayout.SLOTS_OFFSET) {
                flush();
            }
            return positions;
        }
    }
}
