// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.selkie.crashtest.trace.Event;

/**
 * The contents of a line whose pending stores are all atomic and ordinary: one for each prefix. Another store adds one, at
 * no cost for those before it, because a line that nobody flushes can gather thousands.
 */
final class LinePrefixes {

    private final int line;
    private final List<Atom> atoms = new ArrayList<>();
    private final Map<Long, Integer> known = new HashMap<>();
    private final long[] now;
    private long[] words = new long[FlatMemory.LINE_WORDS * 4];
    private long[] hashes = new long[4];
    /** For each content how many stores it has, at most. */
    private int[] counts = new int[4];
    private int contents;
    private int latest;

    LinePrefixes(int line, long[] base) {
        this.line = line;
        now = base.clone();
        append();
    }

    /** Whether it could be added: not what is not atomic, or not ordinary. */
    boolean add(Atom atom) {
        if (atom.nonTemporal() || (!atoms.isEmpty() && atoms.getLast().store.number() == atom.store.number())) {
            return false;
        }
        atoms.add(atom);
        now[atom.word] = atom.over(now[atom.word]);
        append();
        return true;
    }

    private void append() {
        long hash = LineHash.of(line, now, 0);
        Integer same = known.get(hash);
        if (same != null) {
            latest = same;
        } else {
            if (contents == hashes.length) {
                hashes = Arrays.copyOf(hashes, contents * 2);
                counts = Arrays.copyOf(counts, contents * 2);
                words = Arrays.copyOf(words, words.length * 2);
            }
            System.arraycopy(now, 0, words, contents * FlatMemory.LINE_WORDS, FlatMemory.LINE_WORDS);
            hashes[contents] = hash;
            known.put(hash, contents);
            latest = contents++;
        }
        counts[latest] = atoms.size();
    }

    /** The contents by now. */
    Unit unit() {
        int size = atoms.size();
        return new Unit(line, words, hashes, contents, latest, new Unit.Losses() {
            @Override
            public List<Event.Store> pending() {
                return atoms.subList(0, size).stream().map(atom -> atom.store).toList();
            }

            @Override
            public List<Event.Store> lost(int content) {
                return atoms.subList(Math.min(counts[content], size), size).stream().map(atom -> atom.store).toList();
            }
        });
    }
}
