// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.mutation;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
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
    private final PersistenceModel model;
    private final List<Event> events = new ArrayList<>();
    /** Delayed, in order, until something of their threads comes. */
    private final List<Event> held = new ArrayList<>();

    MutatedRun(Trace original, Mutation mutation, Set<Integer> which, PersistenceModel model) {
        this.original = original;
        this.mutation = mutation;
        this.which = which;
        this.model = model;
        for (Event event : original.events()) {
            add(event);
        }
        events.addAll(held);
    }

    /** Whether the mutation can be done to an event. */
    static boolean applies(Mutation mutation, Event event, PersistenceModel model) {
        if (event instanceof Event.Flush flush) {
            return flush.lengthBytes() > 0 && mutation.isOfFlush()
                    && (mutation != Mutation.SHORTENED_FLUSH || lengthWithoutLastUnit(flush, model) > 0);
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
                    lengthWithoutLastUnit(flush, model)));
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

    /** A flush that leaves out less than what is written back as a whole leaves out nothing. */
    private static long lengthWithoutLastUnit(Event.Flush flush, PersistenceModel model) {
        long last = flush.offsetBytes() + flush.lengthBytes() - 1;
        return last / model.writeBackBytes() * model.writeBackBytes() - flush.offsetBytes();
    }

    Trace trace() {
        return original.withEvents(events);
    }

    /**
     * Numbers of its events before which crashes leave anything that no crash of the original leaves at a moment with the same
     * promises. At all others whoever accepts the original accepts this: every image that it could be shown, it was shown, or
     * would have been.
     */
    Set<Integer> leavesMoreBefore(CrashSet unchanged) {
        return unchanged.exceededBefore(trace(), model);
    }
}
