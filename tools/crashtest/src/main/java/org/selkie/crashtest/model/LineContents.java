// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.model;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.selkie.crashtest.trace.Event;

/**
 * The contents that a line may have after a crash: every prefix of its ordinary stores, within the last of them any words
 * when it was not one atomic store, and of its non-temporal stores any, in their order on each word.
 */
final class LineContents implements Unit.Losses {

    /** More are sampled: a line that was overwritten non-temporally many times without a fence. */
    static final int MOST = 4096;

    private final int line;
    private final long[] base;
    private final List<Atom> atoms;
    /** For each atom its group: ordinary stores are numbered in order, a non-temporal one is {@link #FREE}. */
    private final int[] groups;
    private final int[] groupSizes;
    private final int[] free;
    private final Map<Long, Integer> known = new HashMap<>();
    private long[] contents = new long[FlatMemory.LINE_WORDS * 4];
    private final List<Choice> choices = new ArrayList<>();
    private int latest;

    private static final int FREE = -1;

    /** The groups before the cut, the atoms of {@code subset} of the group at it, and of the free atoms {@code chosen}. */
    private record Choice(int cut, int subset, long chosen) {
    }

    private LineContents(int line, long[] base, List<Atom> atoms) {
        this.line = line;
        this.base = base.clone();
        this.atoms = List.copyOf(atoms);
        groups = new int[atoms.size()];
        List<Integer> sizes = new ArrayList<>();
        int store = -1;
        for (int i = 0; i < groups.length; i++) {
            Atom atom = atoms.get(i);
            if (atom.nonTemporal()) {
                groups[i] = FREE;
                continue;
            }
            if (atom.store.number() != store) {
                store = atom.store.number();
                sizes.add(0);
            }
            groups[i] = sizes.size() - 1;
            sizes.set(sizes.size() - 1, sizes.getLast() + 1);
        }
        groupSizes = sizes.stream().mapToInt(Integer::intValue).toArray();
        free = IntStream.range(0, groups.length).filter(i -> groups[i] == FREE).toArray();
    }

    /** The contents over {@code base}, which has nothing of the atoms. */
    static Unit of(int line, long[] base, List<Atom> atoms) {
        LineContents all = new LineContents(line, base, atoms);
        BigInteger ordinary = BigInteger.ONE;
        for (int size : all.groupSizes) {
            ordinary = ordinary.add(BigInteger.valueOf((1L << size) - 1));
        }
        BigInteger choices = ordinary.multiply(BigInteger.TWO.pow(all.free.length));
        boolean listed = choices.compareTo(BigInteger.valueOf(MOST)) <= 0;
        if (listed) {
            all.listEvery();
        } else {
            all.sample();
        }
        int count = all.choices.size();
        return new Unit(new int[] {line}, Arrays.copyOf(all.contents, count * FlatMemory.LINE_WORDS), all.latest,
                listed ? BigInteger.valueOf(count) : choices, all);
    }

    private void listEvery() {
        long last = (1L << free.length) - 1;
        for (long chosen = 0; chosen <= last; chosen++) {
            if (!inOrderOnEachWord(chosen)) {
                continue;
            }
            add(new Choice(0, 0, chosen));
            for (int cut = 0; cut < groupSizes.length; cut++) {
                for (int subset = 1; subset < 1 << groupSizes[cut]; subset++) {
                    add(new Choice(cut, subset, chosen));
                }
            }
        }
        latest = add(new Choice(groupSizes.length, 0, last));
    }

    /** A later store does not overtake an earlier one on its way to the same word. */
    private boolean inOrderOnEachWord(long chosen) {
        int wordsWithout = 0;
        for (int i = 0; i < free.length; i++) {
            int word = 1 << atoms.get(free[i]).word;
            if ((chosen & 1L << i) == 0) {
                wordsWithout |= word;
            } else if ((wordsWithout & word) != 0) {
                return false;
            }
        }
        return true;
    }

    private void sample() {
        SplittableRandom random = new SplittableRandom(line * 31L + groups.length);
        add(new Choice(0, 0, 0));
        int step = Math.max(1, groupSizes.length / (MOST / 4));
        for (int cut = 0; cut < groupSizes.length; cut += step) {
            add(new Choice(cut, 0, 0));
            add(new Choice(cut, 0, -1));
        }
        for (int i = 0; i < MOST / 2; i++) {
            int cut = random.nextInt(groupSizes.length + 1);
            int subset = cut < groupSizes.length ? random.nextInt(1 << groupSizes[cut]) : 0;
            long chosen = free.length == 0 ? 0 : random.nextLong();
            add(new Choice(cut, subset, free.length <= Long.SIZE && !inOrderOnEachWord(chosen) ? 0 : chosen));
        }
        latest = add(new Choice(groupSizes.length, 0, -1));
    }

    private boolean applies(Choice choice, int atom, int inGroup, int inFree) {
        if (groups[atom] == FREE) {
            return (choice.chosen >>> Math.min(inFree, Long.SIZE - 1) & 1) != 0;
        }
        return groups[atom] < choice.cut || (groups[atom] == choice.cut && (choice.subset >>> inGroup & 1) != 0);
    }

    /** Told whether a choice has an atom. */
    @FunctionalInterface
    private interface Visitor {
        void atom(Atom atom, boolean applied);
    }

    private void visit(Choice choice, Visitor visitor) {
        int inGroup = 0;
        int inFree = 0;
        for (int i = 0; i < groups.length; i++) {
            visitor.atom(atoms.get(i), applies(choice, i, inGroup, inFree));
            inGroup += groups[i] == choice.cut ? 1 : 0;
            inFree += groups[i] == FREE ? 1 : 0;
        }
    }

    private int add(Choice choice) {
        long[] words = base.clone();
        visit(choice, (atom, applied) -> {
            if (applied) {
                words[atom.word] = atom.over(words[atom.word]);
            }
        });
        long hash = LineHash.of(line, words, 0);
        Integer same = known.get(hash);
        if (same != null) {
            return same;
        }
        int content = choices.size();
        known.put(hash, content);
        choices.add(choice);
        if (choices.size() * FlatMemory.LINE_WORDS > contents.length) {
            contents = Arrays.copyOf(contents, contents.length * 2);
        }
        System.arraycopy(words, 0, contents, content * FlatMemory.LINE_WORDS, FlatMemory.LINE_WORDS);
        return content;
    }

    @Override
    public List<Event.Store> pending() {
        return atoms.stream().map(atom -> atom.store).distinct().toList();
    }

    @Override
    public List<Event.Store> lost(int content) {
        List<Event.Store> lost = new ArrayList<>();
        visit(choices.get(content), (atom, applied) -> {
            if (!applied) {
                lost.add(atom.store);
            }
        });
        return lost.stream().distinct().toList();
    }
}
