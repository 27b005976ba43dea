// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.selkie.bench.contender.Costs;
import org.selkie.bench.measure.KvResult;
import org.selkie.bench.measure.RawCeiling;
import org.selkie.bench.measure.Result;

/** The columns of the tables, the same as text and on the page. */
final class Columns {

    static final List<String> RESULT = List.of("contender", "work", ">ns/op", ">quartiles", ">p50", ">p99", ">p99.9", ">Mop/s",
            ">% of ceiling", "time to ceiling's", "to Selkie's shared log", ">flushes", ">fences", ">lines", ">bytes", ">forces",
                    ">heap B", "survives");
    static final List<String> STORE = List.of("work", "store", ">threads", ">ns/op", ">quartiles", ">p50", ">p99", ">p99.9",
            ">Mop/s", ">% of ceiling", "time to ceiling's", "to Selkie's store", ">flushes", ">fences", ">lines", ">bytes",
            ">heap B", "survives");
    static final List<String> OPENING = List.of(">keys", ">value B", ">ms", ">of that the pool", ">M keys/s", ">index B/key",
            ">pool/payload");
    /** Of these, what a terminal of a hundred columns has room for. */
    static final List<String> SPEED = List.of("contender", ">ns/op", ">p99", ">% of C", "time to ceiling's", "to Selkie's");
    static final List<String> COSTS = List.of("contender", "work", ">flushes", ">fences", ">lines", ">bytes", ">forces",
            ">heap B");
    static final List<String> SURVIVES = List.of("contender", "an acknowledged write survives");
    static final List<String> RAW = List.of("operation", ">bytes", ">threads", ">ns/op", ">quartiles", ">GB/s");
    static final List<String> RECOVERY = List.of(">MB of records", ">records", ">ms", ">GB/s", ">log/payload", ">pool/payload");

    private static final double SMALL = 10;
    private static final double LARGE = 10_000;

    private Columns() {
    }

    static List<String> of(Result result) {
        return List.of(result.title(), result.work().words(), number(result.nanos()),
                number(result.lowNanos()) + "-" + number(result.highNanos()), number(result.p50Nanos()),
                        number(result.p99Nanos()),
                number(result.p999Nanos()), number(result.operationsASecond() / 1e6), percent(result.ceilingPercent()),
                result.toCeiling().words(result.noise()), result.toOurs().words(result.noise()),
                number(result.costs().flushes()), number(result.costs().fences()), number(result.costs().lines()),
                number(result.costs().bytes()), number(result.costs().forces()), number(result.allocatedBytes()),
                result.survives());
    }

    static List<String> speed(Result result) {
        return List.of(result.title(), number(result.nanos()), number(result.p99Nanos()), percent(result.ceilingPercent()),
                result.toCeiling().words(result.noise()), result.toOurs().words(result.noise()));
    }

    static List<String> speed(KvResult result) {
        double noise = Double.isNaN(result.noise()) ? 0 : result.noise();
        return List.of(result.title(), number(result.nanos()), number(result.p99Nanos()), percent(result.ceilingPercent()),
                result.toCeiling().words(noise), result.toOurs().words(noise));
    }

    static List<String> costs(String title, String work, Costs costs, double allocatedBytes) {
        return List.of(title, work, number(costs.flushes()), number(costs.fences()), number(costs.lines()),
                number(costs.bytes()), number(costs.forces()), number(allocatedBytes));
    }

    static List<String> of(KvResult result) {
        double noise = Double.isNaN(result.noise()) ? 0 : result.noise();
        String quartiles = Double.isNaN(result.nanos()) ? "-" : number(result.lowNanos()) + "-" + number(result.highNanos());
        return List.of(result.work().words(), result.title(), Integer.toString(result.threads()), number(result.nanos()),
                quartiles, number(result.p50Nanos()), number(result.p99Nanos()), number(result.p999Nanos()),
                number(result.operationsASecond() / 1e6), percent(result.ceilingPercent()), result.toCeiling().words(noise),
                result.toOurs().words(noise), number(result.costs().flushes()), number(result.costs().fences()),
                number(result.costs().lines()), number(result.costs().bytes()), number(result.allocatedBytes()),
                result.survives());
    }

    static List<String> of(BenchReport.StoreOpening opening) {
        return List.of(String.format(Locale.ROOT, "%,d", opening.keys()), Integer.toString(opening.valueBytes()),
                number(opening.millis()), number(opening.poolMillis()), number(opening.keys() / 1e3 / opening.millis()),
                number(opening.indexBytes()), number(opening.inFiles()));
    }

    static List<String> of(RawCeiling.Row row) {
        return List.of(row.operation().words(), row.lengthBytes() == 0 ? "-" : Integer.toString(row.lengthBytes()),
                Integer.toString(row.threads()), number(row.nanos()), number(row.lowNanos()) + "-" + number(row.highNanos()),
                number(row.gigabytesASecond()));
    }

    static List<String> of(BenchReport.RecoveryTime time) {
        return List.of(Long.toString(time.megabytes()), Long.toString(time.records()), number(time.millis()),
                number(time.megabytes() * 1.048576 / time.millis()), number(time.onMedia()), number(time.inFiles()));
    }

    /** With as many digits as mean something; "-" where it is not known. */
    static String number(double value) {
        if (Double.isNaN(value)) {
            return "-";
        }
        if (value == Math.rint(value) && value < LARGE) {
            return Long.toString((long) value);
        }
        if (value < SMALL) {
            return String.format(Locale.ROOT, "%.2f", value);
        }
        return String.format(Locale.ROOT, value < LARGE / SMALL ? "%.1f" : "%,.0f", value);
    }

    private static String percent(double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, value < SMALL ? "%.1f" : "%.0f", value);
    }

    /** Rows under headings, words to the left and numbers to the right. */
    static List<String> lines(List<String> headings, List<List<String>> rows) {
        List<String> lines = new ArrayList<>();
        int[] widths = new int[headings.size()];
        for (int column = 0; column < widths.length; column++) {
            int at = column;
            int heading = headings.get(column).replace(">", "").length();
            widths[column] = rows.stream().mapToInt(row -> row.get(at).length()).reduce(heading, Math::max);
        }
        lines.add(line(headings.stream().map(heading -> heading.replace(">", "")).toList(), headings, widths));
        rows.forEach(row -> lines.add(line(row, headings, widths)));
        return lines;
    }

    private static String line(List<String> cells, List<String> headings, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            String cell = cells.get(column);
            String space = " ".repeat(widths[column] - cell.length());
            line.append(column == 0 ? "" : "  ").append(headings.get(column).startsWith(">") ? space + cell : cell + space);
        }
        return line.toString().stripTrailing();
    }
}
