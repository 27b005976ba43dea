// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.mutation;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.selkie.crashtest.model.FlatMemory;
import org.selkie.crashtest.model.PersistenceModel;
import org.selkie.crashtest.trace.Event;
import org.selkie.crashtest.trace.Trace;

/**
 * What a recorder would have seen of mutated code. No flush and no fence changes what code loads, so the run goes as it went,
 * with these events elsewhere or gone: nothing has to run again.
 */
final class MutatedRun {

    private final Trace original;
    private final Mutation mutation;
    private final Set<Integer> which;
    private final List<Event> events = new ArrayList<>();
    /** Delayed, in order, until something of their threads comes. */
    private final List<Event> held = new ArrayList<>();

    MutatedRun(Trace original, Mutation mutation, Set<Integer> which) {
        this.original = original;
        this.mutation = mutation;
        this.which = which;
        for (Event event : original.events()) {
            add(event);
        }
        events.addAll(held);
    }

    /** Whether the mutation can be done to an event. */
    static boolean applies(Mutation mutation, Event event) {
        if (event instanceof Event.Flush flush) {
            return flush.lengthBytes() > 0 && mutation.isOfFlush()
                    && (mutation != Mutation.SHORTENED_FLUSH || lengthWithoutLastLine(flush) > 0);
        }
        return event instanceof Event.Fence && !mutation.isOfFlush();
    }

    private void add(Event event) {
        if (!which.contains(event.number())) {
            events.add(event);
            release(event);
            return;
        }
        if (mutation == Mutation.SHORTENED_FLUSH) {
            Event.Flush flush = (Event.Flush) event;
            events.add(new Event.Flush(flush.number(), flush.thread(), flush.site(), flush.region(), flush.offsetBytes(),
                    lengthWithoutLastLine(flush)));
        } else if (!mutation.isDrop()) {
            held.add(event);
        }
    }

    /** What was delayed comes right behind the event that it should have come before. */
    private void release(Event event) {
        boolean due = mutation == Mutation.DELAYED_FLUSH ? event instanceof Event.Fence
                : event instanceof Event.Store || event instanceof Event.Acknowledge;
        Iterator<Event> waiting = held.iterator();
        while (due && waiting.hasNext()) {
            Event next = waiting.next();
            if (next.thread() == event.thread()) {
                events.add(next);
                waiting.remove();
            }
        }
    }

    private static long lengthWithoutLastLine(Event.Flush flush) {
        long last = flush.offsetBytes() + flush.lengthBytes() - 1;
        return last / FlatMemory.LINE_BYTES * FlatMemory.LINE_BYTES - flush.offsetBytes();
    }

    Trace trace() {
        return original.withEvents(events);
    }

    /** Whether crashes can leave anything that they could not leave of the original, or with another promise. */
    boolean leavesMore(PersistenceModel model) {
        List<Integer> all = original.events().stream().map(Event::number).toList();
        Map<Integer, Long> before = CrashSet.of(original, all, model);
        Map<Integer, Long> after = CrashSet.of(trace(), events.stream().map(Event::number).toList(), model);
        for (Map.Entry<Integer, Long> entry : after.entrySet()) {
            @Nullable Long unchanged = before.get(entry.getKey());
            if (!which.contains(entry.getKey()) && !entry.getValue().equals(unchanged)) {
                return true;
            }
        }
        return false;
    }
}
