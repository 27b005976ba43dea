// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.kv;

import java.io.IOException;

/**
 * A key-value store that is open, its pages touched. Keys are numbers, of 16 bytes where they are bytes: the number big-endian,
 * so that their order is that of the numbers. Several threads call it at the same time.
 */
public interface KvContender extends AutoCloseable {

    /** The length of a key. */
    int KEY_BYTES = 16;

    /** Puts a value, durably as far as this contender makes it. The array is the caller's again when it returns. */
    void put(long key, byte[] value) throws Exception;

    /**
     * Copies a value.
     *
     * @param into at least as long
     * @return its length, or -1 where the key is not there
     */
    int get(long key, byte[] into) throws Exception;

    /** Removes a key, as durably as {@link #put}. */
    void delete(long key) throws Exception;

    /**
     * Reads values in the order of their keys, each to the beginning of the array.
     *
     * @return how many there were, at most {@code count}; -1 where the store has no order
     */
    int scan(long from, int count, byte[] into) throws Exception;

    /**
     * Copies values of several keys with one call.
     *
     * @return false where the store has no such call
     */
    default boolean multiGet(long[] keys, byte[][] into, int[] lengths) throws Exception {
        return false;
    }

    /** Whether it has what a kind of {@link Trace} asks for. */
    default boolean can(int kind) {
        return true;
    }

    /** Whether it has what a work asks for. */
    default boolean can(KvWork work) {
        for (int kind = Trace.READ; kind <= Trace.SCAN; kind++) {
            if (work.percent(kind) > 0 && !can(kind)) {
                return false;
            }
        }
        return work != KvWork.MULTI_READ_RANDOM || canMultiGet();
    }

    /** Whether several keys can be read with one call. */
    default boolean canMultiGet() {
        return false;
    }

    /** Carries out a part of a trace. Every value that is read must be its key's. */
    default void run(Trace trace, int from, int to, Values values) throws Exception {
        for (int i = from; i < to; i++) {
            long operation = trace.at(i);
            long key = Trace.key(operation);
            switch (Trace.kind(operation)) {
                case Trace.READ -> values.require(get(key, values.read()), values.read(), key);
                case Trace.UPDATE, Trace.INSERT -> put(key, values.of(key));
                case Trace.READ_MODIFY_WRITE -> {
                    values.require(get(key, values.read()), values.read(), key);
                    put(key, values.of(key));
                }
                case Trace.DELETE -> delete(key);
                default -> values.requireScan(scan(key, Trace.scanLength(operation), values.read()), key);
            }
        }
    }

    /** Carries out a trace of reads in groups of {@link KvWork#GROUP}. */
    default void runGroups(Trace trace, int from, int to, Values values) throws Exception {
        long[] keys = values.groupKeys();
        for (int i = from; i + keys.length <= to; i += keys.length) {
            for (int j = 0; j < keys.length; j++) {
                keys[j] = Trace.key(trace.at(i + j));
            }
            multiGet(keys, values.group(), values.groupLengths());
            for (int j = 0; j < keys.length; j++) {
                values.require(values.groupLengths()[j], values.group()[j], keys[j]);
            }
        }
    }

    /**
     * As {@link #run} of a whole trace, with the time of each operation, which is a group where the work has them.
     *
     * @param nanos gets them, the reading of the clock included
     */
    default void time(KvWork work, Trace trace, Values values, long[] nanos) throws Exception {
        int group = work.group();
        long before = System.nanoTime();
        for (int i = 0; i < nanos.length; i++) {
            if (group > 1) {
                runGroups(trace, i * group, (i + 1) * group, values);
            } else {
                run(trace, i, i + 1, values);
            }
            long now = System.nanoTime();
            nanos[i] = now - before;
            before = now;
        }
    }

    /** Puts what a trace inserts, as fast as it can: how is not measured, and when it returns all is there. */
    default void load(Trace trace, Values values) throws Exception {
        run(trace, 0, trace.count(), values);
    }

    /** Whether it has to be cleared and filled anew before it can do more. */
    default boolean isFull() {
        return false;
    }

    /** Forgets everything; only of one that can be full. */
    default void clear() {
        throw new UnsupportedOperationException("it is never full");
    }

    @Override
    void close() throws IOException;

    /** Writes a key's bytes to the beginning of an array. */
    static void encode(long key, byte[] to) {
        for (int i = 0; i < Long.BYTES; i++) {
            to[KEY_BYTES - 1 - i] = (byte) (key >>> (Byte.SIZE * i));
        }
    }
}
