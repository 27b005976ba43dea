// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.report;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.selkie.crashtest.FieldNames;
import org.selkie.crashtest.InterruptedRecoveryError;
import org.selkie.crashtest.Report;
import org.selkie.crashtest.Violation;
import org.selkie.crashtest.model.PersistenceModel;
import org.selkie.crashtest.trace.Event;
import org.selkie.crashtest.trace.Trace;

/**
 * All that a person needs to act on a report.
 *
 * @param title  what was explored, such as the name of the test
 * @param notes  what the reader must know about the run, in sentences
 * @param saved  where the first violation's image lies
 */
public record CrashReport(String title, Trace trace, Report report, FieldNames fields, List<String> notes,
        List<Path> saved) {

    private static final int MOST_STORES = 4;
    private static final Set<String> EXPLORING = Set.of("org.selkie.crashtest.Search", "org.selkie.crashtest.CrashWalk",
            "org.selkie.crashtest.Exploration", "org.selkie.crashtest.Explorer", "org.selkie.crashtest.Examiner",
            "org.selkie.crashtest.Examination", "org.selkie.crashtest.Simplification", "org.selkie.crashtest.ImageRegion",
            "org.selkie.crashtest.LineAccess");

    public CrashReport {
        notes = List.copyOf(notes);
        saved = List.copyOf(saved);
    }

    /** The report as text: what broke, at which crash, by which lines, and what to do. */
    public String text() {
        StringBuilder text = new StringBuilder();
        for (Violation violation : report.violations()) {
            text.append("crash consistency is broken: ").append(violation.thrown()).append('\n');
            line(text, "test", title + ", model " + report.model());
            line(text, "crash", "before " + crashEvent(violation));
            line(text, "promised", promised(violation));
            if (violation.damaged() != null) {
                line(text, "damaged", "a media error in " + Place.of(violation.damaged()));
            }
            line(text, "broken by", brokenBy(violation));
            lines(violation).forEach(line -> line(text, violation, line));
            List<StackTraceElement> stack = ownFrames(List.of(violation.thrown().getStackTrace()));
            if (!stack.isEmpty()) {
                line(text, "checker", "refused it at " + stack.getFirst());
            }
        }
        if (report.violations().isEmpty()) {
            line(text, "test", title);
        }
        line(text, "coverage", report.coverage());
        line(text, "repeat", "-Dselkie.seed=" + report.seed());
        saved.forEach(file -> line(text, "image", file.toString()));
        notes.forEach(note -> line(text, "note", note));
        return text.toString();
    }

    private void line(StringBuilder text, Violation violation, Violation.Line line) {
        text.append("    line ").append(Place.of(line)).append('\n');
        earlier("kept", line.kept()).ifPresent(said -> text.append("      ").append(said).append('\n'));
        for (Event.Store store : shown(line.kept())) {
            text.append("      kept  #").append(store.number()).append(' ').append(Described.store(store, fields)).append('\n')
                    .append("            at ").append(store.site()).append('\n');
        }
        earlier("lost", lost(line)).ifPresent(said -> text.append("      ").append(said).append('\n'));
        for (Event.Store store : shown(lost(line))) {
            text.append("      lost  #").append(store.number()).append(' ').append(Described.store(store, fields)).append('\n')
                    .append("            at ").append(store.site()).append('\n')
                    .append("            ").append(why(line, store)).append('\n')
                    .append("            remedy: ").append(remedy(violation, line, store)).append('\n');
        }
    }

    /**
     * The lines to show: those of the smallest set, and where that is of lines that became durable early, the ones that should
     * have been durable before.
     */
    static List<Violation.Line> lines(Violation violation) {
        return violation.missing() ? violation.lines()
                : Stream.concat(violation.lines().stream(), violation.others().stream()).toList();
    }

    /** The stores of a line that are shown: the last ones. */
    static List<Event.Store> shown(List<Event.Store> stores) {
        return stores.subList(Math.max(0, stores.size() - MOST_STORES), stores.size());
    }

    /** That there are more. */
    static Optional<String> earlier(String fate, List<Event.Store> stores) {
        int more = stores.size() - MOST_STORES;
        return more <= 0 ? Optional.empty() : Optional.of(fate + "  " + more + " earlier " + (more == 1 ? "store" : "stores")
                + " of this line, the first #" + stores.getFirst().number());
    }

    /** By whose rules. */
    PersistenceModel model() {
        return PersistenceModel.named(report.model());
    }

    /** How far a store of a violation's line had come. */
    StoreFate fate(Violation violation, Violation.Line line, Event.Store store) {
        return StoreFate.of(trace, model(), store, Place.of(line), violation.crashEvent());
    }

    /** The event before which the crash came, with its place. */
    String crashEvent(Violation violation) {
        if (violation.crashEvent() >= trace.events().size()) {
            return "anything else happened: after the last event, #" + (trace.events().size() - 1);
        }
        Event event = trace.events().get(violation.crashEvent());
        return "#" + event.number() + " " + Described.event(event, fields) + " at " + event.site();
    }

    /** What had been acknowledged, and what was under way. */
    static String promised(Violation violation) {
        int acknowledged = violation.acknowledged().size();
        return (acknowledged == 0 ? "nothing acknowledged"
                : acknowledged + (acknowledged == 1 ? " operation" : " operations") + " acknowledged, last "
                        + violation.acknowledged().getLast())
                + (violation.inFlight().isEmpty() ? "; none in flight" : "; in flight " + violation.inFlight());
    }

    /** The stores of a line of which something was lost. */
    static List<Event.Store> lost(Violation.Line line) {
        return line.lost().stream().map(Violation.Loss::store).toList();
    }

    /** What a lost store would have needed. */
    static String why(Violation.Line line, Event.Store store) {
        return line.lost().stream().filter(loss -> loss.store().number() == store.number()).findFirst()
                .map(Violation.Loss::why).orElse("lost");
    }

    /** What to do about a lost store, where that can be told. */
    String remedy(Violation violation, Violation.Line line, Event.Store store) {
        return Remedy.of(this, violation, line, store);
    }

    /** The kind of the smallest set. */
    static String brokenBy(Violation violation) {
        if (violation.thrown() instanceof InterruptedRecoveryError) {
            return "a second crash, during recovery, as told above; the first one left " + ofTheFirst(violation);
        }
        return ofTheFirst(violation);
    }

    private static String ofTheFirst(Violation violation) {
        int lines = violation.lines().size();
        String count = lines == 1 ? "one line" : lines + " lines";
        if (lines == 0) {
            return violation.missing() ? "no store missing: every store so far was durable"
                    : "the loss of everything that was not certainly durable";
        }
        return violation.missing() ? count + " that lost stores; every other store so far was durable"
                : count + " that became durable early; no other store that was pending did";
    }

    /** Without the frames of JUnit and of the JDK's reflection at the outer end, and of assertions at the inner one. */
    static List<StackTraceElement> ownFrames(List<StackTraceElement> frames) {
        return frames.stream().filter(frame -> !frame.getClassName().startsWith("org.junit.")
                && !frame.getClassName().startsWith("java.") && !frame.getClassName().startsWith("jdk.")
                && !frame.getClassName().startsWith("org.apache.maven.")
                && !EXPLORING.contains(frame.getClassName().replaceAll("\\$.*", ""))).toList();
    }

    private static void line(StringBuilder text, String label, String value) {
        text.append("  ").append(label).append(": ").append(" ".repeat(Math.max(0, 9 - label.length()))).append(value)
                .append('\n');
    }
}
