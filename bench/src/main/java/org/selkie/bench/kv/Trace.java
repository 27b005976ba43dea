// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.kv;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

/**
 * Operations on a store, drawn before they are timed, so that drawing them takes no part in what is measured. A word each, in
 * native memory, as kv.c carries out the same words: the kind in the highest 4 bits, the length of a scan in 12, the key in 48.
 */
public final class Trace {

    /** Reads a value. */
    public static final int READ = 0;
    /** Puts a value of a key that has one. */
    public static final int UPDATE = 1;
    /** Puts a value of a new key. */
    public static final int INSERT = 2;
    /** Reads a value and puts another. */
    public static final int READ_MODIFY_WRITE = 3;
    /** Deletes a key. */
    public static final int DELETE = 4;
    /** Reads values in the order of their keys. */
    public static final int SCAN = 5;

    /** Keys are below this. */
    public static final long KEYS = 1L << 48;

    private static final int KIND_SHIFT = 60;
    private static final int LENGTH_SHIFT = 48;
    private static final int LENGTH_MASK = 0xfff;

    private MemorySegment operations = Arena.ofAuto().allocate(JAVA_LONG, 1024);
    private int count;

    /** Empties it, and makes room for so many. */
    public void clear(int capacity) {
        count = 0;
        if (operations.byteSize() / Long.BYTES < capacity) {
            operations = Arena.ofAuto().allocate(JAVA_LONG, capacity);
        }
    }

    /** Adds one. */
    public void add(int kind, int scanLength, long key) {
        operations.setAtIndex(JAVA_LONG, count++, ((long) kind << KIND_SHIFT) | ((long) scanLength << LENGTH_SHIFT) | key);
    }

    /** How many there are. */
    public int count() {
        return count;
    }

    /** One of them, for {@link #kind}, {@link #scanLength} and {@link #key}. */
    public long at(int index) {
        return operations.getAtIndex(JAVA_LONG, index);
    }

    /** What is done. */
    public static int kind(long operation) {
        return (int) (operation >>> KIND_SHIFT);
    }

    /** How many entries a scan is to read. */
    public static int scanLength(long operation) {
        return ((int) (operation >>> LENGTH_SHIFT)) & LENGTH_MASK;
    }

    /** To which key. */
    public static long key(long operation) {
        return operation & (KEYS - 1);
    }

    MemorySegment from(int index) {
        return operations.asSlice((long) index * Long.BYTES);
    }
}
