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

/**
 * The contents that a line may have after a crash: every prefix of its ordinary stores, within the last of them any words
 * when it was not one atomic store, and of its non-temporal stores any, in their order on each word.
 */
final class LineContents {

    /** More are sampled: a line that was overwritten non-temporally many times without a fence. */
    static final int MOST = 4096;

    private final List<Atom> atoms;
    private final long[] base;
    /** For each atom its group: ordinary stores are numbered in order, a non-temporal one is -1. */
    private final int[] groups;
    private final int[] groupSizes;
    private final int[] nonTemporal;
    private final Map<Long, Integer> known = new HashMap<>();
    private long[] contents = new long[FlatMemory.LINE_WORDS * 4];
    private int latest;
    private final int line;

    private LineContents(int line, long[] base, List<Atom> atoms) {
        this.line = line;
        this.base = base;
        this.atoms = atoms;
        groups = new int[atoms.size()];
        List<Integer> sizes = new ArrayList<>();
        int store = -1;
        for (int i = 0; i < groups.length; i++) {
            Atom atom = atoms.get(i);
            if (atom.nonTemporal()) {
                groups[i] = -1;
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
        nonTemporal = IntStream.range(0, groups.length).filter(i -> groups[i] < 0).toArray();
    }

    static Unit of(int line, long[] base, List<Atom> atoms) {
        LineContents all = new LineContents(line, base, atoms);
        BigInteger ordinary = BigInteger.ONE;
        for (int size : all.groupSizes) {
            ordinary = ordinary.add(BigInteger.valueOf((1L << size) - 1));
        }
        BigInteger choices = ordinary.multiply(BigInteger.TWO.pow(all.nonTemporal.length));
        boolean listed = choices.compareTo(BigInteger.valueOf(MOST)) <= 0;
        if (listed) {
            all.listEvery();
        } else {
            all.sample();
        }
        int count = all.known.size();
        return new Unit(new int[] {line}, Arrays.copyOf(all.contents, count * FlatMemory.LINE_WORDS), all.latest,
                listed ? BigInteger.valueOf(count) : choices, PendingLine.stores(atoms));
    }

    private void listEvery() {
        long last = (1L << nonTemporal.length) - 1;
        for (long chosen = 0; chosen <= last; chosen++) {
            if (!inOrderOnEachWord(chosen)) {
                continue;
            }
            add(0, 0, chosen);
            for (int cut = 0; cut < groupSizes.length; cut++) {
                for (int subset = 1; subset < 1 << groupSizes[cut]; subset++) {
                    add(cut, subset, chosen);
                }
            }
        }
        latest = add(groupSizes.length, 0, last);
    }

    /** A later store does not overtake an earlier one on its way to the same word. */
    private boolean inOrderOnEachWord(long chosen) {
        int wordsWithout = 0;
        for (int i = 0; i < nonTemporal.length; i++) {
            int word = 1 << atoms.get(nonTemporal[i]).word;
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
        add(0, 0, 0);
        for (int cut = 1; cut <= groupSizes.length && cut < MOST / 2; cut++) {
            add(cut, 0, 0);
            add(cut, 0, -1);
        }
        for (int i = 0; i < MOST / 2; i++) {
            int cut = random.nextInt(groupSizes.length + 1);
            int subset = cut < groupSizes.length ? random.nextInt(1 << groupSizes[cut]) : 0;
            add(cut, subset, random.nextLong());
        }
        latest = add(groupSizes.length, 0, -1);
    }

    /** With the groups before the cut, some atoms of the group at it, and some non-temporal ones. */
    private int add(int cut, int subset, long chosen) {
        long[] words = base.clone();
        int inGroup = 0;
        int inNonTemporal = 0;
        for (int i = 0; i < groups.length; i++) {
            boolean applied;
            if (groups[i] < 0) {
                applied = (chosen >>> Math.min(inNonTemporal++, 63) & 1) != 0;
            } else if (groups[i] == cut) {
                applied = (subset >>> inGroup++ & 1) != 0;
            } else {
                applied = groups[i] < cut;
            }
            if (applied) {
                Atom atom = atoms.get(i);
                words[atom.word] = atom.over(words[atom.word]);
            }
        }
        long hash = LineHash.of(line, words, 0);
        Integer same = known.get(hash);
        if (same != null) {
            return same;
        }
        int content = known.size();
        known.put(hash, content);
        if ((content + 1) * FlatMemory.LINE_WORDS > contents.length) {
            contents = Arrays.copyOf(contents, contents.length * 2);
        }
        System.arraycopy(words, 0, contents, content * FlatMemory.LINE_WORDS, FlatMemory.LINE_WORDS);
        return content;
    }
}
