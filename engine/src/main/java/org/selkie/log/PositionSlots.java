// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.selkie.os.ProcessBarrier;

/**
 * The positions that threads are at work on, each in a slot on cache lines of its own. A thread enters with a position
 * not above the one that it will touch, touches, and leaves; whoever wants to know what is finished, or to take memory
 * away, looks at all slots.
 *
 * <p>Most threads own a slot, so that entering is a store: an atomic instruction next to the one that moves the tail, behind
 * a fence, costs two threads a tenth of their speed (docs/decisions/0010-whole-lines-and-a-fence-that-ends.md). Threads
 * beyond that, and virtual ones, share a few slots.
 *
 * <p><b>Order.</b> Who has entered and then moves a shared number atomically is seen in the slot by all who see the number.
 * Who has entered and then reads a shared state sees it as it was after whatever a thread did that called
 * {@link #awaitNone} and was not kept waiting.
 */
final class PositionSlots {

    static final long FREE = Long.MAX_VALUE;
    /** Above every position, and yet at work. */
    private static final long ASIDE = FREE - 1;
    /** Two cache lines: the adjacent-line prefetcher pairs lines. */
    private static final int STRIDE = 16;
    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

    /** Those of owners, then the shared ones. The first stride keeps the array's header apart. */
    private final long[] slots;
    private final SlotOwners owners;
    private final int sharedMask;

    PositionSlots() {
        int processors = Runtime.getRuntime().availableProcessors();
        owners = new SlotOwners(powerOfTwo(4 * processors));
        // Held for a fraction of a microsecond, so a few a core are enough for any number of threads.
        int shared = powerOfTwo(2 * processors);
        slots = new long[(1 + owners.size() + shared) * STRIDE];
        sharedMask = shared - 1;
        Arrays.fill(slots, FREE);
    }

    private static int powerOfTwo(int atLeast) {
        return Integer.highestOneBit(Math.max(4, atLeast) * 2 - 1);
    }

    /** Takes a slot and returns it. */
    int enter(long position) {
        int slot = (1 + owners.of(Thread.currentThread())) * STRIDE;
        // A thread that is within already, as one that reads what it was told of, needs a second one.
        if (slot > 0 && slots[slot] == FREE) {
            occupy(slot, position);
            return slot;
        }
        return enterShared(position);
    }

    private int enterShared(long position) {
        int at = (int) Thread.currentThread().threadId();
        Backoff backoff = new Backoff();
        while (true) {
            int slot = (1 + owners.size() + (at & sharedMask)) * STRIDE;
            if ((long) LONGS.getOpaque(slots, slot) == FREE && LONGS.compareAndSet(slots, slot, FREE, position)) {
                return slot;
            }
            at++;
            backoff.pause();
        }
    }

    /** Enters a slot that nobody else uses, or comes back to it after {@link #stepAside}. */
    void occupy(int slot, long position) {
        if (ProcessBarrier.isAvailable()) {
            LONGS.setRelease(slots, slot, position);
            // Keeps the compiler from moving later reads before the store; awaitNone makes the processors keep to it.
            VarHandle.acquireFence();
        } else {
            LONGS.setVolatile(slots, slot, position);
        }
    }

    /** Raises the position of a slot that the caller holds. */
    void raise(int slot, long position) {
        LONGS.setRelease(slots, slot, position);
    }

    /**
     * The holder of a slot touches nothing until it calls {@link #occupy} again: it is not in the way of those who want to
     * know what is finished, but in that of those who want all memory.
     */
    void stepAside(int slot) {
        LONGS.setRelease(slots, slot, ASIDE);
    }

    /** Everything that the holder did happens before whoever sees the slot free. */
    void leave(int slot) {
        LONGS.setRelease(slots, slot, FREE);
    }

    /** The lowest position that a thread is at work on, {@link #FREE} if none is. */
    long lowest() {
        long lowest = FREE;
        for (int slot = STRIDE; slot < slots.length; slot += STRIDE) {
            lowest = Math.min(lowest, (long) LONGS.getVolatile(slots, slot));
        }
        return lowest;
    }

    /** Waits until no thread is at work on a position in the range. New ones must have been kept out before. */
    void awaitNone(long from, long to) {
        if (ProcessBarrier.isAvailable()) {
            ProcessBarrier.run();
        } else {
            VarHandle.fullFence();
        }
        for (int slot = STRIDE; slot < slots.length; slot += STRIDE) {
            Backoff backoff = new Backoff();
            while (isWithin((long) LONGS.getVolatile(slots, slot), from, to)) {
                backoff.pause();
            }
        }
    }

    private static boolean isWithin(long position, long from, long to) {
        return position >= from && position < to;
    }
}
