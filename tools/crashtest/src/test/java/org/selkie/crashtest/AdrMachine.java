// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.selkie.crashtest.trace.Event;
import org.selkie.crashtest.trace.StoreKind;
import org.selkie.crashtest.trace.Trace;

/**
 * A second opinion on ADR that shares nothing with the model: a machine with a cache whose lines may be written back at any
 * moment, write-combining buffers that may drain at any moment, and a medium; run through every choice it has. Words are whole:
 * {@code WORDS_OF_A_LINE} words at the beginning of each line are looked at.
 */
final class AdrMachine {

    static final int WORDS_OF_A_LINE = 3;

    private final int words;
    private final int threads;

    AdrMachine(int lines, int threads) {
        this.words = lines * WORDS_OF_A_LINE;
        this.threads = threads;
    }

    /** Where the machine is: which store each word of the cache and of the medium is from, 0 for none. */
    private final class State {

        final int[] cache;
        final int[] medium;
        /** By thread: words in its write-combining buffer, with their stores. */
        final List<List<int[]>> buffers = new ArrayList<>();
        /** By thread: lines that its next fence waits for. */
        final List<Set<Integer>> flushed = new ArrayList<>();

        State() {
            cache = new int[words];
            medium = new int[words];
            for (int thread = 0; thread < threads; thread++) {
                buffers.add(new ArrayList<>());
                flushed.add(new TreeSet<>());
            }
        }

        State(State other) {
            cache = other.cache.clone();
            medium = other.medium.clone();
            other.buffers.forEach(buffer -> buffers.add(new ArrayList<>(buffer)));
            other.flushed.forEach(lines -> flushed.add(new TreeSet<>(lines)));
        }

        void writeBack(int line) {
            for (int word = line * WORDS_OF_A_LINE; word < (line + 1) * WORDS_OF_A_LINE; word++) {
                medium[word] = Math.max(medium[word], cache[word]);
            }
            flushed.forEach(lines -> lines.remove(line));
        }

        void drain(int thread, int entry) {
            int[] stored = buffers.get(thread).remove(entry);
            // What has overtaken it on this word stays.
            medium[stored[0]] = Math.max(medium[stored[0]], stored[1]);
        }

        String key() {
            StringBuilder key = new StringBuilder(Arrays.toString(cache) + Arrays.toString(medium) + flushed);
            buffers.forEach(buffer -> key.append('/').append(buffer.stream().map(Arrays::toString).toList()));
            return key.toString();
        }
    }

    /** Every content of the medium after a trace: for each word the number of the event that stored it, as text. */
    Set<String> after(Trace trace) {
        List<State> states = closure(List.of(new State()));
        for (Event event : trace.events()) {
            List<State> next = new ArrayList<>();
            for (State state : states) {
                next.addAll(step(state, event));
            }
            states = closure(next);
        }
        Set<String> media = new TreeSet<>();
        states.forEach(state -> media.add(Arrays.toString(state.medium)));
        return media;
    }

    /** Whatever the machine can do by itself, as often as it likes. */
    private List<State> closure(List<State> from) {
        Set<String> known = new HashSet<>();
        List<State> all = new ArrayList<>();
        Deque<State> open = new ArrayDeque<>(from);
        while (!open.isEmpty()) {
            State state = open.pop();
            if (!known.add(state.key())) {
                continue;
            }
            all.add(state);
            for (int line = 0; line < words / WORDS_OF_A_LINE; line++) {
                State next = new State(state);
                next.writeBack(line);
                open.push(next);
            }
            for (int thread = 0; thread < threads; thread++) {
                for (int entry = 0; entry < state.buffers.get(thread).size(); entry++) {
                    State next = new State(state);
                    next.drain(thread, entry);
                    open.push(next);
                }
            }
        }
        return all;
    }

    private List<State> step(State before, Event event) {
        State state = new State(before);
        switch (event) {
            case Event.Store store when store.kind() == StoreKind.NON_TEMPORAL ->
                words(store).forEach(word -> state.buffers.get(store.thread()).add(new int[] {word, store.number()}));
            case Event.Store store -> {
                return inAnyOrder(state, words(store), store.number());
            }
            case Event.Flush flush -> {
                for (long line = flush.offsetBytes() / 64; line <= (flush.offsetBytes() + flush.lengthBytes() - 1) / 64; line++) {
                    state.flushed.get(flush.thread()).add((int) line);
                }
            }
            case Event.Fence fence -> {
                List.copyOf(state.flushed.get(fence.thread())).forEach(state::writeBack);
                while (!state.buffers.get(fence.thread()).isEmpty()) {
                    state.drain(fence.thread(), 0);
                }
            }
            default -> {
                // Nothing happens to memory.
            }
        }
        return List.of(state);
    }

    /** The words of a copy reach the cache one by one, and lines may be written back between them. */
    private List<State> inAnyOrder(State state, List<Integer> left, int store) {
        if (left.isEmpty()) {
            return List.of(state);
        }
        List<State> all = new ArrayList<>();
        for (Integer word : left) {
            State next = new State(state);
            next.cache[word] = store;
            List<Integer> others = new ArrayList<>(left);
            others.remove(word);
            for (State between : closure(List.of(next))) {
                all.addAll(inAnyOrder(between, others, store));
            }
        }
        return all;
    }

    private static List<Integer> words(Event.Store store) {
        List<Integer> words = new ArrayList<>();
        for (long at = store.offsetBytes(); at < store.offsetBytes() + store.lengthBytes(); at += Long.BYTES) {
            words.add((int) (at / 64 * WORDS_OF_A_LINE + at % 64 / Long.BYTES));
        }
        return words;
    }

    /** The same of an image in which each word holds the number of the event that stored it. */
    static String medium(CrashImage image, int lines) {
        MemorySegment memory = image.memory();
        int[] medium = new int[lines * WORDS_OF_A_LINE];
        for (int word = 0; word < medium.length; word++) {
            medium[word] = (int) memory.get(ValueLayout.JAVA_LONG,
                    word / WORDS_OF_A_LINE * 64L + word % WORDS_OF_A_LINE * (long) Long.BYTES);
        }
        return Arrays.toString(medium);
    }
}
