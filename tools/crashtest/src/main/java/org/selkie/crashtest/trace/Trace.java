// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.trace;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What was recorded: immutable.
 *
 * @param regions in the order of the flat space
 * @param events  in the order in which they happened; the event with number n is the n-th
 * @param threads the threads' names, by number
 */
public record Trace(List<Region> regions, List<Event> events, List<String> threads) {

    public Trace {
        regions = List.copyOf(regions);
        events = List.copyOf(events);
        threads = List.copyOf(threads);
    }

    /** The same regions and threads with other events, numbered anew: what a mutation of the code would have left. */
    public Trace withEvents(List<Event> others) {
        List<Event> numbered = new ArrayList<>(others.size());
        // An operation knows the number of its beginning, and whoever compares that with other events needs the new one.
        Map<Operation, Operation> moved = new HashMap<>();
        for (Event event : others) {
            int number = numbered.size();
            numbered.add(switch (event) {
                case Event.Begin begin -> new Event.Begin(number, begin.thread(), begin.site(),
                        moved.computeIfAbsent(begin.operation(), operation -> operation.beginningAt(number)));
                case Event.Acknowledge acknowledge -> new Event.Acknowledge(number, acknowledge.thread(), acknowledge.site(),
                        moved.getOrDefault(acknowledge.operation(), acknowledge.operation()));
                default -> event.number() == number ? event : event.withNumber(number);
            });
        }
        return new Trace(regions, numbered, threads);
    }

    /** The length of the flat space that holds all regions: whole pages. */
    public long flatBytes() {
        return regions.isEmpty() ? 0 : regions.getLast().endBytes();
    }

    /** The region that holds a byte of the flat space. */
    public Region regionAt(long flatBytes) {
        for (Region region : regions) {
            if (flatBytes >= region.startBytes() && flatBytes < region.endBytes()) {
                return region;
            }
        }
        throw new TraceException("no region holds byte " + flatBytes + " of the trace, which has " + regions);
    }
}
