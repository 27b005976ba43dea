// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;
import org.selkie.log.StoreLog;

/**
 * The keys of an ordered store, in the order of their unsigned bytes. Every key in the index is here, and a little longer: it is
 * put in before its record is in the index, and taken out after. So whoever asks the index about each key here misses none.
 */
final class OrderedKeys {

    private ConcurrentSkipListMap<KeyBytes, Boolean> keys = new ConcurrentSkipListMap<>();

    /** For the holder of the stripe's lock. */
    void add(byte[] key, int offset, int lengthBytes) {
        byte[] copy = new byte[lengthBytes];
        System.arraycopy(key, offset, copy, 0, lengthBytes);
        keys.put(new KeyBytes(copy), true);
    }

    /** For the holder of the stripe's lock. */
    void remove(byte[] key, int offset, int lengthBytes) {
        keys.remove(new KeyBytes(Arrays.copyOfRange(key, offset, offset + lengthBytes)));
    }

    /** Forgets everything: nobody has seen it yet. */
    void clear() {
        keys = new ConcurrentSkipListMap<>();
    }

    /**
     * Takes in the keys of all records that an index names: several threads read them, and the list is put together from what is
     * in order already. Returns false if one cannot be read, or has not the hash by which the index names it. Nobody has seen it
     * yet.
     */
    boolean take(StoreLog log, Index index, OpeningCrew crew) {
        KeyBytes[][] found = new KeyBytes[index.stripes()][];
        List<Callable<Boolean>> work = new ArrayList<>();
        for (int i = 0; i < found.length; i++) {
            int number = i;
            work.add(() -> {
                found[number] = keysOf(log, index, number);
                return found[number] != null;
            });
        }
        if (!crew.all(work)) {
            return false;
        }
        KeyBytes[] all = Arrays.stream(found).flatMap(Arrays::stream).toArray(KeyBytes[]::new);
        Arrays.parallelSort(all);
        for (int i = 1; i < all.length; i++) {
            if (all[i - 1].compareTo(all[i]) == 0) {
                return false;
            }
        }
        keys = new ConcurrentSkipListMap<>(new SortedKeys(all));
        return true;
    }

    private static KeyBytes @Nullable [] keysOf(StoreLog log, Index index, int number) {
        FoundRecord record = new FoundRecord();
        Stripe stripe = index.stripeAt(number);
        long[] words = stripe.words();
        KeyBytes[] keys = new KeyBytes[words.length];
        for (int i = 0; i < words.length; i++) {
            if (!record.read(log, SlotTable.position(words[i]))) {
                return null;
            }
            byte[] key = record.key();
            long hash = index.hash(key, 0, key.length);
            if (Index.stripeNumber(hash) != number || stripe.indexOf(hash, SlotTable.position(words[i])) < 0) {
                return null;
            }
            keys[i] = new KeyBytes(key);
        }
        return keys;
    }

    /** From a bound to another one, in either direction; null for no bound. */
    Iterator<KeyBytes> range(byte @Nullable [] from, byte @Nullable [] to, boolean reverse) {
        NavigableSet<KeyBytes> part = keys.keySet();
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
        return keys.keySet().headSet(new KeyBytes(key), true).descendingIterator();
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
