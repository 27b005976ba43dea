// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.selkie.crashtest.model.CrashCase;
import org.selkie.crashtest.model.CrashStates;
import org.selkie.crashtest.trace.Event;
import org.selkie.crashtest.trace.Trace;

/** Goes through a trace, and at each crash point through the images. */
final class Walk {

    private final Trace trace;
    private final Settings settings;
    private final Checker checker;
    private final HashSet64 distinct = new HashSet64();
    private final HashSet64 checked = new HashSet64();
    private final List<Violation> violations = new ArrayList<>();
    private BigInteger covered = BigInteger.ZERO;
    private long explored;

    /** What a count of the trace gave: the budget is shared out by it. */
    private record Size(int points, BigInteger possible) {
    }

    @FunctionalInterface
    private interface Point {
        void at(Moment moment, CrashStates states);
    }

    Walk(Trace trace, Settings settings, Checker checker) {
        this.trace = trace;
        this.settings = settings;
        this.checker = checker;
    }

    Report run() {
        Size size = count();
        ImageMemory memory = new ImageMemory(trace);
        LineAccess access = new LineAccess(memory);
        CrashImage image = new CrashImage(trace, memory, access);
        int[] done = new int[1];
        each(memory, (moment, states) -> {
            int left = size.points - done[0]++;
            long limit = Math.max(1, (settings.budget() - explored) / left);
            for (CrashCase choices : states.cases()) {
                if (explored >= settings.budget() || violations.size() >= settings.violations()) {
                    return;
                }
                Search search = new Search(choices, moment, memory, access, image, checker, checked, distinct,
                        settings.seed() + moment.event());
                search.run(limit);
                explored += search.explored();
                covered = covered.add(search.covered().min(choices.possible()));
                Violation violation = search.violation(trace);
                if (violation != null) {
                    violations.add(violation);
                }
            }
        });
        return new Report(settings.model().name(), settings.seed(), size.points, size.possible, covered, explored,
                distinct.size(), violations);
    }

    private Size count() {
        int[] points = new int[1];
        BigInteger[] possible = {BigInteger.ZERO};
        each(new ImageMemory(trace), (moment, states) -> {
            points[0]++;
            for (CrashCase choices : states.cases()) {
                possible[0] = possible[0].add(choices.possible());
            }
        });
        return new Size(points[0], possible[0]);
    }

    private void each(ImageMemory memory, Point point) {
        CrashStates states = settings.model().start(trace, memory.persisted());
        Moment.Tracker tracker = new Moment.Tracker();
        for (Event event : trace.events()) {
            if (isPoint(states, event)) {
                point.at(tracker.now(), states);
            }
            states.apply(event);
            tracker.apply(event);
        }
        if (isPoint(states, null)) {
            point.at(tracker.now(), states);
        }
    }

    private boolean isPoint(CrashStates states, @Nullable Event next) {
        return switch (settings.points()) {
            case ORDERING -> states.isOrderingPoint(next);
            case FLUSHES -> next instanceof Event.Fence || next instanceof Event.Flush || states.isOrderingPoint(next);
            case EVERY_EVENT -> true;
        };
    }
}
