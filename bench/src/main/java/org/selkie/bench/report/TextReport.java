// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.report;

import java.io.PrintStream;
import org.selkie.bench.report.BenchReport.Section;
import org.selkie.bench.report.BenchReport.StoreSection;

/** A report as lines for a terminal. */
public final class TextReport {

    /** What the figures of opening a store mean. */
    static final String OPENINGS = "After a clean close; keys of 16 B. index: what it says that it takes in DRAM;"
            + " pool/payload: with headers, and the space kept ahead.";

    private TextReport() {
    }

    /** Prints the contests of a section of stores. */
    public static void print(StoreSection section, PrintStream out) {
        out.println();
        out.println(section.heading());
        out.println("  " + section.explanation());
        Columns.lines(Columns.STORE, section.results().stream().map(Columns::of).toList())
                .forEach(line -> out.println("  " + line));
    }

    /** Prints all of it. */
    public static void print(BenchReport report, PrintStream out) {
        report.fingerprint().forEach((name, value) -> out.println(name + " ".repeat(Math.max(1, 20 - name.length())) + value));
        out.println();
        out.println("The raw ceiling in C");
        Columns.lines(Columns.RAW, report.raw().stream().map(Columns::of).toList()).forEach(line -> out.println("  " + line));
        for (Section section : report.sections()) {
            out.println();
            out.println(section.heading());
            out.println("  " + section.explanation());
            Columns.lines(Columns.RESULT, section.results().stream().map(Columns::of).toList())
                    .forEach(line -> out.println("  " + line));
        }
        for (StoreSection section : report.stores()) {
            print(section, out);
        }
        if (!report.recovery().isEmpty()) {
            out.println();
            out.println("Opening a pool again");
            out.println("  Records of 256 B, each of them checked. log/payload: what the records take to what their payloads do;"
                    + " pool/payload: with headers, and the space kept ahead.");
            Columns.lines(Columns.RECOVERY, report.recovery().stream().map(Columns::of).toList())
                    .forEach(line -> out.println("  " + line));
        }
        if (!report.openings().isEmpty()) {
            out.println();
            out.println("Opening a store again");
            out.println("  " + OPENINGS);
            Columns.lines(Columns.OPENING, report.openings().stream().map(Columns::of).toList())
                    .forEach(line -> out.println("  " + line));
        }
        if (!report.remarks().isEmpty()) {
            out.println();
            out.println("Left out, and remarks");
            report.remarks().stream().distinct().forEach(remark -> out.println("  " + remark));
        }
        out.flush();
    }
}
