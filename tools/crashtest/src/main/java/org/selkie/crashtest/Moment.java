// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.selkie.crashtest.trace.Event;
import org.selkie.crashtest.trace.Operation;
import org.selkie.crashtest.trace.Region;
import org.selkie.crashtest.trace.Trace;

/**
 * What had been promised, and what existed, when a crash came.
 *
 * @param event number of the event before which it came
 * @param epoch changes whenever anything else here does
 */
record Moment(int event, int epoch, List<Operation> acknowledged, List<Operation> inFlight, Set<Region> regions) {

    static final Moment START = new Moment(0, 0, List.of(), List.of(), Set.of());

    /** The same promises, with the regions of another trace. */
    Moment over(Set<Region> others) {
        return new Moment(event, epoch, acknowledged, inFlight, others);
    }

    /** The same promises at another event. */
    Moment at(int other) {
        return new Moment(other, epoch, acknowledged, inFlight, regions);
    }

    /** Follows a trace. */
    static final class Tracker {

        private final Trace trace;
        /** Only ever grows, so that a moment keeps its beginning without a copy. */
        private Operation[] acknowledged = new Operation[16];
        private int acknowledgedCount;
        private final Set<Operation> inFlight = new LinkedHashSet<>();
        private final Set<Region> regions = new LinkedHashSet<>();
        private int event;
        private int epoch;
        private Moment latest = START;

        Tracker(Trace trace) {
            this.trace = trace;
        }

        /** What had been promised before an event; each further on than the one before. */
        Moment before(int number) {
            while (event < number) {
                apply(trace.events().get(event++));
            }
            if (latest.epoch != epoch) {
                latest = new Moment(event, epoch, Arrays.asList(acknowledged).subList(0, acknowledgedCount),
                        List.copyOf(new ArrayList<>(inFlight)), Set.copyOf(regions));
            }
            return latest.event == event ? latest : latest.at(event);
        }

        private void apply(Event next) {
            epoch++;
            switch (next) {
                case Event.Begin begin -> inFlight.add(begin.operation());
                case Event.Acknowledge acknowledge -> {
                    inFlight.remove(acknowledge.operation());
                    if (acknowledgedCount == acknowledged.length) {
                        acknowledged = Arrays.copyOf(acknowledged, acknowledgedCount * 2);
                    }
                    acknowledged[acknowledgedCount++] = acknowledge.operation();
                }
                case Event.Attach attach -> regions.add(attach.region());
                case Event.Detach detach -> regions.remove(detach.region());
                case Event.Store _, Event.Flush _, Event.Fence _ -> epoch--;
            }
        }
    }
}
