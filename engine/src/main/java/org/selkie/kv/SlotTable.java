// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.function.LongConsumer;
import org.selkie.os.HotReplay;

/**
 * Open addressing by linear probing: for each key one word, the position of its last record and 16 bits of its hash, and 32
 * bits of hash in an array of their own, by which the words are spread and which a reader never loads.
 *
 * <p>Words are written by the holder of the stripe's lock and read without one. A word may be moved back while a reader
 * passes, so who does not find a key asks {@link Stripe} whether anything was moved meanwhile.
 */
final class SlotTable {

    static final long EMPTY = 0;
    private static final int TAG_BITS = 16;
    private static final long TAG_MASK = (1L << TAG_BITS) - 1;
    /** Positions are multiples of a line. */
    private static final int LINE_SHIFT = 6;
    private static final VarHandle WORDS = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] words;
    private final int[] hashes;

    SlotTable(int capacity) {
        words = new long[capacity];
        hashes = new int[capacity];
    }

    static long word(long position, long hash) {
        return position >>> LINE_SHIFT << TAG_BITS | (hash & TAG_MASK);
    }

    static long position(long word) {
        return word >>> TAG_BITS << LINE_SHIFT;
    }

    static boolean isTagOf(long word, long hash) {
        return ((word ^ hash) & TAG_MASK) == 0;
    }

    /** The bits of a hash that are kept beside the tag. */
    static int spread(long hash) {
        return (int) (hash >>> TAG_BITS);
    }

    /** Those that are not empty. */
    long[] words() {
        return Arrays.stream(words).filter(word -> word != EMPTY).toArray();
    }

    /** Those that are not empty, in the order of the slots. For the holder of the stripe's lock. */
    void forEachWord(LongConsumer to) {
        for (long word : words) {
            if (word != EMPTY) {
                to.accept(word);
            }
        }
    }

    /** The further bits of hash of those, in the same order. */
    void forEachHash(IntConsumer to) {
        for (int i = 0; i < words.length; i++) {
            if (words[i] != EMPTY) {
                to.accept(hashes[i]);
            }
        }
    }

    int capacity() {
        return words.length;
    }

    int start(int spread) {
        return (int) (((spread & 0xffffffffL) * words.length) >>> Integer.SIZE);
    }

    int after(int index) {
        return index + 1 == words.length ? 0 : index + 1;
    }

    long get(int index) {
        return (long) WORDS.getAcquire(words, index);
    }

    int hashAt(int index) {
        return hashes[index];
    }

    /** Another position for the key of a slot. */
    void set(int index, long word) {
        WORDS.setRelease(words, index, word);
    }

    /** Enters what was told of an extent, as {@link HotReplay#enter} says; nobody else may have the table yet. */
    boolean enter(MemorySegment told, MemorySegment order, MemorySegment replacedBy, MemorySegment entering) {
        HotReplay.Entering.CAPACITY.set(entering, words.length);
        return HotReplay.enter(words, hashes, told, order, replacedBy, entering);
    }

    /** A key that is not there yet. There must be room. */
    void insert(long word, int spread) {
        int index = start(spread);
        while (get(index) != EMPTY) {
            index = after(index);
        }
        hashes[index] = spread;
        set(index, word);
    }

    /** Empties a slot and moves back those behind it that would not be found any more. */
    void remove(int index) {
        int hole = index;
        int next = after(hole);
        while (get(next) != EMPTY) {
            int distance = distance(start(hashes[next]), next);
            if (distance >= distance(hole, next)) {
                hashes[hole] = hashes[next];
                set(hole, get(next));
                hole = next;
            }
            next = after(next);
        }
        set(hole, EMPTY);
    }

    private int distance(int from, int to) {
        return to >= from ? to - from : to - from + words.length;
    }

    void copyTo(SlotTable larger) {
        for (int i = 0; i < words.length; i++) {
            if (words[i] != EMPTY) {
                larger.insert(words[i], hashes[i]);
            }
        }
    }
}
