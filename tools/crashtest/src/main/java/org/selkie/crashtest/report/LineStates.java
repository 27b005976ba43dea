// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.report;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.selkie.crashtest.model.PersistenceModel;
import org.selkie.crashtest.trace.Event;
import org.selkie.crashtest.trace.StoreKind;

/**
 * How one line, or what else persists together, stands after each event, by the rules of the model: at risk, being written
 * back, or durable.
 */
final class LineStates {

    private final Place place;
    private final PersistenceModel model;
    private final List<Event.Store> pending = new ArrayList<>();
    /** By thread: the last store of the line that its unfinished flush covers. */
    private final Map<Integer, Integer> flushed = new HashMap<>();
    /** By thread: its last ordinary store anywhere. Only where stores alone decide. */
    private final Map<Integer, Integer> stored = new HashMap<>();
    private boolean touched;
    private boolean changed;

    /** What a cell says, and how it is painted. */
    record State(String words, String style) {
    }

    LineStates(Place place, PersistenceModel model) {
        this.place = place;
        this.model = model;
    }

    Place place() {
        return place;
    }

    /** Goes on by one event. */
    void apply(Event event) {
        changed = false;
        switch (event) {
            case Event.Store store -> {
                if (store.kind() != StoreKind.NON_TEMPORAL) {
                    stored.put(store.thread(), store.number());
                }
                if (place.touches(store.region().name(), store.offsetBytes(), store.lengthBytes())) {
                    pending.add(store);
                    touched = true;
                    changed = true;
                }
            }
            case Event.Flush flush when place.isWrittenBackBy(flush, model) -> flush(flush);
            case Event.Fence fence when model.needsFence() -> fence(fence.thread());
            default -> {
                // Nothing about this line.
            }
        }
    }

    private void flush(Event.Flush flush) {
        changed = model.needsFlush() || !pending.isEmpty();
        if (!model.needsFence()) {
            // It returns when everything is written.
            pending.clear();
            return;
        }
        pending.stream().filter(store -> store.kind() != StoreKind.NON_TEMPORAL).mapToInt(Event.Store::number).max()
                .ifPresent(last -> flushed.put(flush.thread(), last));
    }

    private void fence(int thread) {
        int last = flushed.getOrDefault(thread, -1);
        flushed.remove(thread);
        // Where no flush is needed, stores become visible in one order: the thread's last one has those before it with it.
        int certain = model.needsFlush() ? last : Math.max(last, stored.getOrDefault(thread, -1));
        changed = pending.removeIf(store -> store.kind() == StoreKind.NON_TEMPORAL ? store.thread() == thread
                : store.number() <= certain);
    }

    /** Whether the last event was about this line. */
    boolean isChanged() {
        return changed;
    }

    State now() {
        if (pending.isEmpty()) {
            return touched ? new State("durable", "durable") : new State("clean", "clean");
        }
        int covered = model.needsFlush() ? flushed.values().stream().mapToInt(Integer::intValue).max().orElse(-1) : -1;
        long open = pending.stream().filter(store -> store.number() > covered).count();
        return open == 0 ? new State("flush started", "flushing")
                : new State(open + (open == 1 ? " store" : " stores") + " at risk", "risk");
    }
}
