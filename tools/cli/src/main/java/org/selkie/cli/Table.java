// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.util.ArrayList;
import java.util.List;

/** Rows under headings; words to the left, numbers to the right, two spaces between. */
final class Table {
    private static final String GAP = "  ";

    private final List<String> headings;
    private final List<List<String>> rows = new ArrayList<>();
    private final boolean[] numeric;

    /** A column whose heading begins with {@code >} is one of numbers. */
    Table(String... columns) {
        numeric = new boolean[columns.length];
        headings = new ArrayList<>();
        for (int column = 0; column < columns.length; column++) {
            numeric[column] = columns[column].startsWith(">");
            headings.add(numeric[column] ? columns[column].substring(1) : columns[column]);
        }
    }

    /** Adds a row, with a cell for each column. */
    Table row(String... cells) {
        if (cells.length != headings.size()) {
            throw new IllegalArgumentException(cells.length + " cells for " + headings.size() + " columns");
        }
        rows.add(List.of(cells));
        return this;
    }

    /** The lines, the headings first. */
    List<String> lines() {
        List<List<String>> all = new ArrayList<>();
        all.add(headings);
        all.addAll(rows);
        int[] widths = new int[headings.size()];
        for (List<String> row : all) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        }
        return all.stream().map(row -> line(row, widths)).toList();
    }

    private String line(List<String> row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            String cell = row.get(column);
            String space = " ".repeat(widths[column] - cell.length());
            line.append(column == 0 ? "" : GAP).append(numeric[column] ? space + cell : cell + space);
        }
        return line.toString().stripTrailing();
    }
}
