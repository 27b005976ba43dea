// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.util.List;
import org.selkie.crashtest.trace.Event;
import org.selkie.crashtest.trace.Operation;
import org.selkie.crashtest.trace.Site;

/** A violation for a person: what broke, when, which stores are missing, and what would have saved them. */
final class ViolationText {

    private static final int MOST_FRAMES = 6;
    private static final int MOST_LINES = 12;
    private static final int MOST_OPERATIONS = 5;

    private final Violation violation;
    private final StringBuilder text = new StringBuilder();

    private ViolationText(Violation violation) {
        this.violation = violation;
    }

    static String of(Violation violation) {
        return new ViolationText(violation).write();
    }

    private String write() {
        text.append("violation: ").append(violation.thrown());
        Event next = violation.next();
        line("  the crash comes ").append(next == null ? "after the last event" : "before " + next);
        line("  acknowledged: ").append(operations(violation.acknowledged())).append("; in flight: ")
                .append(operations(violation.inFlight()));
        if (violation.damaged() != null) {
            line("  media error: ").append(violation.damaged());
        }
        lines();
        return text.toString();
    }

    private StringBuilder line(String beginning) {
        return text.append('\n').append(beginning);
    }

    private static String operations(List<Operation> operations) {
        int count = operations.size();
        if (count == 0) {
            return "none";
        }
        List<Operation> last = operations.subList(Math.max(0, count - MOST_OPERATIONS), count);
        String names = String.join(", ", last.stream().map(Operation::toString).toList());
        return count == last.size() ? names : count + ", the last " + names;
    }

    private void lines() {
        if (violation.lines().isEmpty()) {
            line(violation.thrown() instanceof InterruptedRecoveryError
                    ? "  the first crash has lost nothing that matters: the second one, during recovery, breaks it, as told above"
                    : violation.damaged() != null ? "  the media error suffices: nothing else has to be lost"
                    : violation.missing() ? "  everything that was stored has persisted: no crash is needed to see this, so look "
                    + "at the check, or at recovery" : "  nothing that was pending has persisted, and there is nothing simpler");
        } else {
            line(violation.missing() ? "  everything that was stored has persisted, but for:"
                    : "  nothing of what was pending has persisted, but for:");
        }
        int count = 0;
        for (Violation.Line line : violation.lines()) {
            if (count++ == MOST_LINES) {
                line("    and ").append(violation.lines().size() - MOST_LINES).append(" more");
                return;
            }
            line("    ").append(line.place());
            if (!violation.missing()) {
                line.kept().forEach(store -> event("      kept ", store));
            }
            for (Violation.Loss loss : line.lost()) {
                if (violation.missing()) {
                    event("      lost " + loss.field() + ": ", loss.store());
                    line("        ").append(loss.why());
                }
            }
        }
        if (!violation.missing() && !violation.lines().isEmpty()) {
            firstLoss();
        }
    }

    /** Where lines are named that persisted, the reader wants to know what did not and should have. */
    private void firstLoss() {
        violation.others().stream().flatMap(line -> line.lost().stream()).limit(MOST_LINES).forEach(loss -> {
            event("    not persisted: " + loss.field() + ": ", loss.store());
            line("        ").append(loss.why());
        });
    }

    private void event(String beginning, Event.Store store) {
        line(beginning).append(store);
        frames(store.site());
    }

    private void frames(Site site) {
        site.frames().stream().skip(1).limit(MOST_FRAMES).takeWhile(frame -> !isRunner(frame.getClassName()))
                .forEach(frame -> line("            from ").append(frame));
    }

    /** Whatever called the test says nothing about it. */
    private static boolean isRunner(String name) {
        return name.startsWith("org.junit.") || name.startsWith("jdk.internal.reflect.");
    }
}
