// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.report;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.selkie.bench.measure.Result;
import org.selkie.bench.report.BenchReport.Section;
import org.selkie.bench.report.BenchReport.StoreSection;

/** A report as one HTML file that needs no other: no script, no font, no network. */
public final class Page {

    private Page() {
    }

    /** All of it. */
    public static String of(BenchReport report) throws IOException {
        StringBuilder html = new StringBuilder("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>selkie bench</title>\n<style>");
        html.append(css()).append("</style></head><body>\n<h1>selkie bench</h1>\n<p>How fast durable writes from Java are on"
                + " this "
                + "device, how far that is from what the same machine does in C, and how the peers do on the same work.</p>\n");
        String emulated = report.fingerprint().get("emulation");
        if (emulated != null) {
            html.append("<p class=\"warning\">").append(text(emulated)).append("</p>\n");
        }
        html.append("<dl>");
        report.fingerprint().forEach((name, value) ->
                html.append("<dt>").append(text(name)).append("</dt><dd>").append(text(value)).append("</dd>"));
        html.append("</dl>\n<div class=\"charts\">\n");
        List<Chart> charts = new ArrayList<>(charts(report));
        charts.addAll(StoreCharts.of(report));
        charts.stream().filter(chart -> !chart.isEmpty()).forEach(chart -> html.append(chart.html()));
        html.append("</div>\n<h2>The raw ceiling in C</h2>\n");
        table(html, Columns.RAW, report.raw().stream().map(Columns::of).toList());
        for (Section section : report.sections()) {
            html.append("<h2>").append(text(section.heading())).append("</h2>\n<p>").append(text(section.explanation()))
                    .append("</p>\n");
            table(html, Columns.RESULT, section.results().stream().map(Columns::of).toList());
        }
        for (StoreSection section : report.stores()) {
            html.append("<h2>").append(text(section.heading())).append("</h2>\n<p>").append(text(section.explanation()))
                    .append("</p>\n");
            table(html, Columns.STORE, section.results().stream().map(Columns::of).toList());
        }
        if (!report.recovery().isEmpty()) {
            html.append("<h2>Opening a pool again</h2>\n<p>").append(text(TextReport.RECOVERY)).append("</p>\n");
            table(html, Columns.RECOVERY, report.recovery().stream().map(Columns::of).toList());
        }
        if (!report.openings().isEmpty()) {
            html.append("<h2>Opening a store again</h2>\n<p>").append(text(TextReport.OPENINGS)).append("</p>\n");
            table(html, Columns.OPENING, report.openings().stream().map(Columns::of).toList());
        }
        if (!report.remarks().isEmpty()) {
            html.append("<h2>Left out, and remarks</h2>\n<ul>");
            report.remarks().stream().distinct().forEach(remark -> html.append("<li>").append(text(remark)).append("</li>\n"));
            html.append("</ul>\n");
        }
        return html.append("</body></html>\n").toString();
    }

    private static List<Chart> charts(BenchReport report) {
        List<Result> onMedium = shown(report, false);
        List<Result> onDisk = shown(report, true);
        List<String> titles = Stream.concat(onMedium.stream(), onDisk.stream()).map(Result::title).distinct().toList();
        List<Chart> charts = new ArrayList<>();
        for (int threads : new TreeSet<>(onMedium.stream().map(result -> result.work().threads()).toList())) {
            Chart chart = new Chart("Time of an append by its length, " + threads + (threads == 1 ? " thread" : " threads"),
                    "lower is better; median of rounds", "payload, bytes", "ns");
            byTitle(onMedium.stream().filter(result -> result.work().threads() == threads).toList()).forEach((title, results) ->
                    chart.curve(title, titles.indexOf(title), points(results, result -> result.work().payloadBytes(),
                            Result::nanos)));
            charts.add(chart);
        }
        for (int payload : new TreeSet<>(onMedium.stream().map(result -> result.work().payloadBytes()).toList())) {
            charts.add(throughput("Throughput by threads, " + payload + " B", titles,
                    onMedium.stream().filter(result -> result.work().payloadBytes() == payload).toList()));
        }
        charts.add(throughput("Throughput by threads on a disk, durable, 256 B", titles, onDisk));
        charts.add(new Chart("Time to open a pool by its size", "lower is better; records of 256 B, all checked", "MB of records",
                "ms").curve("Selkie", titles.indexOf("Selkie, shared log"), report.recovery().stream()
                        .map(time -> new Chart.Point(time.megabytes(), time.millis())).toList()));
        return charts;
    }

    private static List<Result> shown(BenchReport report, boolean onDisk) {
        return report.sections().stream().filter(section -> section.onDisk() == onDisk)
                .flatMap(section -> section.results().stream())
                .filter(result -> result.work().batch() == 1 && !result.setting().equals("again")).toList();
    }

    private static Chart throughput(String title, List<String> titles, List<Result> results) {
        Chart chart = new Chart(title, "higher is better; all threads together", "threads", "thousands a second");
        byTitle(results).forEach((contender, rows) -> {
            if (rows.stream().map(result -> result.work().threads()).distinct().count() > 1) {
                chart.curve(contender, titles.indexOf(contender), points(rows, result -> result.work().threads(),
                        result -> result.operationsASecond() / 1e3));
            }
        });
        return chart;
    }

    private static Map<String, List<Result>> byTitle(List<Result> results) {
        Map<String, List<Result>> byTitle = new LinkedHashMap<>();
        results.forEach(result -> byTitle.computeIfAbsent(result.title(), title -> new ArrayList<>()).add(result));
        return byTitle;
    }

    private interface Axis {
        double of(Result result);
    }

    /** One point for each place on the axis, the first: a contender that stands in several contests is shown once. */
    private static List<Chart.Point> points(List<Result> results, Axis x, Axis y) {
        Map<Double, Double> points = new java.util.TreeMap<>();
        results.forEach(result -> points.putIfAbsent(x.of(result), y.of(result)));
        return points.entrySet().stream().map(point -> new Chart.Point(point.getKey(), point.getValue())).toList();
    }

    private static void table(StringBuilder html, List<String> headings, List<List<String>> rows) {
        html.append("<div class=\"scroll\"><table><tr>");
        headings.forEach(heading -> html.append(heading.startsWith(">") ? "<th class=\"n\">" : "<th>")
                .append(text(heading.replace(">", ""))).append("</th>"));
        html.append("</tr>\n");
        for (List<String> row : rows) {
            html.append("<tr>");
            for (int column = 0; column < row.size(); column++) {
                html.append(headings.get(column).startsWith(">") ? "<td class=\"n\">" : "<td>").append(text(row.get(column)))
                        .append("</td>");
            }
            html.append("</tr>\n");
        }
        html.append("</table></div>\n");
    }

    /** As it stands in HTML. */
    static String text(String plain) {
        return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }

    private static String css() throws IOException {
        try (InputStream css = Page.class.getResourceAsStream("bench.css")) {
            if (css == null) {
                throw new IOException("bench.css is not in the jar; build the bench module again");
            }
            return new String(css.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
