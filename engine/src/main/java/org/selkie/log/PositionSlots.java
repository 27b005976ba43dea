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
 * <p>Entering is a full barrier: a thread that entered and then reads a shared state sees it as it was after whatever a
 * thread did that looked at the slots and did not find it.
 */
final class PositionSlots {

    static final long FREE = Long.MAX_VALUE;
    /** Two cache lines: the adjacent-line prefetcher pairs lines. */
    private static final int STRIDE = 16;
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] slots;
    private final int mask;

    PositionSlots() {
        // Slots are held for a fraction of a microsecond, so a few a core are enough for any number of threads.
        int count = Integer.highestOneBit(Math.max(4, 2 * Runtime.getRuntime().availableProcessors()) * 2 - 1);
        slots = new long[(count + 1) * STRIDE];
        mask = count - 1;
        Arrays.fill(slots, FREE);
    }

    /** Takes a slot, near one that this thread had before, and returns it. */
    int enter(long position) {
        int at = (int) Thread.currentThread().threadId();
        Backoff backoff = null;
        while (true) {
            int slot = ((at & mask) + 1) * STRIDE;
            if ((long) SLOT.getOpaque(slots, slot) == FREE && SLOT.compareAndSet(slots, slot, FREE, position)) {
                return slot;
            }
            at++;
            if (backoff == null) {
                backoff = new Backoff();
            }
            backoff.pause();
        }
    }

    /** Enters a slot that nobody else uses. */
    void occupy(int slot, long position) {
        if (ProcessBarrier.isAvailable()) {
            SLOT.setRelease(slots, slot, position);
            // Keeps the compiler from moving later reads before the store; awaitNone makes the processors keep to it.
            VarHandle.acquireFence();
        } else {
            SLOT.setVolatile(slots, slot, position);
        }
    }

    /** Raises the position of a slot that the caller holds. */
    void raise(int slot, long position) {
        SLOT.setRelease(slots, slot, position);
    }

    /** Everything that the holder did happens before whoever sees the slot free. */
    void leave(int slot) {
        SLOT.setRelease(slots, slot, FREE);
    }

    /** The lowest position that a thread is at work on, {@link #FREE} if none is. */
    long lowest() {
        long lowest = FREE;
        for (int slot = STRIDE; slot < slots.length; slot += STRIDE) {
            lowest = Math.min(lowest, (long) SLOT.getVolatile(slots, slot));
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
            while (isWithin((long) SLOT.getVolatile(slots, slot), from, to)) {
                backoff.pause();
            }
        }
    }

    private static boolean isWithin(long position, long from, long to) {
        return position >= from && position < to;
    }
}
