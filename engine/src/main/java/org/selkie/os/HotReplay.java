// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

/**
 * A walk over the entries of an extent (native-headers/include/selkie/replay.h), as {@link HotPath#scan} is one over records.
 */
public final class HotReplay {

    /** Words of {@code struct selkie_replay}, in order. */
    public enum Walk {
        OFFSET(0),
        STOP(1),
        END(2),
        BASE_POSITION(3),
        SEED(4),
        HASH_SEED(5),
        TOLD(6),
        ROOM(7);

        /** Of the whole structure. */
        public static final long BYTES = 8L * values().length;

        private final int word;

        Walk(int word) {
            this.word = word;
        }

        public long get(MemorySegment walk) {
            return walk.getAtIndex(JAVA_LONG, word);
        }

        public void set(MemorySegment walk, long value) {
            walk.setAtIndex(JAVA_LONG, word, value);
        }
    }

    /** Words of {@code struct selkie_told}, in order. */
    public enum Told {
        POSITION(0),
        PREVIOUS(1),
        HASH(2),
        LINES_TYPE(3);

        private static final int WORDS = values().length;
        /** Of the whole structure. */
        public static final long BYTES = 8L * WORDS;

        private final int word;

        Told(int word) {
            this.word = word;
        }

        public long get(MemorySegment told, long number) {
            return told.getAtIndex(JAVA_LONG, number * WORDS + word);
        }
    }

    /** Words of {@code struct selkie_entering} (native-headers/src/enter.c), in order. */
    public enum Entering {
        CAPACITY(0),
        USED(1),
        NEXT(2),
        COUNT(3),
        LINES(4),
        ENTERED(5),
        REPLACED(6);

        /** Of the whole structure. */
        public static final long BYTES = 8L * values().length;

        private final int word;

        Entering(int word) {
            this.word = word;
        }

        public long get(MemorySegment entering) {
            return entering.getAtIndex(JAVA_LONG, word);
        }

        public void set(MemorySegment entering, long value) {
            entering.setAtIndex(JAVA_LONG, word, value);
        }
    }

    /** How many stripes {@link #orderByStripe} knows: the upper eight bits of a hash. */
    public static final int STRIPES = 256;

    private static final MethodHandle ORDER = NativeLibrary.plain("selkie_order_by_stripe",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle ENTER = NativeLibrary.critical("selkie_enter",
            FunctionDescriptor.of(JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle REPLAY = NativeLibrary.plain("selkie_replay_entries",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));

    private HotReplay() {
    }

    /**
     * Tells of valid entries. Returns 0 at the walk's stop or when there is no more room, else a code of {@link HotPath}, or
     * {@link HotEntry#NOT_PLAIN} for a record that is no entry.
     *
     * @param walk native memory, as are {@code told}, with room for as many entries as the walk says
     */
    public static long tell(long extent, MemorySegment walk, MemorySegment told) {
        if (told.byteSize() / Told.BYTES < Walk.ROOM.get(walk)) {
            throw new IllegalArgumentException("room for " + told.byteSize() / Told.BYTES + " entries, and the walk has "
                    + Walk.ROOM.get(walk));
        }
        try {
            return HotFault.plain((long) REPLAY.invokeExact(extent, walk.address(), told.address()));
        } catch (Throwable e) {
            throw HotPath.unexpected(e);
        }
    }

    /**
     * Puts the numbers of what was told in the order of their stripes, those of one stripe as they were. All in native memory.
     *
     * @param order  gets as many 32-bit numbers
     * @param starts gets where each stripe begins in them, and the end: {@link #STRIPES} and one 32-bit numbers
     * @param fresh  gets how many keys more each stripe has then, as far as the entries tell; so many 32-bit numbers
     */
    public static void orderByStripe(MemorySegment told, long count, MemorySegment order, MemorySegment starts,
            MemorySegment fresh) {
        if (count > told.byteSize() / Told.BYTES || count > order.byteSize() / Integer.BYTES
                || starts.byteSize() < (STRIPES + 1L) * Integer.BYTES || fresh.byteSize() < STRIPES * (long) Integer.BYTES) {
            throw new IllegalArgumentException("no room for the order of " + count + " entries");
        }
        try {
            long done = (long) ORDER.invokeExact(told.address(), count, order.address(), starts.address(),
                    fresh.address());
            assert done == 0;
        } catch (Throwable e) {
            throw HotPath.unexpected(e);
        }
    }

    /**
     * Enters values of one stripe into its table. Returns whether it went to the end; else what comes next wants more: it is a
     * deletion, or its key's hash is there and the record that it replaces is not, or the table is too full.
     *
     * @param words      of the table, as are {@code hashes}: as long as {@code entering} says
     * @param order      what {@link #orderByStripe} made, from which {@code entering} says the part
     * @param replacedBy gets the numbers of those that replace another one: room for as many as there are in the part
     */
    public static boolean enter(long[] words, int[] hashes, MemorySegment told, MemorySegment order, MemorySegment replacedBy,
            MemorySegment entering) {
        if (words.length != Entering.CAPACITY.get(entering) || hashes.length != words.length) {
            throw new IllegalArgumentException("tables of " + words.length + " and " + hashes.length + " slots, expected "
                    + Entering.CAPACITY.get(entering));
        }
        try {
            return (long) ENTER.invokeExact(MemorySegment.ofArray(words), MemorySegment.ofArray(hashes), told.address(),
                    order.address(), replacedBy.address(), entering.address()) == 0;
        } catch (Throwable e) {
            throw HotPath.unexpected(e);
        }
    }
}
