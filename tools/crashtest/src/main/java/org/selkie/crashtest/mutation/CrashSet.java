// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.mutation;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.selkie.crashtest.model.CrashCase;
import org.selkie.crashtest.model.CrashStates;
import org.selkie.crashtest.model.FlatMemory;
import org.selkie.crashtest.model.LineHash;
import org.selkie.crashtest.model.PersistenceModel;
import org.selkie.crashtest.model.Unit;
import org.selkie.crashtest.trace.Event;
import org.selkie.crashtest.trace.Region;
import org.selkie.crashtest.trace.Trace;

/** What crashes at each moment of a run can leave, as hashes: so that two runs can be compared without exploring them. */
final class CrashSet {

    /** A number that no event has. */
    private static final int END = -1;

    private CrashSet() {
    }

    /**
     * The hash of what a crash just before each event can leave.
     *
     * @param trace   a run
     * @param numbers for each of its events the number by which it is known in both runs
     */
    static Map<Integer, Long> of(Trace trace, List<Integer> numbers, PersistenceModel model) {
        Memory memory = new Memory(trace);
        CrashStates states = model.start(trace, memory);
        Map<Integer, Long> hashes = new HashMap<>();
        for (Event event : trace.events()) {
            hashes.put(numbers.get(event.number()), memory.hash + hash(states));
            states.apply(event);
        }
        hashes.put(END, memory.hash + hash(states));
        return hashes;
    }

    private static long hash(CrashStates states) {
        long hash = 0;
        for (CrashCase choices : states.cases()) {
            long product = 1;
            for (Unit unit : choices.units()) {
                long contents = 0;
                for (int content = 0; content < unit.contents(); content++) {
                    contents += LineHash.mix(unit.hash(content));
                }
                product += LineHash.mix(contents);
            }
            hash += LineHash.mix(product);
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
    }
}
