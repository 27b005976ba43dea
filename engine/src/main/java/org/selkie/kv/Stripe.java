// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.concurrent.locks.ReentrantLock;
import org.selkie.format.RecordLayout;
import org.selkie.os.HotReplay;

/**
 * One of many parts of the index. Its lock is held from before a record's place is claimed until the index names it, so
 * that of two records of one key the later one in the log is the one that the index keeps.
 *
 * <p>A reader takes {@link #moves}, then {@link #table}, looks, and if it has found nothing, takes {@code moves} again: if
 * that is the same and even, nothing was moved under it.
 */
final class Stripe {

    private static final int FIRST_CAPACITY = 8;
    private static final long FIRST_STAGING_BYTES = 1024;
    /** Of a capacity, in tenths: full enough for 24 bytes a key right after growing, see docs/decisions/0011. */
    private static final int MOST_TENTHS = 8;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle MOVES;

    static {
        try {
            MOVES = MethodHandles.lookup().findVarHandle(Stripe.class, "moves", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final ReentrantLock lock = new ReentrantLock();
    private volatile SlotTable table = new SlotTable(FIRST_CAPACITY);
    /** Odd while words are moved. */
    @SuppressWarnings("unused")
    private volatile int moves;
    private int used;
    /** None before the first record: a store that is only read has hundreds of stripes for nothing. */
    private MemorySegment staging = MemorySegment.NULL;
    /** On media, of the records that the index names and that hold a value. */
    private long liveBytes;
    /** The same, for those who look without the lock. */
    private volatile long shownLiveBytes;
    private long liveEntries;

    /** What it holds at one moment. */
    long[] words() {
        lock.lock();
        try {
            return table.words();
        } finally {
            lock.unlock();
        }
    }

    boolean names(long hash, long position) {
        lock.lock();
        try {
            return indexOf(hash, position) >= 0;
        } finally {
            lock.unlock();
        }
    }

    SlotTable table() {
        return table;
    }

    /** Even if nothing is being moved; waits for that. */
    int moves() {
        int now = (int) MOVES.getAcquire(this);
        while ((now & 1) != 0) {
            Thread.onSpinWait();
            now = (int) MOVES.getAcquire(this);
        }
        return now;
    }

    boolean hasMovedSince(int before) {
        VarHandle.acquireFence();
        return (int) MOVES.getOpaque(this) != before;
    }

    // ---- for the holder of the lock

    /** Makes sure that one more key has room: before its record is written, as nothing may fail after that. */
    void reserve() {
        SlotTable now = table;
        if ((used + 1L) * 10 <= (long) now.capacity() * MOST_TENTHS) {
            return;
        }
        SlotTable larger = new SlotTable(now.capacity() + now.capacity() / 2);
        now.copyTo(larger);
        table = larger;
    }

    /** Makes sure that many more keys have room. */
    void reserve(int more) {
        SlotTable now = table;
        long capacity = now.capacity();
        while ((used + (long) more) * 10 > capacity * MOST_TENTHS) {
            capacity += capacity / 2;
        }
        if (capacity > now.capacity()) {
            SlotTable larger = new SlotTable(Math.toIntExact(capacity));
            now.copyTo(larger);
            table = larger;
        }
    }

    void insert(long hash, long position) {
        table.insert(SlotTable.word(position, hash), SlotTable.spread(hash));
        used++;
    }

    void replace(int index, long hash, long position) {
        table.set(index, SlotTable.word(position, hash));
    }

    void remove(int index) {
        int before = moves;
        MOVES.setOpaque(this, before + 1);
        VarHandle.releaseFence();
        table.remove(index);
        used--;
        MOVES.setRelease(this, before + 2);
    }

    /** The slot that names a position for a hash, or -1. */
    int indexOf(long hash, long position) {
        SlotTable now = table;
        long wanted = SlotTable.word(position, hash);
        int index = now.start(SlotTable.spread(hash));
        for (long word = now.get(index); word != SlotTable.EMPTY; word = now.get(index)) {
            if (word == wanted) {
                return index;
            }
            index = now.after(index);
        }
        return -1;
    }

    /** A slot of whose key all bits of the hash are these, or -1. */
    int indexOf(long hash) {
        SlotTable now = table;
        int index = now.start(SlotTable.spread(hash));
        for (long word = now.get(index); word != SlotTable.EMPTY; word = now.get(index)) {
            if (SlotTable.isTagOf(word, hash) && now.hashAt(index) == SlotTable.spread(hash)) {
                return index;
            }
            index = now.after(index);
        }
        return -1;
    }

    /** Enters what was told, for {@link ParallelReplay}, and counts the keys. Returns whether it went to the end. */
    boolean enter(MemorySegment told, MemorySegment order, MemorySegment replacedBy, MemorySegment entering) {
        HotReplay.Entering.USED.set(entering, used);
        boolean done = table.enter(told, order, replacedBy, entering);
        used = (int) HotReplay.Entering.USED.get(entering);
        return done;
    }

    /**
     * Takes in what a stripe held when the store was closed. Returns false if one of the positions cannot be right.
     *
     * @param slots what {@link org.selkie.format.CheckpointLayout} says, of this stripe alone
     */
    boolean load(MemorySegment slots, int count, int entries, long bytes, long from, long to) {
        reserve(count);
        long hashesAt = (long) count * Long.BYTES;
        for (int i = 0; i < count; i++) {
            long word = slots.get(LONG, (long) i * Long.BYTES);
            long position = SlotTable.position(word);
            if (position < from || position >= to) {
                return false;
            }
            table.insert(word, slots.get(INT, hashesAt + (long) i * Integer.BYTES));
        }
        used = count;
        count(bytes, entries);
        return true;
    }

    int used() {
        return used;
    }

    /** Forgets everything: nobody has seen it yet. */
    void clear() {
        table = new SlotTable(FIRST_CAPACITY);
        used = 0;
        liveBytes = 0;
        shownLiveBytes = 0;
        liveEntries = 0;
    }

    /** Memory for a record's payload. */
    MemorySegment staging(long lengthBytes) {
        if (staging.byteSize() < lengthBytes) {
            if (lengthBytes > RecordLayout.LINE_BYTES << 10) {
                // Not kept: of hundreds of stripes each would keep its longest.
                return Arena.ofAuto().allocate(lengthBytes, RecordLayout.LINE_BYTES);
            }
            long kept = Math.max(FIRST_STAGING_BYTES, Long.highestOneBit(lengthBytes) << 1);
            staging = Arena.ofAuto().allocate(kept, RecordLayout.LINE_BYTES);
        }
        return staging;
    }

    void count(long bytes, int entries) {
        liveBytes += bytes;
        shownLiveBytes = liveBytes;
        liveEntries += entries;
    }

    long liveBytes() {
        return shownLiveBytes;
    }

    long liveEntries() {
        return liveEntries;
    }

    /** Of memory, for the index. */
    long indexBytes() {
        return table.capacity() * (long) (Long.BYTES + Integer.BYTES);
    }
}
