// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.report;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.selkie.bench.measure.KvResult;
import org.selkie.bench.measure.Result;
import org.selkie.bench.report.BenchReport.Section;
import org.selkie.bench.report.BenchReport.StoreSection;

/** A report as lines for a terminal of a hundred columns: the figures that are looked at first. The page and JSON have all. */
public final class TextReport {

    /** What the figures of opening a pool mean. */
    static final String RECOVERY = "Records of 256 B, each of them checked. log/payload: what the records take to what their"
            + " payloads do; pool/payload: with headers, and the space kept ahead.";
    /** What the figures of opening a store mean. */
    static final String OPENINGS = "After a clean close; keys of 16 B. index: what it says that it takes in DRAM;"
            + " pool/payload: with headers, and the space kept ahead.";

    private static final int WIDTH = 98;
    private static final int NAME_WIDTH = 20;

    private final PrintStream out;

    private TextReport(PrintStream out) {
        this.out = out;
    }

    /** Prints all of it. */
    public static void print(BenchReport report, PrintStream out) {
        new TextReport(out).print(report);
        out.flush();
    }

    /** Prints the contests of a section of stores, with every column that there is. */
    public static void printWide(StoreSection section, PrintStream out) {
        TextReport text = new TextReport(out);
        text.head(section.heading(), section.explanation());
        text.table(Columns.STORE, section.results().stream().map(Columns::of).toList());
        out.flush();
    }

    private void print(BenchReport report) {
        report.fingerprint().forEach((name, value) -> {
            List<String> lines = wrapped(value, WIDTH - NAME_WIDTH);
            for (int i = 0; i < lines.size(); i++) {
                String left = i == 0 ? name : "";
                out.println(left + " ".repeat(Math.max(1, NAME_WIDTH - left.length())) + lines.get(i));
            }
        });
        head("The raw ceiling in C", "");
        table(Columns.RAW, report.raw().stream().map(Columns::of).toList());
        report.sections().forEach(this::print);
        report.stores().forEach(this::print);
        if (!report.recovery().isEmpty()) {
            head("Opening a pool again", RECOVERY);
            table(Columns.RECOVERY, report.recovery().stream().map(Columns::of).toList());
        }
        if (!report.openings().isEmpty()) {
            head("Opening a store again", OPENINGS);
            table(Columns.OPENING, report.openings().stream().map(Columns::of).toList());
        }
        if (!report.remarks().isEmpty()) {
            head("Left out, and remarks", "");
            report.remarks().stream().distinct().forEach(remark -> wrapped(remark, WIDTH - 4).forEach(line ->
                    out.println("  " + line)));
        }
        out.println();
        wrapped("All columns, such as quartiles, p50, p99.9 and throughput, are in the page (--html FILE) and in --json.", WIDTH)
                .forEach(out::println);
    }

    private void print(Section section) {
        head(section.heading(), section.explanation());
        Map<String, List<List<String>>> byWork = new LinkedHashMap<>();
        List<List<String>> costs = new ArrayList<>();
        Map<String, String> survives = new LinkedHashMap<>();
        for (Result result : section.results()) {
            byWork.computeIfAbsent(result.work().words(), work -> new ArrayList<>()).add(Columns.speed(result));
            if (result.work().threads() == 1) {
                costs.add(Columns.costs(result.title(), result.work().words(), result.costs(), result.allocatedBytes()));
            }
            survives.putIfAbsent(result.title(), result.survives());
        }
        groups(byWork, costs, survives);
    }

    private void print(StoreSection section) {
        head(section.heading(), section.explanation());
        Map<String, List<List<String>>> byWork = new LinkedHashMap<>();
        List<List<String>> costs = new ArrayList<>();
        Map<String, String> survives = new LinkedHashMap<>();
        for (KvResult result : section.results()) {
            String threads = result.threads() + (result.threads() == 1 ? " thread" : " threads");
            byWork.computeIfAbsent(result.work().words() + ", " + threads, work -> new ArrayList<>()).add(Columns.speed(result));
            if (result.threads() == 1) {
                costs.add(Columns.costs(result.title(), result.work().words(), result.costs(), result.allocatedBytes()));
            }
            survives.putIfAbsent(result.title(), result.survives());
        }
        groups(byWork, costs, survives);
    }

    private void groups(Map<String, List<List<String>>> byWork, List<List<String>> costs, Map<String, String> survives) {
        byWork.forEach((work, rows) -> {
            out.println();
            out.println("  " + work);
            table(Columns.SPEED, rows);
        });
        List<List<String>> known = costs.stream().filter(row -> row.subList(2, row.size()).stream()
                .anyMatch(cell -> !cell.equals("-"))).toList();
        if (!known.isEmpty()) {
            out.println();
            out.println("  What an operation costs");
            table(Columns.COSTS, known);
        }
        out.println();
        table(Columns.SURVIVES, survives.entrySet().stream().map(each -> List.of(each.getKey(), each.getValue())).toList());
    }

    private void head(String heading, String explanation) {
        out.println();
        out.println(heading);
        wrapped(explanation, WIDTH - 4).forEach(line -> out.println("  " + line));
    }

    private void table(List<String> headings, List<List<String>> rows) {
        Columns.lines(headings, rows).forEach(line -> out.println("  " + line));
    }

    /** In lines of at most so many characters, broken at spaces; a longer word has a line of its own. */
    static List<String> wrapped(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        if (!line.isEmpty()) {
            lines.add(line.toString());
        }
        return lines;
    }
}
