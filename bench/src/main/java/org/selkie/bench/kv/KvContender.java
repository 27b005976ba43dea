// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.kv;

import java.io.IOException;

/**
 * A key-value store that is open, its pages touched. Keys are numbers, of 16 bytes where they are bytes: the number big-endian,
 * so
 * that their order is that of the numbers. Several threads call it at the same time.
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
     * Reads values in the order of their keys.
     *
     * @return how many there were, at most {@code count}; -1 where the store has no order
     */
    int scan(long from, int count, byte[] into) throws Exception;

    /** So many gets of keys drawn, each of which must be there. */
    default void gets(Draw draw, int count, byte[] into) throws Exception {
        for (int i = 0; i < count; i++) {
            if (get(draw.next(), into) < 0) {
                throw new IllegalStateException("a key that was put is not there");
            }
        }
    }

    /** As {@link #gets} in groups of as many as {@code into} has arrays. Returns false where the store has no such call. */
    default boolean multiGets(Draw draw, int count, byte[][] into) throws Exception {
        return false;
    }

    /** So many puts of keys drawn. */
    default void puts(Draw draw, int count, byte[] value) throws Exception {
        for (int i = 0; i < count; i++) {
            put(draw.next(), value);
        }
    }

    /** Puts the keys from one number to below another, in order. */
    default void fill(long from, long to, byte[] value) throws Exception {
        for (long key = from; key < to; key++) {
            put(key, value);
        }
    }

    /** Between rounds, when nobody calls. Not timed. */
    default void tidy() throws Exception {
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
