// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.selkie.crashtest.trace.Event;
import org.selkie.crashtest.trace.Trace;

/**
 * x86 with asynchronous DRAM refresh: what has left the caches survives, what has not is lost.
 *
 * <ul>
 * <li>A line may be evicted at any time. Its ordinary stores become visible in order, and a line leaves the cache as it is:
 * so it persists some prefix of its stores since the last write-back that is complete. Lines are independent.
 * <li>Eight aligned bytes are atomic, nothing longer is.
 * <li>CLWB and CLFLUSHOPT come after earlier stores to the same line, and are complete at the next fence of the same
 * thread: what was stored before the flush is certain then, whoever stored it.
 * <li>Non-temporal stores are weakly ordered: any of them may persist, until a fence of the same thread makes all certain.
 * </ul>
 *
 * <p>Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 1, 11.4.4 and 11.6.13, volume 2, CLWB and
 * SFENCE, volume 3, 9.2.2; SNIA NVM Programming Model 1.2, 10.1.1 (atomicity of aligned fundamental types).
 */
final class AdrModel implements PersistenceModel {

    @Override
    public String name() {
        return "adr";
    }

    @Override
    public boolean needsFlush() {
        return true;
    }

    @Override
    public boolean needsFence() {
        return true;
    }

    @Override
    public CrashStates start(Trace trace, FlatMemory persisted) {
        return new Lines(persisted);
    }

    private static final class Lines implements CrashStates {

        private final FlatMemory persisted;
        private final TreeMap<Integer, PendingLine> dirty = new TreeMap<>();
        /** By thread: lines whose write-back was started, with the last store that it covers. */
        private final Map<Integer, Map<Integer, Integer>> flushed = new HashMap<>();
        /** By thread: lines with non-temporal stores of it. */
        private final Map<Integer, Set<Integer>> nonTemporal = new HashMap<>();

        Lines(FlatMemory persisted) {
            this.persisted = persisted;
        }

        @Override
        public void apply(Event event) {
            switch (event) {
                case Event.Store store -> store(store);
                case Event.Flush flush -> flush(flush);
                case Event.Fence fence -> fence(fence.thread());
                case Event.Detach detach -> dirty.subMap((int) (detach.region().startBytes() / FlatMemory.LINE_BYTES),
                        (int) (detach.region().endBytes() / FlatMemory.LINE_BYTES)).clear();
                case Event.Begin _, Event.Acknowledge _, Event.Attach _ -> {
                    // What is pending stays so.
                }
            }
        }

        private void store(Event.Store store) {
            for (Atom atom : Atom.of(store)) {
                dirty.computeIfAbsent(atom.line, line -> new PendingLine(line, persisted)).add(atom);
                if (atom.nonTemporal()) {
                    nonTemporal.computeIfAbsent(store.thread(), thread -> new HashSet<>()).add(atom.line);
                }
            }
        }

        private void flush(Event.Flush flush) {
            if (flush.lengthBytes() <= 0) {
                return;
            }
            long first = flush.region().startBytes() + flush.offsetBytes();
            int from = (int) (first / FlatMemory.LINE_BYTES);
            int to = (int) ((first + flush.lengthBytes() - 1) / FlatMemory.LINE_BYTES);
            for (PendingLine line : dirty.subMap(from, true, to, true).values()) {
                int last = line.lastOrdinaryStore();
                if (last >= 0) {
                    flushed.computeIfAbsent(flush.thread(), thread -> new HashMap<>()).put(line.line, last);
                }
            }
        }

        private void fence(int thread) {
            Map<Integer, Integer> waited = flushed.remove(thread);
            if (waited != null) {
                waited.forEach((number, last) -> {
                    PendingLine line = dirty.get(number);
                    if (line != null) {
                        line.certain(atom -> !atom.nonTemporal() && atom.store.number() <= last);
                    }
                });
            }
            Set<Integer> stored = nonTemporal.remove(thread);
            if (stored != null) {
                stored.forEach(number -> {
                    PendingLine line = dirty.get(number);
                    if (line != null) {
                        line.certain(atom -> atom.nonTemporal() && atom.store.thread() == thread);
                    }
                });
                stored.forEach(this::forgetIfClean);
            }
            if (waited != null) {
                waited.keySet().forEach(this::forgetIfClean);
            }
        }

        private void forgetIfClean(int number) {
            PendingLine line = dirty.get(number);
            if (line != null && line.isClean()) {
                dirty.remove(number);
            }
        }

        @Override
        public boolean isOrderingPoint(@Nullable Event next) {
            return switch (next) {
                case null -> true;
                case Event.Store _, Event.Flush _ -> false;
                case Event.Fence fence -> flushed.containsKey(fence.thread()) || nonTemporal.containsKey(fence.thread());
                case Event.Begin _, Event.Acknowledge _, Event.Attach _, Event.Detach _ -> true;
            };
        }

        @Override
        public List<CrashCase> cases() {
            List<Unit> units = new ArrayList<>();
            for (PendingLine line : dirty.values()) {
                Unit unit = line.unit();
                if (unit != null) {
                    units.add(unit);
                }
            }
            return List.of(new CrashCase(units));
        }
    }
}
