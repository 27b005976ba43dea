// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.model;

import java.util.ArrayList;
import java.util.List;
import org.selkie.crashtest.trace.Event;
import org.selkie.crashtest.trace.StoreKind;

/** The part of a store that lies in one aligned word of eight bytes: it persists as a whole or not at all. */
final class Atom {

    final Event.Store store;
    final int line;
    final int word;
    final long value;
    /** Ones where the store has bytes that no certainly persisted later store has overwritten. */
    long mask;

    private Atom(Event.Store store, int line, int word, long value, long mask) {
        this.store = store;
        this.line = line;
        this.word = word;
        this.value = value;
        this.mask = mask;
    }

    boolean nonTemporal() {
        return store.kind() == StoreKind.NON_TEMPORAL;
    }

    long over(long before) {
        return (before & ~mask) | (value & mask);
    }

    /** A store's words, in the order of their addresses. */
    static List<Atom> of(Event.Store store) {
        byte[] bytes = store.bytes();
        long first = store.region().startBytes() + store.offsetBytes();
        List<Atom> atoms = new ArrayList<>((bytes.length + 14) / Long.BYTES);
        int at = 0;
        while (at < bytes.length) {
            long flat = first + at;
            int shift = (int) (flat % Long.BYTES);
            int length = Math.min(Long.BYTES - shift, bytes.length - at);
            long value = 0;
            long mask = 0;
            for (int i = 0; i < length; i++) {
                value |= (bytes[at + i] & 0xffL) << (8 * (shift + i));
                mask |= 0xffL << (8 * (shift + i));
            }
            atoms.add(new Atom(store, (int) (flat / FlatMemory.LINE_BYTES), (int) (flat % FlatMemory.LINE_BYTES / Long.BYTES),
                    value, mask));
            at += length;
        }
        return atoms;
    }
}
