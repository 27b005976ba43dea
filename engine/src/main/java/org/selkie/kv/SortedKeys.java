// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** Keys in an array, in order, as a map: what a skip list can be made of without looking for a place for each. */
// What the constructor of a skip list takes.
@SuppressWarnings("JdkObsolete")
final class SortedKeys extends AbstractMap<KeyBytes, Boolean> implements SortedMap<KeyBytes, Boolean> {

    private final KeyBytes[] keys;

    SortedKeys(KeyBytes[] keys) {
        this.keys = keys;
    }

    @Override
    public Set<Map.Entry<KeyBytes, Boolean>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public Iterator<Map.Entry<KeyBytes, Boolean>> iterator() {
                return Arrays.stream(keys).map(key -> Map.entry(key, true)).iterator();
            }

            @Override
            public int size() {
                return keys.length;
            }
        };
    }

    /** The natural order. */
    @Override
    public @Nullable Comparator<? super KeyBytes> comparator() {
        return null;
    }

    @Override
    public SortedMap<KeyBytes, Boolean> subMap(KeyBytes from, KeyBytes to) {
        return new SortedKeys(Arrays.copyOfRange(keys, placeOf(from), placeOf(to)));
    }

    @Override
    public SortedMap<KeyBytes, Boolean> headMap(KeyBytes to) {
        return new SortedKeys(Arrays.copyOf(keys, placeOf(to)));
    }

    @Override
    public SortedMap<KeyBytes, Boolean> tailMap(KeyBytes from) {
        return new SortedKeys(Arrays.copyOfRange(keys, placeOf(from), keys.length));
    }

    private int placeOf(KeyBytes key) {
        int found = Arrays.binarySearch(keys, key);
        return found < 0 ? -found - 1 : found;
    }

    @Override
    public KeyBytes firstKey() {
        return keys[0];
    }

    @Override
    public KeyBytes lastKey() {
        return keys[keys.length - 1];
    }
}
