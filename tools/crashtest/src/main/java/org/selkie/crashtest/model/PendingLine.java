// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.model;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A cache line with stores that are not certainly persisted. */
final class PendingLine {

    final int line;
    private final FlatMemory persisted;
    /** In the order of the events. */
    private final List<Atom> atoms = new ArrayList<>();
    private final long[] words = new long[FlatMemory.LINE_WORDS];
    private @Nullable Unit unit;

    PendingLine(int line, FlatMemory persisted) {
        this.line = line;
        this.persisted = persisted;
        persisted.read(line, words, 0);
    }

    void add(Atom atom) {
        atoms.add(atom);
        unit = null;
    }

    boolean isClean() {
        return atoms.isEmpty();
    }

    /** The number of the last event that stored here through the caches, -1 for none. */
    int lastOrdinaryStore() {
        for (int i = atoms.size() - 1; i >= 0; i--) {
            if (!atoms.get(i).nonTemporal()) {
                return atoms.get(i).store.number();
            }
        }
        return -1;
    }

    /** Some of what was pending is persisted for certain now. */
    void certain(Predicate<Atom> which) {
        boolean changed = false;
        for (int i = 0; i < atoms.size(); i++) {
            Atom atom = atoms.get(i);
            if (which.test(atom)) {
                words[atom.word] = atom.over(words[atom.word]);
                // What is older on these bytes can no longer be seen, whenever it gets to the medium.
                for (int older = 0; older < i; older++) {
                    if (atoms.get(older).word == atom.word) {
                        atoms.get(older).mask &= ~atom.mask;
                    }
                }
                atom.mask = 0;
                changed = true;
            }
        }
        if (changed) {
            atoms.removeIf(atom -> atom.mask == 0);
            persisted.write(line, words, 0);
            unit = null;
        }
    }

    /** The contents that the line may have, or null when there is only one. */
    @Nullable Unit unit() {
        Unit known = unit;
        if (known == null) {
            known = LineContents.of(line, words, atoms);
            unit = known;
        }
        return known.contents() > 1 ? known : null;
    }
}
