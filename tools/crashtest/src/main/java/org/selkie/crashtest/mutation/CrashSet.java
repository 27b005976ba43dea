// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.mutation;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import org.selkie.crashtest.model.CrashCase;
import org.selkie.crashtest.model.CrashStates;
import org.selkie.crashtest.model.FlatMemory;
import org.selkie.crashtest.model.LineHash;
import org.selkie.crashtest.model.PersistenceModel;
import org.selkie.crashtest.model.Unit;
import org.selkie.crashtest.trace.Event;
import org.selkie.crashtest.trace.Region;
import org.selkie.crashtest.trace.Trace;

/**
 * What crashes of a run can leave, as hashes: so that two runs can be compared without exploring them. Each is a set of images,
 * namely all combinations of what some lines may hold over a memory; and belongs to a moment, between two promises.
 */
final class CrashSet {

    private static final BigInteger FEW = BigInteger.valueOf(512);

    private final Set<Long> combinations = new HashSet<>();

    private CrashSet() {
    }

    /** What crashes can leave of a run. Moments are told apart by how many operations have begun or ended, and regions. */
    static CrashSet of(Trace trace, PersistenceModel model) {
        CrashSet set = new CrashSet();
        each(trace, model, (event, there) -> set.combinations.addAll(there.combinations));
        return set;
    }

    /**
     * The numbers of events of another run before which a crash may leave more than this one's crashes at the same moment: of
     * those that lead up to a moment all, as who explores within bounds may see there what is beyond them at its end.
     */
    Set<Integer> exceededBefore(Trace other, PersistenceModel model) {
        Set<Integer> numbers = new HashSet<>();
        int[] from = new int[1];
        each(other, model, (event, there) -> {
            if (!combinations.containsAll(there.combinations)) {
                IntStream.rangeClosed(from[0], event).forEach(numbers::add);
            }
            from[0] = event + 1;
        });
        return numbers;
    }

    /** What a crash leaves before an event. */
    private interface Stop {
        void at(int event, CrashSet there);
    }

    private static void each(Trace trace, PersistenceModel model, Stop stop) {
        Memory memory = new Memory(trace);
        CrashStates states = model.start(trace, memory);
        long promises = 0;
        for (Event event : trace.events()) {
            // What crashes leave at other moments, they leave at these.
            if (states.isOrderingPoint(event)) {
                stop.at(event.number(), at(promises, memory, states));
            }
            states.apply(event);
            switch (event) {
                case Event.Begin _, Event.Acknowledge _, Event.Attach _, Event.Detach _ -> promises++;
                case Event.Store _, Event.Flush _, Event.Fence _ -> { }
            }
        }
        stop.at(trace.events().size(), at(promises, memory, states));
    }

    private static CrashSet at(long promises, Memory memory, CrashStates states) {
        CrashSet set = new CrashSet();
        set.add(promises, memory, states);
        return set;
    }

    private void add(long promises, Memory memory, CrashStates states) {
        for (CrashCase choices : states.cases()) {
            long certain = memory.hash;
            List<Unit> open = new ArrayList<>();
            for (Unit unit : choices.units()) {
                for (int i = 0; i < unit.lineCount(); i++) {
                    certain -= memory.hashOf(unit.line(i));
                }
                if (unit.contents() > 1) {
                    open.add(unit);
                } else {
                    certain += unit.hash(0);
                }
            }
            long moment = LineHash.mix(promises + 1) + choices.damagedLine();
            if (choices.possible().compareTo(FEW) <= 0) {
                each(open, 0, certain, hash -> combinations.add(LineHash.mix(LineHash.mix(hash) + moment)));
            } else {
                combinations.add(LineHash.mix(LineHash.mix(certain + hash(open)) + moment));
            }
        }
    }

    /** A few combinations are taken one by one: those of one crash may be those of several others. */
    private static void each(List<Unit> open, int from, long hash, LongConsumer to) {
        if (from == open.size()) {
            to.accept(hash);
            return;
        }
        Unit unit = open.get(from);
        for (int content = 0; content < unit.contents(); content++) {
            each(open, from + 1, hash + unit.hash(content), to);
        }
    }

    /** Of many at once, as they come from one crash. */
    private static long hash(List<Unit> open) {
        long hash = 0;
        for (Unit unit : open) {
            long contents = 0;
            for (int content = 0; content < unit.contents(); content++) {
                contents += LineHash.mix(unit.hash(content));
            }
            // Of a unit with more contents than are listed, those that are not listed count as well.
            hash += LineHash.mix(contents + unit.possible().hashCode());
        }
        return hash;
    }

    /** What is certainly persisted, with its hash as a difference to the beginning. */
    private static final class Memory implements FlatMemory {

        private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

        private final MemorySegment flat;
        private final long[] before = new long[LINE_WORDS];
        private long hash;

        Memory(Trace trace) {
            flat = MemorySegment.ofArray(new byte[Math.toIntExact(trace.flatBytes())]);
            for (Region region : trace.regions()) {
                MemorySegment.copy(region.initial(), 0, flat, region.startBytes(), region.lengthBytes());
            }
        }

        @Override
        public void read(int line, long[] words, int from) {
            MemorySegment.copy(flat, WORD, (long) line * LINE_BYTES, words, from, LINE_WORDS);
        }

        @Override
        public void write(int line, long[] words, int from) {
            read(line, before, 0);
            hash += LineHash.of(line, words, from) - LineHash.of(line, before, 0);
            MemorySegment.copy(words, from, flat, WORD, (long) line * LINE_BYTES, LINE_WORDS);
        }

        long hashOf(int line) {
            read(line, before, 0);
            return LineHash.of(line, before, 0);
        }
    }
}
