// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.selkie.crashtest.trace.Event;
import org.selkie.crashtest.trace.Operation;
import org.selkie.crashtest.trace.Region;

/**
 * What had been promised, and what existed, when a crash came.
 *
 * @param event number of the event before which it came
 * @param epoch changes whenever anything else here does
 */
record Moment(int event, int epoch, List<Operation> acknowledged, List<Operation> inFlight, Set<Region> regions) {

    static final Moment START = new Moment(0, 0, List.of(), List.of(), Set.of());

    /** Follows a trace. */
    static final class Tracker {

        private final Set<Operation> acknowledged = new LinkedHashSet<>();
        private final Set<Operation> inFlight = new LinkedHashSet<>();
        private final Set<Region> regions = new LinkedHashSet<>();
        private int event;
        private int epoch;
        private Moment latest = START;

        void apply(Event next) {
            event = next.number() + 1;
            epoch++;
            switch (next) {
                case Event.Begin begin -> inFlight.add(begin.operation());
                case Event.Acknowledge acknowledge -> {
                    inFlight.remove(acknowledge.operation());
                    acknowledged.add(acknowledge.operation());
                }
                case Event.Attach attach -> regions.add(attach.region());
                case Event.Detach detach -> regions.remove(detach.region());
                case Event.Store _, Event.Flush _, Event.Fence _ -> epoch--;
            }
        }

        Moment now() {
            if (latest.epoch != epoch) {
                latest = new Moment(event, epoch, List.copyOf(new ArrayList<>(acknowledged)), List.copyOf(inFlight),
                        new LinkedHashSet<>(regions));
            } else if (latest.event != event) {
                latest = new Moment(event, epoch, latest.acknowledged, latest.inFlight, latest.regions);
            }
            return latest;
        }
    }
}
