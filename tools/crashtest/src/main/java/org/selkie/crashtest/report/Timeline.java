// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.report;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.selkie.crashtest.Violation;
import org.selkie.crashtest.trace.Event;

/** The events around a crash as a table, with a column for each line that matters. */
final class Timeline {

    private static final int ROWS_BEFORE = 120;
    private static final int ROWS_AFTER = 6;
    private static final int MOST_COLUMNS = 6;

    private final CrashReport report;
    private final Violation violation;
    private final List<Event> events;
    private final List<LineStates> columns = new ArrayList<>();
    /** Numbers of the stores of the smallest set: always shown. */
    private final Set<Integer> lost = new HashSet<>();
    private final Set<Integer> kept = new HashSet<>();
    private final int crash;

    Timeline(CrashReport report, Violation violation) {
        this.report = report;
        this.violation = violation;
        this.events = report.trace().events();
        this.crash = Math.min(violation.crashEvent(), events.size());
        Set<Place> places = new LinkedHashSet<>();
        for (Violation.Line line : CrashReport.lines(violation)) {
            CrashReport.shown(CrashReport.lost(line)).forEach(store -> lost.add(store.number()));
            CrashReport.shown(line.kept()).forEach(store -> kept.add(store.number()));
            places.add(Place.of(line));
        }
        // What was stored last before the crash is mostly what relied on the lost line.
        for (int i = crash - 1; i >= Math.max(0, crash - ROWS_BEFORE) && places.size() < MOST_COLUMNS; i--) {
            if (events.get(i) instanceof Event.Store store) {
                Place line = Place.of(store);
                if (places.stream().noneMatch(place -> place.contains(line))) {
                    places.add(line);
                }
            }
        }
        places.stream().limit(MOST_COLUMNS).forEach(place -> columns.add(new LineStates(place, report.model())));
    }

    void writeTo(Markup page) {
        page.raw("<div class=\"wide\"><table class=\"timeline\"><thead><tr><th>#</th><th>thread</th><th>event</th>"
                + "<th>where</th>");
        for (LineStates column : columns) {
            page.element("th", "line", column.place().toString());
        }
        page.raw("</tr></thead><tbody>\n");
        int omitted = 0;
        int last = Math.min(events.size(), crash + ROWS_AFTER);
        for (int i = 0; i < last; i++) {
            if (i == crash) {
                omitted = omitted(page, omitted);
                crash(page);
            }
            Event event = events.get(i);
            if (i < crash) {
                columns.forEach(column -> column.apply(event));
            }
            if (i >= crash - ROWS_BEFORE || lost.contains(i) || kept.contains(i)) {
                omitted = omitted(page, omitted);
                row(page, event, i >= crash);
            } else {
                omitted++;
            }
        }
        if (last == crash) {
            omitted(page, omitted);
            crash(page);
        }
        page.raw("</tbody></table></div>\n");
        if (last < events.size()) {
            page.element("p", "quiet", events.size() - last + " more events, which this crash prevents").raw("\n");
        }
    }

    private int omitted(Markup page, int count) {
        if (count > 0) {
            page.raw("<tr class=\"quiet\"><td colspan=\"" + (4 + columns.size()) + "\">")
                    .text(count + (count == 1 ? " event" : " events") + " not shown").raw("</td></tr>\n");
        }
        return 0;
    }

    private void row(Markup page, Event event, boolean prevented) {
        page.open("tr", kind(event) + (prevented ? " prevented" : ""));
        page.element("td", "number", Integer.toString(event.number()));
        page.element("td", "number", thread(event));
        page.raw("<td>").text(Described.event(event, report.fields()));
        if (lost.contains(event.number())) {
            page.raw(" ").element("span", "lost", "lost");
        } else if (kept.contains(event.number())) {
            page.raw(" ").element("span", "kept", "kept");
        }
        page.raw("</td><td>").element("code", "", place(event)).raw("</td>");
        for (LineStates column : columns) {
            LineStates.State state = column.now();
            page.element("td", prevented ? "" : state.style(), !prevented && column.isChanged() ? state.words() : "");
        }
        page.raw("</tr>\n");
    }

    private void crash(Markup page) {
        page.raw("<tr class=\"crash\"><td colspan=\"4\">crash</td>");
        for (LineStates column : columns) {
            page.element("td", "crash", after(column));
        }
        page.raw("</tr>\n");
    }

    /** What the image has of a line. */
    private String after(LineStates column) {
        for (Violation.Line line : CrashReport.lines(violation)) {
            if (Place.of(line).equals(column.place())) {
                return (line.lost().isEmpty() ? "" : line.lost().size() + " lost ")
                        + (line.kept().isEmpty() ? "" : line.kept().size() + " kept");
            }
        }
        return column.now().style().equals("durable") || column.now().style().equals("clean") ? column.now().words()
                : violation.missing() ? "kept" : "lost";
    }

    private String thread(Event event) {
        List<String> names = report.trace().threads();
        return names.size() > 1 && event.thread() < names.size() ? event.thread() + " " + names.get(event.thread())
                : Integer.toString(event.thread());
    }

    private static String kind(Event event) {
        return switch (event) {
            case Event.Store _ -> "store";
            case Event.Flush _ -> "flush";
            case Event.Fence _ -> "fence";
            case Event.Begin _ -> "begin";
            case Event.Acknowledge _ -> "acknowledge";
            case Event.Attach _, Event.Detach _ -> "attach";
        };
    }

    /** File and line: the class stands in the stack. */
    private static String place(Event event) {
        List<StackTraceElement> frames = event.site().frames();
        return frames.isEmpty() ? "" : frames.getFirst().getMethodName() + " (" + frames.getFirst().getFileName() + ":"
                + frames.getFirst().getLineNumber() + ")";
    }
}
