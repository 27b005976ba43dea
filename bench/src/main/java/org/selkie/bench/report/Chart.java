// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Curves as SVG, both axes logarithmic: ratios, which is what counts here, are distances. */
final class Chart {

    private static final int WIDTH = 640;
    private static final int HEIGHT = 360;
    private static final int LEFT = 62;
    private static final int RIGHT = 16;
    private static final int TOP = 12;
    private static final int BOTTOM = 44;
    private static final int COLOURS = 8;
    private static final String[] DASHES = {"", "7 4", "2 3", "12 3 2 3"};
    private static final double ROOM = 1.15;

    /** One point of a curve. */
    record Point(double x, double y) {
    }

    private record Curve(String name, int number, List<Point> points) {
    }

    private final String title;
    private final String note;
    private final String across;
    private final String up;
    private final List<Curve> curves = new ArrayList<>();

    Chart(String title, String note, String across, String up) {
        this.title = title;
        this.note = note;
        this.across = across;
        this.up = up;
    }

    /** Adds one. Its number decides how it is drawn: the same in all charts. */
    Chart curve(String name, int number, List<Point> points) {
        if (!points.isEmpty()) {
            curves.add(new Curve(name, number, points));
        }
        return this;
    }

    boolean isEmpty() {
        return curves.isEmpty();
    }

    /** A figure with its legend. */
    String html() {
        double lowX = curves.stream().flatMap(curve -> curve.points.stream()).mapToDouble(Point::x).min().orElse(1);
        double highX = curves.stream().flatMap(curve -> curve.points.stream()).mapToDouble(Point::x).max().orElse(1);
        double lowY = curves.stream().flatMap(curve -> curve.points.stream()).mapToDouble(Point::y).min().orElse(1) / ROOM;
        double highY = curves.stream().flatMap(curve -> curve.points.stream()).mapToDouble(Point::y).max().orElse(1) * ROOM;
        StringBuilder html = new StringBuilder("<figure><figcaption>").append(Page.text(title)).append("<small>")
                .append(Page.text(note)).append("</small></figcaption>\n<svg viewBox=\"0 0"
                        + " ").append(WIDTH).append(' ').append(HEIGHT)
                .append("\" role=\"img\" aria-label=\"").append(Page.text(title)).append("\">\n");
        Axis x = new Axis(lowX, highX, LEFT + 12, WIDTH - RIGHT - 12);
        Axis y = new Axis(lowY, highY, HEIGHT - BOTTOM, TOP);
        for (double tick : decades(lowY, highY)) {
            html.append(format("<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>"
                    + "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n", LEFT, WIDTH - RIGHT, y.at(tick), y.at(tick),
                    LEFT - 7, y.at(tick) + 4, shown(tick)));
        }
        for (double tick : curves.stream().flatMap(curve -> curve.points.stream()).map(Point::x).distinct().sorted().toList()) {
            html.append(format("<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", x.at(tick), HEIGHT - BOTTOM + 17,
                    shown(tick)));
        }
        html.append(format("<line class=\"axis\" x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>\n", LEFT, WIDTH - RIGHT,
                HEIGHT - BOTTOM,
                HEIGHT - BOTTOM));
        html.append(format("<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>"
                + "<text transform=\"translate(14 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>\n", (LEFT
                        + WIDTH - RIGHT) / 2,
                HEIGHT - 6, Page.text(across), (TOP + HEIGHT - BOTTOM) / 2, Page.text(up)));
        for (int i = 0; i < curves.size(); i++) {
            append(html, curves.get(i), curves.get(i).number, x, y);
        }
        return html.append("</svg>\n").append(legend()).append("</figure>\n").toString();
    }

    private static void append(StringBuilder html, Curve curve, int number, Axis x, Axis y) {
        StringBuilder path = new StringBuilder();
        for (Point point : curve.points) {
            path.append(format("%s%.1f %.1f", path.isEmpty() ? "M" : "L", x.at(point.x), y.at(point.y)));
        }
        html.append(format("<path d=\"%s\" %s/>\n", path, stroke(number)));
        for (Point point : curve.points) {
            html.append(format("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" style=\"fill:var(--s%d)\"><title>%s:"
                    + " %s</title></circle>\n",
                    x.at(point.x), y.at(point.y), number % COLOURS, Page.text(curve.name), shown(point.y)));
        }
    }

    private String legend() {
        StringBuilder html = new StringBuilder("<div class=\"legend\">");
        for (int i = 0; i < curves.size(); i++) {
            html.append("<span><svg viewBox=\"0 0 26 10\"><path d=\"M0 5L26 5\""
                    + " ").append(stroke(curves.get(i).number)).append("/></svg>")
                    .append(Page.text(curves.get(i).name)).append("</span>");
        }
        return html.append("</div>").toString();
    }

    private static String stroke(int number) {
        return format("style=\"fill:none;stroke:var(--s%d);stroke-width:2;stroke-dasharray:%s\"", number % COLOURS,
                DASHES[number / COLOURS % DASHES.length].isEmpty() ? "none" : DASHES[number / COLOURS % DASHES.length]);
    }

    /** 1, 2 and 5 times each power of ten; the powers alone where that would be many, and more where it would be few. */
    private static List<Double> decades(double low, double high) {
        List<Double> ticks = new ArrayList<>();
        boolean few = high / low > 2000;
        double[] steps = few ? new double[] {1} : high / low < 5 ? new double[] {1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9}
                : new double[] {1, 2, 5};
        for (int power = (int) Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
            for (double step : steps) {
                double tick = step * Math.pow(10, power);
                if (tick >= low && tick <= high) {
                    ticks.add(tick);
                }
            }
        }
        return ticks;
    }

    private static String shown(double value) {
        if (value >= 1e6) {
            return Columns.number(value / 1e6) + "M";
        }
        return value >= 1e4 ? Columns.number(value / 1e3) + "k" : Columns.number(value);
    }

    @SuppressWarnings("AnnotateFormatMethod") // its annotation is Error Prone's own, which is no dependency here
    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    private record Axis(double low, double high, double from, double to) {
        double at(double value) {
            return high <= low ? (from + to) / 2 : from + (to - from) * Math.log(value / low) / Math.log(high / low);
        }
    }
}
