// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.report;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.selkie.crashtest.model.FlatMemory;
import org.selkie.crashtest.trace.Event;
import org.selkie.crashtest.trace.StoreKind;

/** How one line stands after each event: what of it is at risk, what is being written back, what is durable. */
final class LineStates {

    private final String region;
    private final long offsetBytes;
    private final List<Event.Store> pending = new ArrayList<>();
    /** By thread: the last store of the line that its unfinished flush covers. */
    private final Map<Integer, Integer> flushed = new HashMap<>();
    private boolean touched;
    private boolean changed;

    /** What a cell says, and how it is painted. */
    record State(String words, String style) {
    }

    /** A line of a region. */
    record Place(String region, long offsetBytes) {

        /** The lines of a store. */
        static List<Place> of(Event.Store store) {
            List<Place> places = new ArrayList<>();
            for (long at = store.offsetBytes() & -FlatMemory.LINE_BYTES; at < store.offsetBytes() + store.lengthBytes();
                    at += FlatMemory.LINE_BYTES) {
                places.add(new Place(store.region().name(), at));
            }
            return places;
        }
    }

    LineStates(Place place) {
        this.region = place.region;
        this.offsetBytes = place.offsetBytes;
    }

    String region() {
        return region;
    }

    long offsetBytes() {
        return offsetBytes;
    }

    /** Goes on by one event. */
    void apply(Event event) {
        changed = false;
        switch (event) {
            case Event.Store store when touches(store.region().name(), store.offsetBytes(), store.lengthBytes()) -> {
                pending.add(store);
                touched = true;
                changed = true;
            }
            case Event.Flush flush when touches(flush.region().name(), flush.offsetBytes(), flush.lengthBytes()) -> {
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

    private boolean touches(String name, long fromBytes, long lengthBytes) {
        return name.equals(region) && lengthBytes > 0 && fromBytes < offsetBytes + FlatMemory.LINE_BYTES
                && fromBytes + lengthBytes > offsetBytes;
    }
}
