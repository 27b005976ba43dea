// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

import java.util.List;
import java.util.TreeSet;
import org.selkie.crashtest.trace.PersistentRegion;

/**
 * The leaves of a B+-tree, a line each: six keys in any order, and one word that says which of them count and which leaf is
 * next, so that a split is one store.
 */
final class TreeLeaves extends Structure {

    private static final int KEYS = 6;
    private static final long[] INSERTED = {50, 10, 40, 20, 60, 30, 25, 55};

    TreeLeaves(Bug bug) {
        super(bug);
    }

    @Override
    int operations() {
        return INSERTED.length;
    }

    @Override
    void format(PersistentRegion region) {
        // The first leaf is on line 1, empty; next is a line's number, 0 for none.
    }

    private static long word(long leaf, int key) {
        return LINE * leaf + 8 + 8L * key;
    }

    @Override
    void operate(PersistentRegion region, int number) {
        long key = INSERTED[number - 1];
        long leaf = 1;
        if (Long.bitCount(region.getLong(LINE * leaf) & 0xff) == KEYS) {
            split(region, leaf);
        }
        long next = region.getLong(LINE * leaf) >>> 8;
        if (next != 0 && key >= 40) {
            leaf = next;
        }
        long meta = region.getLong(LINE * leaf);
        int free = Long.numberOfTrailingZeros(~meta);
        region.putLong(word(leaf, free), key);
        region.putLong(LINE * leaf, meta | 1L << free);
        region.persist(LINE * leaf, LINE);
    }

    private void split(PersistentRegion region, long leaf) {
        long sibling = leaf + 1;
        long moved = 0;
        for (int i = 0; i < KEYS; i++) {
            long key = region.getLong(word(leaf, i));
            if (key >= 40) {
                moved |= 1L << i;
                region.putLong(word(sibling, i), key);
            }
        }
        region.putLong(LINE * sibling, moved);
        if (!has(Bug.SPLIT_BEFORE_SIBLING)) {
            region.persist(LINE * sibling, LINE);
        }
        if (has(Bug.SPLIT_IN_TWO_STEPS)) {
            region.putLong(LINE * leaf, region.getLong(LINE * leaf) & ~moved);
        }
        region.putLong(LINE * leaf, region.getLong(LINE * leaf) & ~moved | sibling << 8);
        region.persist(LINE * leaf, LINE);
        if (has(Bug.SPLIT_BEFORE_SIBLING)) {
            region.persist(LINE * sibling, LINE);
        }
    }

    @Override
    List<Long> recover(PersistentRegion region) {
        TreeSet<Long> keys = new TreeSet<>();
        for (long leaf = 1; leaf != 0; leaf = region.getLong(LINE * leaf) >>> 8) {
            for (int i = 0; i < KEYS; i++) {
                if ((region.getLong(LINE * leaf) & 1L << i) != 0) {
                    keys.add(region.getLong(word(leaf, i)));
                }
            }
        }
        return List.copyOf(keys);
    }
}
