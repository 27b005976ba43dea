// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.junit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.selkie.crashtest.CrashConsistencyError;
import org.selkie.crashtest.report.CrashReport;
import org.selkie.crashtest.report.HtmlReport;

/** What becomes of a report: lines on standard output, a page, the image that breaks, and the failure of the test. */
final class Outcomes {

    /** All of this JVM, for the one page that was asked for. */
    private static final List<CrashReport> ALL = new ArrayList<>();

    /** Prints, writes, and fails when there is a violation. */
    void explored(CrashReport explored, RunSettings settings) {
        boolean good = explored.report().violations().isEmpty();
        CrashReport report = good ? explored : saveImage(explored, settings);
        Path page = writePage(report, settings, good);
        if (good) {
            System.out.println("crashtest " + report.title() + ": " + report.report().coverage());
            report.notes().forEach(note -> System.out.println("  note: " + note));
            return;
        }
        String text = report.text() + (page == null ? "" : "  page:      " + page + "\n");
        throw new CrashConsistencyError(text, report.report());
    }

    private static @Nullable Path writePage(CrashReport report, RunSettings settings, boolean good) {
        Path build = RunSettings.buildDirectory();
        Path asked = settings.html();
        try {
            if (asked != null) {
                synchronized (ALL) {
                    ALL.add(report);
                    write(asked, HtmlReport.of(ALL));
                }
                return asked;
            }
            if (good || build == null) {
                return null;
            }
            return write(build.resolve(fileName(report) + ".html"), HtmlReport.of(List.of(report)));
        } catch (IOException e) {
            throw new UncheckedIOException("the page of " + report.title() + " cannot be written", e);
        }
    }

    private static CrashReport saveImage(CrashReport report, RunSettings settings) {
        Path directory = settings.image() != null ? settings.image() : RunSettings.buildDirectory();
        if (directory == null || report.report().violations().isEmpty()) {
            return report;
        }
        List<Path> saved = new ArrayList<>();
        try {
            for (Map.Entry<String, byte[]> region : report.report().violations().getFirst().image().entrySet()) {
                saved.add(write(directory.resolve(fileName(report) + "." + plain(region.getKey()) + ".img"),
                        region.getValue()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the image of " + report.title() + " cannot be written", e);
        }
        return new CrashReport(report.title(), report.trace(), report.report(), report.fields(), report.notes(),
                saved);
    }

    private static Path write(Path file, byte[] bytes) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        return Files.write(file, bytes);
    }

    private static String fileName(CrashReport report) {
        return plain(report.title() + "-" + report.report().model());
    }

    private static String plain(String name) {
        return name.replaceAll("[^A-Za-z0-9._-]+", "_");
    }
}
