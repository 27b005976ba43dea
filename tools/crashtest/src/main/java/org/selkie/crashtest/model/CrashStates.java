// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.model;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.selkie.crashtest.trace.Event;

/** The states that a crash may leave, while a trace is walked event by event. */
public interface CrashStates {

    /** Goes on by one event. */
    void apply(Event event);

    /**
     * Whether something possible now is not possible, or means something else, once the next event has happened: whoever
     * looks at crashes just before these events, and at the end, has seen every state.
     *
     * @param next the event, null at the end of the trace
     */
    boolean isOrderingPoint(@Nullable Event next);

    /** What a crash now may leave: the union of the cases. */
    List<CrashCase> cases();
}
