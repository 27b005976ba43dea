// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

/**
 * A set of 64-bit hashes, for several threads. Two of n images share a hash with a probability of n squared / 2^65: for 10
 * million one in 300,000.
 */
final class HashSet64 {

    private static final int STRIPES = 64;

    private final Stripe[] stripes = new Stripe[STRIPES];

    HashSet64() {
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new Stripe();
        }
    }

    /** Whether it was not there. */
    boolean add(long hash) {
        Stripe stripe = stripes[(int) (hash >>> 58)];
        synchronized (stripe) {
            return stripe.add(hash);
        }
    }

    long size() {
        long size = 0;
        for (Stripe stripe : stripes) {
            synchronized (stripe) {
                size += stripe.size + (stripe.hasZero ? 1 : 0);
            }
        }
        return size;
    }

    /** Open addressing; 0 marks a free place. */
    private static final class Stripe {

        private long[] table = new long[64];
        private int size;
        private boolean hasZero;

        boolean add(long hash) {
            if (hash == 0) {
                boolean added = !hasZero;
                hasZero = true;
                return added;
            }
            if (size * 3L > table.length * 2L) {
                long[] old = table;
                table = new long[old.length * 2];
                for (long value : old) {
                    if (value != 0) {
                        table[place(value)] = value;
                    }
                }
            }
            int place = place(hash);
            if (table[place] == hash) {
                return false;
            }
            table[place] = hash;
            size++;
            return true;
        }

        /** Where a hash is, or goes. */
        private int place(long hash) {
            int place = (int) hash & table.length - 1;
            while (table[place] != 0 && table[place] != hash) {
                place = place + 1 & table.length - 1;
            }
            return place;
        }
    }
}
