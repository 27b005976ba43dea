// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.util.Arrays;
import java.util.Iterator;
import java.util.NavigableSet;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jspecify.annotations.Nullable;

/**
 * The keys of an ordered store, in the order of their unsigned bytes. Every key in the index is here, and a little longer: it is
 * put in before its record is in the index, and taken out after. So whoever asks the index about each key here misses none.
 */
final class OrderedKeys {

    private final ConcurrentSkipListSet<KeyBytes> keys = new ConcurrentSkipListSet<>();

    /** For the holder of the stripe's lock. */
    void add(byte[] key, int offset, int lengthBytes) {
        byte[] copy = new byte[lengthBytes];
        System.arraycopy(key, offset, copy, 0, lengthBytes);
        keys.add(new KeyBytes(copy));
    }

    /** For the holder of the stripe's lock. */
    void remove(byte[] key) {
        keys.remove(new KeyBytes(key));
    }

    /** From a bound to another one, in either direction; null for no bound. */
    Iterator<KeyBytes> range(byte @Nullable [] from, byte @Nullable [] to, boolean reverse) {
        NavigableSet<KeyBytes> part = keys;
        if (from != null && to != null) {
            KeyBytes low = new KeyBytes(from);
            KeyBytes high = new KeyBytes(to);
            part = low.compareTo(high) > 0 ? part.subSet(low, true, low, false) : part.subSet(low, true, high, false);
        } else if (from != null) {
            part = part.tailSet(new KeyBytes(from), true);
        } else if (to != null) {
            part = part.headSet(new KeyBytes(to), false);
        }
        return reverse ? part.descendingIterator() : part.iterator();
    }

    /** From a key downwards, the key included. */
    Iterator<KeyBytes> downFrom(byte[] key) {
        return keys.headSet(new KeyBytes(key), true).descendingIterator();
    }

    /** The first key that has not this prefix any more; null if there can be none. */
    static byte @Nullable [] endOf(byte[] prefix) {
        for (int i = prefix.length - 1; i >= 0; i--) {
            if (prefix[i] != (byte) 0xff) {
                byte[] end = Arrays.copyOf(prefix, i + 1);
                end[i]++;
                return end;
            }
        }
        return null;
    }
}
