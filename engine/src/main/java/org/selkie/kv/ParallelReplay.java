// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.selkie.fault.SelkieException;
import org.selkie.format.RecordLayout;
import org.selkie.log.EntryWalk;
import org.selkie.log.StoreLog;
import org.selkie.os.HotReplay;
import org.selkie.os.HotReplay.Told;

/**
 * Builds the index from a log in which everything is in order: some threads go over an extent each, and then each of them enters
 * what was told of its share of the stripes, in the order of the log. Whatever else there is, is left to {@link Replay}.
 */
final class ParallelReplay {

    /** Told of one extent before they are entered, at the most: 16 MiB. */
    private static final int MOST_TOLD = 1 << 19;
    /** The more are told before they are entered, the fewer times the tables grow. */
    private static final int EXTENTS_AT_ONCE = 2;

    private final StoreLog log;
    private final Index index;

    ParallelReplay(StoreLog log, Index index) {
        this.log = log;
        this.index = index;
    }

    /** Memory for what is told of one extent, and for its order by stripes; for the time of the replay alone. */
    private static final class Memory {
        private final MemorySegment told;
        private final MemorySegment order;
        private final MemorySegment starts;
        private final MemorySegment fresh;

        Memory(Arena arena, int room) {
            told = arena.allocate(room * Told.BYTES, Told.BYTES);
            order = arena.allocate((long) room * Integer.BYTES, Long.BYTES);
            starts = arena.allocate((HotReplay.STRIPES + 1L) * Integer.BYTES, Long.BYTES);
            fresh = arena.allocate((long) HotReplay.STRIPES * Integer.BYTES, Long.BYTES);
        }
    }

    /** An extent that is gone over, and what was told of it and not entered yet. */
    private static final class Source {
        private final EntryWalk walk;
        private final Memory memory;
        private long count;

        Source(EntryWalk walk, Memory memory) {
            this.walk = walk;
            this.memory = memory;
        }

        boolean fill() {
            count = walk.tell(memory.told);
            if (count < 0) {
                return false;
            }
            HotReplay.orderByStripe(memory.told, count, memory.order, memory.starts, memory.fresh);
            return true;
        }

        int start(int stripe) {
            return memory.starts.getAtIndex(ValueLayout.JAVA_INT, stripe);
        }

        long entry(long ordered) {
            return memory.order.getAtIndex(ValueLayout.JAVA_INT, ordered);
        }
    }

    /** Returns false, with an empty index, if only {@link Replay} can do it. */
    boolean run() {
        try {
            if (build()) {
                return true;
            }
        } catch (SelkieException e) {
            // Another process may have trimmed it: Replay meets that again, and says where.
        }
        index.clear();
        return false;
    }

    private boolean build() {
        long bytes = log.endToIndex() - log.log().startPosition();
        ArrayDeque<EntryWalk> walks = new ArrayDeque<>(log.walks(index.seed()));
        // No more is told of an extent than there are lines in the log.
        int room = (int) Math.min(MOST_TOLD, bytes / RecordLayout.LINE_BYTES + 1);
        try (Arena arena = Arena.ofShared(); OpeningCrew crew = new OpeningCrew(bytes)) {
            return !walks.isEmpty() && run(walks, crew, () -> new Memory(arena, room)) && index.takeKeys(crew);
        }
    }

    private boolean run(ArrayDeque<EntryWalk> walks, OpeningCrew crew, Supplier<Memory> memories) {
        int threads = crew.threads();
        ArrayDeque<Memory> memory = new ArrayDeque<>();
        for (int i = Math.min(walks.size(), Math.max(threads, EXTENTS_AT_ONCE)); i > 0; i--) {
            memory.add(memories.get());
        }
        List<Source> sources = new ArrayList<>();
        while (!walks.isEmpty() || !sources.isEmpty()) {
            while (!memory.isEmpty() && !walks.isEmpty()) {
                sources.add(new Source(walks.remove(), memory.remove()));
            }
            if (!crew.all(sources.stream().filter(source -> source.count == 0).map(source -> (Callable<Boolean>) source::fill)
                    .toList())) {
                return false;
            }
            List<Source> ready = ready(sources);
            List<Callable<Boolean>> shares = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int share = i;
                shares.add(() -> new Entering(share, threads).enter(ready));
            }
            if (!crew.all(shares)) {
                return false;
            }
            Iterator<Source> entered = ready.iterator();
            while (entered.hasNext()) {
                Source source = entered.next();
                source.count = 0;
                if (source.walk.isDone()) {
                    sources.remove(source);
                    memory.add(source.memory);
                }
            }
        }
        return true;
    }

    /** Those that can be entered now: behind one that is not told to its end, the others wait. */
    private static List<Source> ready(List<Source> sources) {
        List<Source> ready = new ArrayList<>();
        for (Source source : sources) {
            ready.add(source);
            if (!source.walk.isDone()) {
                break;
            }
        }
        return ready;
    }

    /** One thread's share: the stripes whose numbers leave the same rest. */
    private final class Entering {

        private final int share;
        private final int shares;
        private final FoundRecord read = new FoundRecord();
        private final FoundRecord found = new FoundRecord();
        private final MemorySegment entering = Arena.ofAuto().allocate(HotReplay.Entering.BYTES, Long.BYTES);
        private MemorySegment replacedBy = MemorySegment.NULL;

        Entering(int share, int shares) {
            this.share = share;
            this.shares = shares;
        }

        boolean enter(List<Source> sources) {
            for (int number = share; number < index.stripes(); number += shares) {
                Stripe stripe = index.stripeAt(number);
                reserve(stripe, number, sources);
                for (Source source : sources) {
                    if (!enter(stripe, number, source)) {
                        return false;
                    }
                }
            }
            return true;
        }

        /** Room for all keys that are new, at once: a table that grows step by step is copied each time. */
        private void reserve(Stripe stripe, int number, List<Source> sources) {
            int fresh = 0;
            for (Source source : sources) {
                fresh += source.memory.fresh.getAtIndex(ValueLayout.JAVA_INT, number);
            }
            stripe.reserve(Math.max(0, fresh));
        }

        private boolean enter(Stripe stripe, int number, Source source) {
            int from = source.start(number);
            int to = source.start(number + 1);
            if (replacedBy.byteSize() < (to - from) * (long) Integer.BYTES) {
                replacedBy = Arena.ofAuto().allocate(2L * (to - from) * Integer.BYTES, Long.BYTES);
            }
            entering.fill((byte) 0);
            HotReplay.Entering.NEXT.set(entering, from);
            HotReplay.Entering.COUNT.set(entering, to);
            while (!stripe.enter(source.memory.told, source.memory.order, replacedBy, entering)) {
                long next = HotReplay.Entering.NEXT.get(entering);
                stripe.reserve();
                if (!enterOne(stripe, source.memory.told, source.entry(next))) {
                    return false;
                }
                HotReplay.Entering.NEXT.set(entering, next + 1);
            }
            long bytes = HotReplay.Entering.LINES.get(entering) * RecordLayout.LINE_BYTES;
            for (long i = 0; i < HotReplay.Entering.REPLACED.get(entering); i++) {
                long entry = replacedBy.getAtIndex(ValueLayout.JAVA_INT, i);
                bytes -= log.recordBytes(Told.PREVIOUS.get(source.memory.told, entry));
            }
            stripe.count(bytes, (int) HotReplay.Entering.ENTERED.get(entering));
            return true;
        }

        /** What wants more than to be put into the table. */
        private boolean enterOne(Stripe stripe, MemorySegment told, long entry) {
            long hash = Told.HASH.get(told, entry);
            long position = Told.POSITION.get(told, entry);
            long previous = Told.PREVIOUS.get(told, entry);
            long linesType = Told.LINES_TYPE.get(told, entry);
            boolean holdsValue = linesType >>> Integer.SIZE == RecordLayout.PUT;
            long bytes = (linesType & 0xffffffffL) * RecordLayout.LINE_BYTES;
            int slot = previous == 0 ? -1 : stripe.indexOf(hash, previous);
            if (slot < 0 && stripe.indexOf(hash) >= 0) {
                // Another key has the same hash, or what this one replaces is not there: the key itself decides.
                if (!read.read(log, position)) {
                    return false;
                }
                byte[] key = read.key();
                slot = index.findLocked(found, stripe, key, 0, key.length, hash);
            }
            long before = slot < 0 ? 0 : log.recordBytes(Index.positionAt(stripe, slot));
            if (slot < 0 && holdsValue) {
                stripe.insert(hash, position);
            } else if (slot >= 0 && holdsValue) {
                stripe.replace(slot, hash, position);
            } else if (slot >= 0) {
                stripe.remove(slot);
            }
            stripe.count((holdsValue ? bytes : 0) - before, (holdsValue ? 1 : 0) - (slot >= 0 ? 1 : 0));
            return true;
        }
    }
}
