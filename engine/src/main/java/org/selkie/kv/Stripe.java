// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.concurrent.locks.LockSupport;
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
    /** Of a capacity, in tenths: full enough for 24 bytes a key right after growing, see docs/decisions/0011. */
    private static final int MOST_TENTHS = 8;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int SPINS = 64;
    private static final int YIELDS = 64;
    private static final long PARK_NANOS = 20_000;
    private static final long LONGEST_PARK_NANOS = 1_000_000;
    private static final VarHandle MOVES;
    private static final VarHandle HOLDER;
    private static final VarHandle LIVE_BYTES;

    static {
        try {
            MOVES = MethodHandles.lookup().findVarHandle(Stripe.class, "moves", int.class);
            HOLDER = MethodHandles.lookup().findVarHandle(Stripe.class, "holder", long.class);
            LIVE_BYTES = MethodHandles.lookup().findVarHandle(Stripe.class, "liveBytes", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** The id of the thread that holds the lock, or 0. */
    @SuppressWarnings("unused")
    private volatile long holder;
    private volatile SlotTable table = new SlotTable(FIRST_CAPACITY);
    /** Odd while words are moved. */
    @SuppressWarnings("unused")
    private volatile int moves;
    private int used;
    /** On media, of the records that the index names and that hold a value. Some look without the lock. */
    @SuppressWarnings("unused")
    private long liveBytes;
    private long liveEntries;

    /**
     * Takes the lock. It is not reentrant, and letting it go is a plain store, without a barrier
     * (docs/decisions/0021-a-lock-for-the-time-of-a-fence.md).
     */
    void lock() {
        long me = Thread.currentThread().threadId();
        if (!HOLDER.compareAndSet(this, 0L, me)) {
            await(me);
        }
    }

    /** The holder may be in a fence, wait for an extent or for room, hold all stripes for a while, or have lost its core. */
    @SuppressWarnings("ThreadPriorityCheck")
    private void await(long me) {
        if (holder == me) {
            throw new IllegalStateException("a stripe's lock was taken twice by thread " + me);
        }
        long parkNanos = PARK_NANOS;
        for (int tries = 0; holder != 0 || !HOLDER.compareAndSet(this, 0L, me); tries++) {
            if (tries < SPINS) {
                Thread.onSpinWait();
            } else if (tries < SPINS + YIELDS || Thread.currentThread().isInterrupted()) {
                // Who is interrupted would not park.
                Thread.yield();
            } else {
                LockSupport.parkNanos(this, parkNanos);
                parkNanos = Math.min(2 * parkNanos, LONGEST_PARK_NANOS);
            }
        }
    }

    void unlock() {
        HOLDER.setRelease(this, 0L);
    }

    /** What it holds at one moment. */
    long[] words() {
        lock();
        try {
            return table.words();
        } finally {
            unlock();
        }
    }

    boolean names(long hash, long position) {
        lock();
        try {
            return indexOf(hash, position) >= 0;
        } finally {
            unlock();
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
        LIVE_BYTES.setOpaque(this, 0L);
        liveEntries = 0;
    }

    void count(long bytes, int entries) {
        // No fence: one here would wait for the record that was just stored.
        LIVE_BYTES.setOpaque(this, liveBytes + bytes);
        liveEntries += entries;
    }

    long liveBytes() {
        return (long) LIVE_BYTES.getOpaque(this);
    }

    long liveEntries() {
        return liveEntries;
    }

    /** Of memory, for the index. */
    long indexBytes() {
        return table.capacity() * (long) (Long.BYTES + Integer.BYTES);
    }
}
