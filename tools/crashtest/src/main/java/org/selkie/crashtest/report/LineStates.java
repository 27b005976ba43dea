// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.report;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.selkie.crashtest.trace.Event;
import org.selkie.crashtest.trace.StoreKind;

/** How one line, or what else persists together, stands after each event: at risk, being written back, or durable. */
final class LineStates {

    private final Place place;
    private final List<Event.Store> pending = new ArrayList<>();
    /** By thread: the last store of the line that its unfinished flush covers. */
    private final Map<Integer, Integer> flushed = new HashMap<>();
    private boolean touched;
    private boolean changed;

    /** What a cell says, and how it is painted. */
    record State(String words, String style) {
    }

    LineStates(Place place) {
        this.place = place;
    }

    Place place() {
        return place;
    }

    /** Goes on by one event. */
    void apply(Event event) {
        changed = false;
        switch (event) {
            case Event.Store store when place.touches(store.region().name(), store.offsetBytes(), store.lengthBytes()) -> {
                pending.add(store);
                touched = true;
                changed = true;
            }
            case Event.Flush flush when place.touches(flush.region().name(), flush.offsetBytes(), flush.lengthBytes()) -> {
                changed = true;
                pending.stream().filter(store -> store.kind() != StoreKind.NON_TEMPORAL).mapToInt(Event.Store::number).max()
                        .ifPresent(last -> flushed.put(flush.thread(), last));
            }
            case Event.Fence fence -> {
                Integer last = flushed.remove(fence.thread());
                changed = pending.removeIf(store -> store.kind() == StoreKind.NON_TEMPORAL
                        ? store.thread() == fence.thread() : last != null && store.number() <= last);
            }
            default -> {
                // Nothing about this line.
            }
        }
    }

    /** Whether the last event was about this line. */
    boolean isChanged() {
        return changed;
    }

    State now() {
        if (pending.isEmpty()) {
            return touched ? new State("durable", "durable") : new State("clean", "clean");
        }
        int covered = flushed.values().stream().mapToInt(Integer::intValue).max().orElse(-1);
        long open = pending.stream().filter(store -> store.number() > covered).count();
        return open == 0 ? new State("flush started", "flushing")
                : new State(open + (open == 1 ? " store" : " stores") + " at risk", "risk");
    }
}
