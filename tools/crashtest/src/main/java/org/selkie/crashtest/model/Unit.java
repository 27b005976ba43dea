// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.model;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import org.selkie.crashtest.trace.Event;

/**
 * What persists together, such as a line or a sector, and the contents that it may have after a crash. Content 0 is the
 * oldest, with nothing of what is pending; all contents differ.
 */
public final class Unit {

    private final int[] lines;
    private final long[] words;
    private final long[] hashes;
    private final int latest;
    private final BigInteger possible;
    private final Losses losses;

    /** Which stores make the contents differ. */
    interface Losses {

        /** Those that are not certainly persisted, in order. */
        List<Event.Store> pending();

        /** Those of them of which a content lacks something. */
        List<Event.Store> lost(int content);
    }

    /**
     * A unit with all its contents.
     *
     * @param lines    numbers of lines in the flat space, ascending
     * @param words    the contents, one behind the other, each with eight words for every line
     * @param latest   which content has everything that is pending
     * @param possible how many contents there are, when {@code words} is only a part of them; their number otherwise
     */
    Unit(int[] lines, long[] words, int latest, BigInteger possible, Losses losses) {
        this.lines = lines;
        this.words = words;
        this.latest = latest;
        this.possible = possible;
        this.losses = losses;
        int unitWords = lines.length * FlatMemory.LINE_WORDS;
        hashes = new long[words.length / unitWords];
        for (int content = 0; content < hashes.length; content++) {
            for (int i = 0; i < lines.length; i++) {
                hashes[content] += LineHash.of(lines[i], words, content * unitWords + i * FlatMemory.LINE_WORDS);
            }
        }
    }

    /** The same with one of its lines damaged in every content; contents that no longer differ are kept. */
    Unit damaged(int line, long pattern) {
        int index = Arrays.binarySearch(lines, line);
        long[] changed = words.clone();
        int unitWords = lines.length * FlatMemory.LINE_WORDS;
        for (int at = index * FlatMemory.LINE_WORDS; at < changed.length; at += unitWords) {
            Arrays.fill(changed, at, at + FlatMemory.LINE_WORDS, pattern);
        }
        return new Unit(lines, changed, latest, possible, losses);
    }

    /** A line that has one content whatever happened. */
    static Unit certain(int line, long[] words) {
        return new Unit(new int[] {line}, words, 0, BigInteger.ONE, new Losses() {
            @Override
            public List<Event.Store> pending() {
                return List.of();
            }

            @Override
            public List<Event.Store> lost(int content) {
                return List.of();
            }
        });
    }

    public int lineCount() {
        return lines.length;
    }

    /** The number of its i-th line in the flat space. */
    public int line(int i) {
        return lines[i];
    }

    boolean holds(int line) {
        return Arrays.binarySearch(lines, line) >= 0;
    }

    /** How many contents can be chosen. */
    public int contents() {
        return hashes.length;
    }

    /** How many contents are possible: more than can be chosen where there were too many to list. */
    public BigInteger possible() {
        return possible;
    }

    /** The content with everything that is pending. */
    public int latest() {
        return latest;
    }

    /** The sum of the hashes of its lines, with a content. */
    public long hash(int content) {
        return hashes[content];
    }

    /** The stores that are not certainly persisted, in order. */
    public List<Event.Store> pending() {
        return losses.pending();
    }

    /** The pending stores of which a content lacks something. */
    public List<Event.Store> lost(int content) {
        return losses.lost(content);
    }

    /** Writes a content. */
    public void writeTo(FlatMemory memory, int content) {
        int at = content * lines.length * FlatMemory.LINE_WORDS;
        for (int line : lines) {
            memory.write(line, words, at);
            at += FlatMemory.LINE_WORDS;
        }
    }
}
