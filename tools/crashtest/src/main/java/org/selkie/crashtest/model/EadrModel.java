// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.model;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.selkie.crashtest.trace.Event;
import org.selkie.crashtest.trace.Trace;

/**
 * Caches that are flushed when the power fails (eADR, CXL Global Persistent Flush, batteries): what has become visible
 * survives, and stores become visible in one order.
 *
 * <ul>
 * <li>A crash leaves a prefix of all ordinary stores. It has at least what was fenced: until then a store may wait in the
 * store buffer of its core, which is lost. That buffer is finite, so of all but the last {@value #STORE_BUFFER} it has all.
 * <li>Within a copy, whose order is not promised, any words may have become visible.
 * <li>Non-temporal stores wait in write-combining buffers: any may be missing until a fence of the same thread.
 * <li>Flushes do nothing.
 * </ul>
 *
 * <p>Source: Intel, "eADR: New Opportunities for Persistent Memory Applications" (fences stay, flushes can go); Intel 64 and
 * IA-32 Architectures Software Developer's Manual, volume 3, 9.2.2 (stores of one processor are seen in order, those of two
 * in one order by all others).
 */
final class EadrModel implements PersistenceModel {

    /** More than any core's store buffer has entries: 112 in Intel's Golden Cove, 64 in AMD's Zen 4. */
    static final int STORE_BUFFER = 128;

    @Override
    public String name() {
        return "eadr";
    }

    @Override
    public boolean needsFlush() {
        return false;
    }

    @Override
    public boolean needsFence() {
        return true;
    }

    @Override
    public CrashStates start(Trace trace, FlatMemory persisted) {
        return new Prefixes(persisted);
    }

    private static final class Prefixes implements CrashStates {

        private final FlatMemory persisted;
        /** Stores of which something may be missing, in order; the words of each. */
        private final List<List<Atom>> pending = new ArrayList<>();

        Prefixes(FlatMemory persisted) {
            this.persisted = persisted;
        }

        @Override
        public void apply(Event event) {
            if (event instanceof Event.Store store) {
                pending.add(Atom.of(store));
                if (pending.size() > STORE_BUFFER) {
                    certain(pending.removeFirst());
                }
            } else if (event instanceof Event.Fence fence) {
                fence(fence.thread());
            } else if (event instanceof Event.Detach detach) {
                pending.removeIf(atoms -> atoms.getFirst().store.region().equals(detach.region()));
            }
        }

        /** The thread's stores are certain, and every ordinary one before them, because stores become visible in order. */
        private void fence(int thread) {
            int last = pending.size() - 1;
            while (last >= 0 && (pending.get(last).getFirst().store.thread() != thread || isFree(pending.get(last)))) {
                last--;
            }
            List<List<Atom>> left = new ArrayList<>();
            for (int i = 0; i < pending.size(); i++) {
                List<Atom> atoms = pending.get(i);
                if (isFree(atoms) ? atoms.getFirst().store.thread() == thread : i <= last) {
                    certain(atoms);
                    hide(atoms, i);
                } else {
                    left.add(atoms);
                }
            }
            pending.clear();
            left.forEach(atoms -> {
                List<Atom> seen = atoms.stream().filter(atom -> atom.mask != 0).toList();
                if (!seen.isEmpty()) {
                    pending.add(seen);
                }
            });
        }

        private static boolean isFree(List<Atom> atoms) {
            return atoms.getFirst().nonTemporal();
        }

        /** What is older on the bytes of certain stores can no longer be seen. */
        private void hide(List<Atom> certain, int before) {
            for (int i = 0; i < before; i++) {
                for (Atom older : pending.get(i)) {
                    for (Atom atom : certain) {
                        if (older.line == atom.line && older.word == atom.word) {
                            older.mask &= ~atom.mask;
                        }
                    }
                }
            }
        }

        private void certain(List<Atom> atoms) {
            long[] words = new long[FlatMemory.LINE_WORDS];
            for (Atom atom : atoms) {
                persisted.read(atom.line, words, 0);
                words[atom.word] = atom.over(words[atom.word]);
                persisted.write(atom.line, words, 0);
            }
        }

        @Override
        public boolean isOrderingPoint(@Nullable Event next) {
            return switch (next) {
                case null -> true;
                case Event.Store _ -> pending.size() == STORE_BUFFER;
                case Event.Flush _ -> false;
                case Event.Fence fence -> pending.stream().anyMatch(atoms -> atoms.getFirst().store.thread() == fence.thread());
                case Event.Begin _, Event.Acknowledge _, Event.Attach _, Event.Detach _ -> true;
            };
        }

        @Override
        public List<CrashCase> cases() {
            if (pending.isEmpty()) {
                return List.of(new CrashCase(List.of()));
            }
            if (pending.stream().allMatch(atoms -> atoms.size() == 1 && !isFree(atoms))) {
                return List.of(new CrashCase(prefixes()));
            }
            List<CrashCase> cases = new ArrayList<>();
            for (int cut = 0; cut <= pending.size(); cut++) {
                if (cut == pending.size() || !isFree(pending.get(cut))) {
                    cases.add(cut(cut));
                }
            }
            return cases;
        }

        /** All prefixes of stores that are atomic, as the contents of one unit. */
        private List<Unit> prefixes() {
            int[] lines = new TreeSet<>(pending.stream().map(atoms -> atoms.getFirst().line).toList()).stream()
                    .mapToInt(Integer::intValue).toArray();
            int unitWords = lines.length * FlatMemory.LINE_WORDS;
            long[] contents = new long[unitWords * (pending.size() + 1)];
            for (int i = 0; i < lines.length; i++) {
                persisted.read(lines[i], contents, i * FlatMemory.LINE_WORDS);
            }
            List<Event.Store> stores = new ArrayList<>();
            List<Integer> counts = new ArrayList<>(List.of(0));
            int content = 0;
            for (List<Atom> atoms : pending) {
                Atom atom = atoms.getFirst();
                stores.add(atom.store);
                System.arraycopy(contents, content * unitWords, contents, (content + 1) * unitWords, unitWords);
                int at = (content + 1) * unitWords + Arrays.binarySearch(lines, atom.line) * FlatMemory.LINE_WORDS + atom.word;
                long before = contents[at];
                contents[at] = atom.over(before);
                if (contents[at] != before) {
                    content++;
                    counts.add(stores.size());
                } else {
                    counts.set(content, stores.size());
                }
            }
            return List.of(new Unit(lines, Arrays.copyOf(contents, (content + 1) * unitWords), content,
                    BigInteger.valueOf(content + 1), new Prefix(List.copyOf(stores), List.copyOf(counts))));
        }

        /** The ordinary stores before the cut, any words of the one at it, and any non-temporal ones. */
        private CrashCase cut(int cut) {
            TreeMap<Integer, List<Atom>> open = new TreeMap<>();
            TreeMap<Integer, long[]> lines = new TreeMap<>();
            for (int i = 0; i < pending.size(); i++) {
                for (Atom atom : pending.get(i)) {
                    long[] words = lines.computeIfAbsent(atom.line, line -> {
                        long[] read = new long[FlatMemory.LINE_WORDS];
                        persisted.read(line, read, 0);
                        return read;
                    });
                    List<Atom> before = open.computeIfAbsent(atom.line, line -> new ArrayList<>());
                    if (isFree(pending.get(i)) || i == cut) {
                        before.add(atom);
                    } else if (i < cut) {
                        words[atom.word] = atom.over(words[atom.word]);
                        // Its own line's order: an older non-temporal store cannot come out over it.
                        before.removeIf(older -> older.word == atom.word && (older.mask & ~atom.mask) == 0);
                    }
                }
            }
            List<Unit> units = new ArrayList<>();
            lines.forEach((line, words) -> {
                List<Atom> atoms = open.get(line);
                units.add(atoms == null || atoms.isEmpty() ? Unit.certain(line, words) : LineContents.of(line, words, atoms));
            });
            return new CrashCase(units);
        }
    }

    /**
     * Which stores a prefix lacks.
     *
     * @param counts for each content how many stores it has
     */
    private record Prefix(List<Event.Store> pending, List<Integer> counts) implements Unit.Losses {

        @Override
        public List<Event.Store> lost(int content) {
            return pending.subList(counts.get(content), pending.size());
        }
    }
}
