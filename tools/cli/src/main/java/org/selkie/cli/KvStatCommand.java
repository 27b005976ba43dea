// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.selkie.Pool;
import org.selkie.kv.StoreOptions;
import org.selkie.kv.StoreStatistics;
import org.selkie.log.LogRecovery;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code selkie kv stat}: the stores of a pool in numbers. */
@Command(
    name = "stat",
    description = {
        "Show how many entries the stores of a pool hold, and what they take on media and in memory.",
        "Live bytes are those of the entries' records; the log takes more until it is compacted. Another process may write "
            + "meanwhile."
    },
    mixinStandardHelpOptions = true,
    versionProvider = SelkieCommand.Version.class,
    footerHeading = "%nExamples:%n",
    footer = {
        "  selkie kv stat /mnt/data/pool",
        "  selkie kv stat /mnt/data/pool customers --json"
    })
final class KvStatCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();
    @Parameters(index = "0", paramLabel = "POOL", description = "The pool's directory, or a device-dax device.")
    private Path poolPath = Path.of("");
    @Parameters(index = "1", paramLabel = "STORE", arity = "0..1", description = "The store's name; all stores if not given.")
    private @Nullable String store;
    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    /** What is shown of one store. */
    private record Row(String store, long entries, long liveBytes, long logBytes, double spaceAmplification, long indexBytes,
        long startPosition, long endPosition, boolean damaged) {
    }

    /** What is shown of a pool. */
    private record Summary(String pool, long extentBytes, List<Row> stores) {
    }

    @Override
    public Integer call() {
        try (Pool pool = PoolAccess.forReading(spec, poolPath)) {
            if (store != null) {
                StorePlace.requireStore(spec, pool, store);
            }
            List<Row> rows = new ArrayList<>();
            for (LogRecovery log : pool.recovery().logs()) {
                boolean wanted = store == null ? (log.records() > 0 || log.hasLoss()) && pool.stores().contains(log.log())
                    : log.log().equals(store);
                if (wanted) {
                    rows.add(row(pool, log));
                }
            }
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

    private static Row row(Pool pool, LogRecovery log) {
        StoreStatistics now = pool.store(log.log(), StoreOptions.defaults().withoutBackground()).statistics();
        return new Row(log.log(), now.entries(), now.liveBytes(), now.logBytes(), now.spaceAmplification(), now.indexBytes(),
            log.startPosition(), log.endPosition(), log.hasLoss());
    }

    private static void print(Pool pool, List<Row> rows, PrintWriter out) {
        if (rows.isEmpty()) {
            out.println("pool " + pool.name() + " has no stores; its extents are of " + Figures.bytes(pool.extentBytes()));
            return;
        }
        Table table = new Table("store", ">entries", ">live", ">log", ">log/live", ">index", ">from position", ">to position",
            "state");
        for (Row row : rows) {
            table.row(row.store, Figures.count(row.entries), Figures.bytes(row.liveBytes), Figures.bytes(row.logBytes),
                String.format(Locale.ROOT, "%.2f", row.spaceAmplification), Figures.bytes(row.indexBytes),
                Long.toString(row.startPosition), Long.toString(row.endPosition), row.damaged ? "damaged" : "ok");
        }
        table.lines().forEach(out::println);
    }
}
