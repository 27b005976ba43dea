// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.selkie.crashtest.model.CrashCase;
import org.selkie.crashtest.model.CrashStates;
import org.selkie.crashtest.model.PersistenceModel;
import org.selkie.crashtest.trace.Event;
import org.selkie.crashtest.trace.Trace;

/** Goes through a trace and stops at its crash points. */
final class CrashWalk {

    private CrashWalk() {
    }

    /** Where the walk stops. */
    @FunctionalInterface
    interface Stop {

        /**
         * A crash before an event.
         *
         * @param cases what it may leave; asking costs time
         * @return whether to go on
         */
        boolean at(int event, Supplier<List<CrashCase>> cases);
    }

    /** How many crash points a trace has. */
    static int points(Trace trace, PersistenceModel model, CrashPoints points) {
        int[] count = new int[1];
        each(trace, model, points, new ImageMemory(trace), (event, cases) -> {
            count[0]++;
            return true;
        });
        return count[0];
    }

    /** Those that an exploration is for. */
    static void each(Trace trace, Settings settings, ImageMemory memory, Stop stop) {
        IntPredicate before = settings.before;
        each(trace, settings.model, settings.points, memory, before == null ? stop
                : (event, cases) -> !before.test(event) || stop.at(event, cases));
    }

    static void each(Trace trace, PersistenceModel model, CrashPoints points, ImageMemory memory, Stop stop) {
        CrashStates states = model.start(trace, memory.persisted());
        boolean begun = false;
        for (Event event : trace.events()) {
            // Before there is any memory, a crash leaves nothing to look at.
            begun |= !(event instanceof Event.Attach);
            if (begun && isPoint(points, states, event) && !stop.at(event.number(), states::cases)) {
                return;
            }
            states.apply(event);
        }
        if (isPoint(points, states, null)) {
            stop.at(trace.events().size(), states::cases);
        }
    }

    private static boolean isPoint(CrashPoints points, CrashStates states, @Nullable Event next) {
        return switch (points) {
            case ORDERING -> states.isOrderingPoint(next);
            case FLUSHES -> next instanceof Event.Fence || next instanceof Event.Flush || states.isOrderingPoint(next);
            case EVERY_EVENT -> true;
        };
    }
}
