// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.selkie.crashtest.Violation;
import org.selkie.crashtest.model.FlatMemory;
import org.selkie.crashtest.trace.Event;
import org.selkie.crashtest.trace.Site;

/** Reports as one page that needs nothing but itself. */
public final class HtmlReport {

    private static final int MOST_LINES = 32;

    private final Markup page = new Markup();

    private HtmlReport() {
    }

    /** The page, in UTF-8. */
    public static byte[] of(List<CrashReport> reports) {
        HtmlReport report = new HtmlReport();
        long broken = reports.stream().filter(one -> !one.report().violations().isEmpty()).count();
        report.page.raw("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>")
                .text("crash tests: " + (broken == 0 ? "none broken" : broken + " broken")).raw("</title><style>")
                .raw(style()).raw("</style></head><body><main>\n");
        report.contents(reports);
        for (int i = 0; i < reports.size(); i++) {
            report.section(reports.get(i), i);
        }
        report.page.raw("</main></body></html>\n");
        return report.page.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static String style() {
        try (InputStream in = HtmlReport.class.getResourceAsStream("report.css")) {
            return new String(Objects.requireNonNull(in, "report.css is missing from the jar").readAllBytes(),
                    StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void contents(List<CrashReport> reports) {
        if (reports.size() < 2) {
            return;
        }
        page.raw("<nav><h1>Crash tests</h1><ul>");
        for (int i = 0; i < reports.size(); i++) {
            boolean good = reports.get(i).report().violations().isEmpty();
            page.raw("<li><a href=\"#report" + i + "\">").text(title(reports.get(i))).raw("</a> ")
                    .element("span", good ? "good" : "bad", good ? "no violation" : "broken").raw("</li>\n");
        }
        page.raw("</ul></nav>\n");
    }

    private static String title(CrashReport report) {
        return report.title() + " (" + report.report().model() + ")";
    }

    private void section(CrashReport report, int number) {
        boolean good = report.report().violations().isEmpty();
        page.raw("<section id=\"report" + number + "\">");
        page.open("h1", good ? "good" : "bad").text(title(report)).raw("</h1>\n");
        if (good) {
            page.element("p", "", "No crash that was looked at breaks it.").raw("\n");
        }
        for (int i = 0; i < report.report().violations().size(); i++) {
            violation(report, report.report().violations().get(i));
        }
        page.raw("<h2>What was covered</h2>\n").raw("<dl>");
        fact("coverage", report.report().coverage());
        fact("repeat", "-Dselkie.seed=" + report.report().seed());
        fact("events", report.trace().events().size() + " recorded, threads " + report.trace().threads());
        report.saved().forEach(file -> fact("image", file.toString()));
        report.notes().forEach(note -> fact("note", note));
        page.raw("</dl></section>\n");
    }

    private void fact(String name, String value) {
        page.element("dt", "", name).element("dd", "", value).raw("\n");
    }

    private void violation(CrashReport report, Violation violation) {
        page.raw("<h2>What is wrong</h2>\n");
        page.element("pre", "thrown", violation.thrown().toString()).raw("\n<dl>");
        fact("crash", "before " + report.crashEvent(violation));
        fact("promised", CrashReport.promised(violation));
        if (violation.damaged() != null) {
            fact("damaged", "a media error in " + Place.of(violation.damaged()));
        }
        fact("broken by", CrashReport.brokenBy(violation));
        page.raw("</dl>\n");
        List<Violation.Line> lines = CrashReport.lines(violation);
        for (Violation.Line line : lines.subList(0, Math.min(MOST_LINES, lines.size()))) {
            line(report, violation, line);
        }
        if (lines.size() > MOST_LINES) {
            page.element("p", "", lines.size() - MOST_LINES + " more lines, not shown");
        }
        page.raw("<h2>What happened</h2>\n");
        new Timeline(report, violation).writeTo(page);
        page.raw("<h2>Where the checker refused it</h2>\n");
        stack("stack of " + violation.thrown().getClass().getName(),
                CrashReport.ownFrames(List.of(violation.thrown().getStackTrace())), true);
        for (Throwable cause = violation.thrown().getCause(); cause != null; cause = cause.getCause()) {
            stack("caused by " + cause, CrashReport.ownFrames(List.of(cause.getStackTrace())), false);
        }
    }

    private void line(CrashReport report, Violation violation, Violation.Line line) {
        String fields = report.fields().of(line.place().region(), line.place().offsetBytes(), line.place().lengthBytes());
        page.raw("<article><h3>").text("Line " + Place.of(line)
                + (fields.isEmpty() ? "" : ": " + fields)).raw("</h3>\n");
        CrashReport.earlier("kept", line.kept()).ifPresent(said -> page.element("p", "quiet", said));
        for (Event.Store store : CrashReport.shown(line.kept())) {
            store(report, store, "kept", "became durable");
        }
        CrashReport.earlier("lost", CrashReport.lost(line)).ifPresent(said -> page.element("p", "quiet", said));
        for (Event.Store store : CrashReport.shown(CrashReport.lost(line))) {
            StoreFate fate = report.fate(violation, line, store);
            store(report, store, "lost", "lost");
            page.raw("<p>").text(CrashReport.why(line, store)).raw(".</p><p class=\"remedy\">Remedy: ")
                    .text(report.remedy(violation, line, store)).raw(".</p>\n");
            if (fate.passing() != null) {
                stack("stack of the fence that did not wait for it, " + StoreFate.number(fate.passing()),
                        fate.passing().site());
            }
            if (fate.flush() == null && fate.later() != null) {
                stack("stack of its first flush, " + StoreFate.number(fate.later()), fate.later().site());
            }
        }
        words(report, violation, line);
        page.raw("</article>\n");
    }

    private void store(CrashReport report, Event.Store store, String style, String fate) {
        page.raw("<p>").element("span", style, fate).text(" #" + store.number() + " " + Described.store(store, report.fields()))
                .raw("<br>").element("code", "", store.site().toString()).raw("</p>\n");
        stack("stack of the store", store.site());
    }

    private void stack(String title, Site site) {
        stack(title, CrashReport.ownFrames(site.frames()), false);
    }

    private void stack(String title, List<StackTraceElement> frames, boolean open) {
        if (frames.isEmpty()) {
            return;
        }
        page.raw(open ? "<details open><summary>" : "<details><summary>").text(title).raw("</summary><pre>");
        frames.forEach(frame -> page.text(frame + "\n"));
        page.raw("</pre></details>\n");
    }

    /** The line word by word: what recovery found, and what the code had stored. */
    private void words(CrashReport report, Violation violation, Violation.Line line) {
        byte[] image = violation.image(line.place().region());
        byte[] stored = Contents.before(report.trace(), line.place().region(), violation.crashEvent());
        if (image.length == 0 || stored.length != image.length) {
            return;
        }
        int first = (int) line.place().offsetBytes();
        int end = (int) Math.min(first + Math.min(line.place().lengthBytes(), FlatMemory.LINE_BYTES), image.length);
        page.raw("<table class=\"words\"><tr><th>offset</th><th>field</th><th>found by recovery</th><th>stored by the code</th>"
                + "</tr>\n");
        for (int at = first; at < end; at += Long.BYTES) {
            int length = Math.min(Long.BYTES, image.length - at);
            byte[] found = java.util.Arrays.copyOfRange(image, at, at + length);
            byte[] live = java.util.Arrays.copyOfRange(stored, at, at + length);
            page.open("tr", java.util.Arrays.equals(found, live) ? "" : "differs").element("td", "number", Integer.toString(at))
                    .element("td", "", report.fields().of(line.place().region(), at, length))
                    .element("td", "number", Described.value(found)).element("td", "number", Described.value(live))
                    .raw("</tr>\n");
        }
        page.raw("</table>\n");
    }
}
