// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.selkie.Pool;
import org.selkie.RecoveryReport;
import org.selkie.fault.SelkieException;
import org.selkie.log.Finding;
import org.selkie.log.LogRecovery;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code selkie verify}: every checksum of a pool. */
@Command(
    name = "verify",
    description = {
        "Check every record of a pool against its checksum, compare those of each store with each other, and say where one is "
            + "damaged.",
        "Nothing is changed, and another process may write meanwhile. What a crash left half-written, and "
            + "nothing says was ever durable, is shown and is no damage."
    },
    mixinStandardHelpOptions = true,
    versionProvider = SelkieCommand.Version.class,
    footerHeading = "%nExamples:%n",
    footer = {
        "  selkie verify /mnt/data/pool",
        "  selkie verify /mnt/data/pool --json"
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
        "0:every record that is known to have been durable is there",
        "1:something is damaged, or cannot be read, or a store's log holds a record that is not the store's",
        "2:the command line was not understood, or there is no pool"
    })
final class VerifyCommand implements Callable<Integer> {
    private static final int MOST_SCANS = 5;

    @Spec
    private CommandSpec spec = CommandSpec.create();
    @Parameters(index = "0", paramLabel = "POOL", description = "The pool's directory, or a device-dax device.")
    private Path poolPath = Path.of("");
    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    /** Something that is not a record, as JSON has it. */
    private record Place(String kind, boolean loss, String extent, long offsetBytes, long position, long lengthBytes,
        String why) {
    }

    /** A log, as JSON has it. */
    private record CheckedLog(String log, long startPosition, long endPosition, long records, long payloadBytes,
        long scannedBytes, List<Place> findings, long unlistedFindings) {
    }

    /** A store, as JSON has it. */
    private record Store(String store, long entries, long records, long deletions, List<Place> findings, long unlistedFindings) {
    }

    /** The whole answer, as JSON has it. */
    private record Answer(String pool, String poolId, boolean clean, boolean damaged, double seconds,
        List<CheckedLog> logs, List<Store> stores, List<Place> findings, List<Place> foreignRecords) {
    }

    /** What one look at the pool found: by recovery, and users' records in stores' logs. */
    private record Scan(RecoveryReport report, List<Finding> foreign) {
    }

    /** The answer for a pool that cannot be read, as JSON has it. */
    private record Unreadable(String pool, boolean damaged, String error) {
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Scan scan;
        List<CheckedStore> stores;
        long started = System.nanoTime();
        try (Progress _ = Progress.show(spec.commandLine().getErr(),
                () -> "verifying " + poolPath + ": " + Figures.duration(System.nanoTime() - started))) {
            scan = check();
            stores = CheckedStore.allOf(spec, poolPath);
        } catch (SelkieException e) {
            if (json) {
                out.println(Json.of(new Unreadable(poolPath.toString(), true, Complaint.of(e))));
                out.flush();
            }
            throw e;
        }
        if (json) {
            out.println(Json.of(answer(scan, stores)));
        } else {
            print(scan, stores, out);
        }
        out.flush();
        boolean fits = scan.foreign.isEmpty() && stores.stream().allMatch(CheckedStore::isClean);
        return scan.report.hasLoss() || !fits ? spec.exitCodeOnExecutionException() : spec.exitCodeOnSuccess();
    }

    /**
     * Scans. Beside a writer, a scan can pass a record that is just being written and then meet a later one that says it
     * was durable: only what two scans in a row say is damage.
     */
    private Scan check() {
        Scan scan = scan();
        for (int scans = 1; scan.report.hasLoss() && scans < MOST_SCANS; scans++) {
            Scan again = scan();
            boolean confirmed = places(again.report).equals(places(scan.report));
            scan = again;
            if (confirmed) {
                break;
            }
        }
        return scan;
    }

    private Scan scan() {
        try (Pool pool = PoolAccess.forReading(spec, poolPath)) {
            return new Scan(pool.recovery(), pool.foreignRecords());
        }
    }

    /** Where something is lost; how much may still change. */
    private static Set<String> places(RecoveryReport report) {
        Set<String> places = new HashSet<>();
        for (Finding finding : report.allFindings()) {
            if (finding.kind().isLoss()) {
                places.add(finding.extent() + " " + finding.offsetBytes());
            }
        }
        return places;
    }

    private static void print(Scan scan, List<CheckedStore> stores, PrintWriter out) {
        RecoveryReport report = scan.report;
        for (LogRecovery log : report.logs()) {
            out.println("log " + log.log() + ": " + Figures.count(log.records(), "record") + ", "
                + Figures.bytes(log.payloadBytes()) + ", positions " + log.startPosition() + " to " + log.endPosition());
        }
        stores.forEach(out::println);
        List<Finding> findings = report.allFindings();
        findings.forEach(out::println);
        stores.forEach(store -> store.findings().forEach(out::println));
        report.logs().stream().filter(log -> log.unlisted().findings() > 0)
            .forEach(log -> out.println("log " + log.log() + ": " + log.unlisted()));
        scan.foreign.forEach(out::println);
        long scannedBytes = report.logs().stream().mapToLong(LogRecovery::scannedBytes).sum();
        String checked = Figures.count(report.records(), "record") + " in " + Figures.count(report.logs().size(), "log")
            + " verify (" + Figures.bytes(scannedBytes) + " in " + Figures.duration(report.nanos()) + ", "
            + Figures.rate(scannedBytes, report.nanos()) + ")";
        long damaged = report.losses()
            + stores.stream().mapToLong(store -> store.findings().size() + store.unlistedFindings()).sum();
        if (damaged > 0) {
            out.println("damaged in " + Figures.count(damaged, "place") + ": acknowledged records may be lost; " + checked);
        } else if (!scan.foreign.isEmpty()) {
            out.println("nothing that is known to have been durable is lost, but " + Figures.count(scan.foreign.size(),
                "user's record") + " in a store's log " + (scan.foreign.size() == 1 ? "keeps" : "keep")
                + " the store from being opened; " + checked);
        } else if (!findings.isEmpty()) {
            out.println("ok: nothing that is known to have been durable is lost; " + checked);
        } else {
            out.println("ok: " + checked);
        }
    }

    private static Answer answer(Scan scan, List<CheckedStore> stores) {
        RecoveryReport report = scan.report;
        List<CheckedLog> logs = report.logs().stream()
            .map(log -> new CheckedLog(log.log(), log.startPosition(), log.endPosition(), log.records(), log.payloadBytes(),
                log.scannedBytes(), log.findings().stream().map(VerifyCommand::place).toList(), log.unlisted().findings()))
            .toList();
        List<Store> checked = stores.stream()
            .map(store -> new Store(store.store(), store.entries(), store.records(), store.deletions(),
                store.findings().stream().map(VerifyCommand::place).toList(), store.unlistedFindings()))
            .toList();
        boolean fits = stores.stream().allMatch(CheckedStore::isClean);
        return new Answer(report.pool(), report.poolId().toString(), report.isClean() && fits, report.hasLoss() || !fits,
            Figures.seconds(report.nanos()), logs, checked, report.findings().stream().map(VerifyCommand::place).toList(),
            scan.foreign.stream().map(VerifyCommand::place).toList());
    }

    private static Place place(Finding finding) {
        return new Place(finding.kind().name(), finding.kind().isLoss(), finding.extent(), finding.offsetBytes(),
            finding.position(), finding.lengthBytes(), finding.why());
    }
}
