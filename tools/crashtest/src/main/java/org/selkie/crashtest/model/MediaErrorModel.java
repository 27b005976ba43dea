// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.selkie.crashtest.trace.Event;
import org.selkie.crashtest.trace.Trace;

/**
 * Another model, and on top of what it leaves a media error on one line that was ever stored to, or on none. A load from the
 * line fails; code that reads the memory itself finds {@link #PATTERN} there.
 *
 * <p>Source: ACPI 6.5, 9.20.7.4 (address range scrub: uncorrectable errors are reported by cache line); Linux,
 * Documentation/driver-api/nvdimm/nvdimm.rst (a load from a poisoned line ends in SIGBUS).
 */
final class MediaErrorModel implements PersistenceModel {

    /** What a damaged line holds: bytes that no structure takes for a small number, a pointer or a checksum. */
    static final long PATTERN = 0xBADBADBADBADBADBL;

    private final PersistenceModel beneath;

    MediaErrorModel(PersistenceModel beneath) {
        this.beneath = beneath;
    }

    @Override
    public String name() {
        return beneath.name() + "+media-error";
    }

    @Override
    public boolean needsFlush() {
        return beneath.needsFlush();
    }

    @Override
    public boolean needsFence() {
        return beneath.needsFence();
    }

    @Override
    public long writeBackBytes() {
        return beneath.writeBackBytes();
    }

    @Override
    public CrashStates start(Trace trace, FlatMemory persisted) {
        CrashStates states = beneath.start(trace, persisted);
        return new CrashStates() {

            private final TreeSet<Integer> stored = new TreeSet<>();

            @Override
            public void apply(Event event) {
                states.apply(event);
                if (event instanceof Event.Store store) {
                    long first = store.region().startBytes() + store.offsetBytes();
                    int last = (int) ((first + store.lengthBytes() - 1) / FlatMemory.LINE_BYTES);
                    for (int line = (int) (first / FlatMemory.LINE_BYTES); line <= last; line++) {
                        stored.add(line);
                    }
                }
            }

            @Override
            public boolean isOrderingPoint(@Nullable Event next) {
                return states.isOrderingPoint(next);
            }

            @Override
            public List<CrashCase> cases() {
                List<CrashCase> all = new ArrayList<>(states.cases());
                for (CrashCase whole : states.cases()) {
                    for (int line : stored) {
                        all.add(damaged(whole, line));
                    }
                }
                return all;
            }
        };
    }

    private static CrashCase damaged(CrashCase whole, int line) {
        List<Unit> units = new ArrayList<>();
        boolean placed = false;
        for (Unit unit : whole.units()) {
            if (unit.holds(line)) {
                // A unit of one line has nothing left to choose.
                units.add(unit.lineCount() == 1 ? pattern(line) : unit.damaged(line, PATTERN));
                placed = true;
                continue;
            }
            if (!placed && unit.line(0) > line) {
                units.add(pattern(line));
                placed = true;
            }
            units.add(unit);
        }
        if (!placed) {
            units.add(pattern(line));
        }
        return new CrashCase(units, line);
    }

    private static Unit pattern(int line) {
        long[] words = new long[FlatMemory.LINE_WORDS];
        Arrays.fill(words, PATTERN);
        return Unit.certain(line, words);
    }
}
