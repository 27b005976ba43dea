// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.selkie.Pool;
import org.selkie.log.LogRecovery;
import org.selkie.log.LogStatistics;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code selkie log stat}: how much is in a log, and where it begins and ends. */
@Command(
    name = "stat",
    description = "Show how many records the logs of a pool hold, and from which position to which.",
    mixinStandardHelpOptions = true,
    versionProvider = SelkieCommand.Version.class,
    footerHeading = "%nExamples:%n",
    footer = {
        "  selkie log stat /mnt/data/pool",
        "  selkie log stat /mnt/data/pool orders --json"
    })
final class LogStatCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();
    @Parameters(index = "0", paramLabel = "POOL", description = "The pool's directory, or a device-dax device.")
    private Path poolPath = Path.of("");
    @Parameters(index = "1", paramLabel = "LOG", arity = "0..1", description = "The log's name; all logs if not given.")
    private @Nullable String logName;
    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    /** What is shown of one log. */
    private record Row(String log, long records, long payloadBytes, long startPosition, long endPosition, int extents,
        long extentBytes) {
    }

    /** What is shown of a pool. */
    private record Summary(String pool, long extentBytes, List<Row> logs) {
    }

    @Override
    public Integer call() {
        try (Pool pool = PoolAccess.forReading(spec, poolPath)) {
            if (logName != null) {
                PoolAccess.requireLog(spec, pool, logName);
            }
            List<Row> rows = pool.recovery().logs().stream()
                .filter(log -> logName == null || log.log().equals(logName))
                .map(log -> row(pool, log))
                .toList();
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                out.println(Json.of(new Summary(pool.name(), pool.extentBytes(), rows)));
            } else {
                print(pool, rows, out);
            }
            out.flush();
        }
        return spec.exitCodeOnSuccess();
    }

    /** As the scan at opening counted it; a writer may have gone on since. */
    private static Row row(Pool pool, LogRecovery log) {
        LogStatistics now = pool.log(log.log()).statistics();
        return new Row(log.log(), log.records(), log.payloadBytes(), log.startPosition(), log.endPosition(), now.extents(),
            now.extentBytes());
    }

    private void print(Pool pool, List<Row> rows, PrintWriter out) {
        if (rows.isEmpty()) {
            out.println("pool " + pool.name() + " has no logs; its extents are of " + Figures.bytes(pool.extentBytes()));
            return;
        }
        Table table = new Table("log", ">records", ">payload", ">from position", ">to position", ">extents", ">each");
        for (Row row : rows) {
            table.row(row.log, Figures.count(row.records), Figures.bytes(row.payloadBytes), Long.toString(row.startPosition),
                Long.toString(row.endPosition), Integer.toString(row.extents), Figures.bytes(row.extentBytes));
        }
        table.lines().forEach(out::println);
    }
}
