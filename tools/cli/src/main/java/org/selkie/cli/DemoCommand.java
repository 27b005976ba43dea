// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.selkie.cli.demo.Demo;
import org.selkie.cli.demo.DemoFailedException;
import org.selkie.cli.demo.DemoPlace;
import org.selkie.cli.demo.DemoPlan;
import org.selkie.cli.demo.DemoRound;
import org.selkie.log.Finding;
import org.selkie.persist.Durability;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code selkie demo}: kill a writer, recover, and compare. */
@Command(
    name = "demo",
    description = {
        "Kill a writing process with SIGKILL, recover, and compare every acknowledged record byte for byte.",
        "A child process appends checksummed records from several threads and reports each acknowledgement. Runs on tmpfs "
            + "as the emulation of persistent memory, on a disk, and on each DAX mount; removes what it made. At most a "
            + "quarter of the free space is used, and 1 GiB at a time."
    },
    mixinStandardHelpOptions = true,
    versionProvider = SelkieCommand.Version.class,
    footerHeading = "%nExamples:%n",
    footer = {
        "  selkie demo",
        "  selkie demo --path /mnt/pmem --seconds 20",
        "  selkie demo --path /dev/shm --kills 100 --seconds 30 --seed 42"
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
        "0:every acknowledged record was recovered",
        "1:something was lost, or the demo could not be carried out",
        "2:the command line was not understood"
    })
final class DemoCommand implements Callable<Integer> {
    private static final double NANOS_A_SECOND = 1e9;
    private static final int MOST_THREADS = 64;
    private static final int MOST_RECORD_BYTES = 32 * 1024;

    @Spec
    private CommandSpec spec = CommandSpec.create();
    @Option(names = "--path", paramLabel = "DIR", description = "Run in this directory alone.")
    private @Nullable Path path;
    @Option(names = "--durability", paramLabel = "LEVEL", converter = DurabilityWord.class,
        completionCandidates = DurabilityWord.class,
        description = "With --path: what to require, one of ${COMPLETION-CANDIDATES}; otherwise the strongest that can be "
            + "had there.")
    private @Nullable Durability durability;
    @Option(names = "--seconds", paramLabel = "N", defaultValue = "6",
        description = "How long to append on each place, all kills together; ${DEFAULT-VALUE} if not given.")
    private double seconds;
    @Option(names = "--kills", paramLabel = "N", defaultValue = "3",
        description = "How often to kill the writer on each place; ${DEFAULT-VALUE} if not given.")
    private int kills;
    @Option(names = "--threads", paramLabel = "N", defaultValue = "2",
        description = "How many threads append to the log; ${DEFAULT-VALUE} if not given.")
    private int threads;
    @Option(names = "--record-size", paramLabel = "BYTES", converter = ByteSize.class, defaultValue = "256",
        description = "The length of each record; ${DEFAULT-VALUE} if not given.")
    private long recordBytes;
    @Option(names = "--seed", paramLabel = "S", description = "Of the records' bytes and the moments of death.")
    private @Nullable Long seed;

    /** One row of the table: all rounds on one place. */
    private record Row(DemoPlace place, List<DemoRound> rounds) {
        long acknowledged() {
            return rounds.stream().mapToLong(DemoRound::acknowledged).sum();
        }

        long recovered() {
            return rounds.stream().mapToLong(DemoRound::recovered).sum();
        }

        long wrong() {
            return rounds.stream().mapToLong(DemoRound::wrong).sum();
        }

        DemoRound.Measurement measured() {
            return rounds.stream().map(DemoRound::measured).reduce(DemoRound.Measurement::plus).orElseThrow();
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        requireSense();
        if (path != null && !Files.isDirectory(path)) {
            throw new UnknownNameException(spec, "there is no directory " + path);
        }
        long drawn = seed == null ? ThreadLocalRandom.current().nextInt(1 << 20) : seed;
        List<DemoPlace> places = path == null ? DemoPlace.ofThisMachine()
            : List.of(DemoPlace.at(path, Optional.ofNullable(durability)));
        if (places.isEmpty()) {
            throw new DemoFailedException("no place on this machine can carry a pool; name one with --path");
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println(Figures.count(threads, "thread") + " of a child process append records of " + recordBytes
            + " bytes until kill -9;");
        out.println("then every acknowledged record is compared, byte for byte (seed " + drawn + ")");
        out.flush();
        List<Row> rows = new ArrayList<>();
        for (DemoPlace place : places) {
            rows.add(run(place, drawn, out));
        }
        table(rows, out);
        long acknowledged = rows.stream().mapToLong(Row::acknowledged).sum();
        long recovered = rows.stream().mapToLong(Row::recovered).sum();
        long wrong = rows.stream().mapToLong(Row::wrong).sum();
        if (wrong > 0) {
            out.println(Figures.count(wrong, "record") + " came back that no thread wrote, or in a wrong order");
        }
        out.println("demo: " + acknowledged + " acknowledged, " + recovered + " recovered, " + (acknowledged - recovered)
            + " lost");
        out.flush();
        boolean good = acknowledged == recovered && wrong == 0;
        return good ? spec.exitCodeOnSuccess() : spec.exitCodeOnExecutionException();
    }

    private void requireSense() {
        require(seconds > 0 && seconds <= 3600, "--seconds " + seconds + "; expected more than 0, at most 3600");
        require(kills >= 1, "--kills " + kills + "; expected 1 or more");
        require(threads >= 1 && threads <= MOST_THREADS, "--threads " + threads + "; expected 1 to " + MOST_THREADS);
        require(recordBytes >= DemoPlan.SMALLEST_RECORD_BYTES && recordBytes <= MOST_RECORD_BYTES,
            "--record-size " + recordBytes + "; expected " + DemoPlan.SMALLEST_RECORD_BYTES + " to " + MOST_RECORD_BYTES);
        require(durability == null || path != null, "--durability goes with --path: elsewhere each place has its own");
    }

    private void require(boolean sense, String complaint) {
        if (!sense) {
            throw new ParameterException(spec.commandLine(), complaint);
        }
    }

    private Row run(DemoPlace place, long drawn, PrintWriter out) throws IOException, InterruptedException {
        long freeBytes = place.freeBytes();
        if (freeBytes < DemoPlace.LEAST_FREE_BYTES) {
            throw new DemoFailedException(place.directory() + " has " + Figures.bytes(freeBytes) + " free; the demo needs "
                + Figures.bytes(DemoPlace.LEAST_FREE_BYTES) + ": make room, or name another place with --path");
        }
        DemoPlan plan = DemoPlan.fitting(freeBytes, place.durability(), threads, (int) recordBytes, drawn,
            (long) (seconds / kills * NANOS_A_SECOND), kills);
        List<DemoRound> rounds = new ArrayList<>();
        try (Demo demo = new Demo(place.directory(), plan);
                Interruption _ = Interruption.then(() -> closeNow(demo))) {
            out.println();
            out.println(place.directory() + " (" + place.fileSystem() + ")");
            out.flush();
            while (rounds.size() < kills) {
                DemoRound round;
                String label = "  kill " + (rounds.size() + 1) + " of " + kills + ": ";
                try (Progress _ = Progress.show(spec.commandLine().getErr(),
                        () -> label + Figures.count(demo.acknowledged()) + " acknowledged")) {
                    round = demo.round();
                }
                if (rounds.isEmpty()) {
                    out.println("  " + round.durability() + ": " + round.reason());
                }
                describe(rounds.size() + 1, round).forEach(out::println);
                out.flush();
                rounds.add(round);
            }
        }
        return new Row(place, rounds);
    }

    private static void closeNow(Demo demo) {
        try {
            demo.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> describe(int number, DemoRound round) {
        List<String> lines = new ArrayList<>();
        long scannedBytes = round.recovery().logs().stream().mapToLong(log -> log.scannedBytes()).sum();
        lines.add("  kill " + number + " after " + Figures.duration(round.nanos()) + ": "
            + Figures.count(round.acknowledged()) + " acknowledged, " + Figures.count(round.recovered()) + " recovered, "
            + Figures.count(round.lost()) + " lost");
        lines.add("    recovery: " + Figures.bytes(scannedBytes) + " in " + Figures.duration(round.recovery().nanos())
            + (round.recovery().isClean() ? ", nothing dropped" : "") + "; " + Figures.count(round.more(), "record")
            + " not reported yet");
        round.recovery().logs().forEach(log -> log.findings().forEach(finding -> lines.add("    " + brief(finding))));
        round.recovery().findings().forEach(finding -> lines.add("    " + brief(finding)));
        return lines;
    }

    /** What nothing says was ever durable is not worth more than a short line; what is lost is. */
    private static String brief(Finding finding) {
        // Without a position it is of an extent, not of a record, and says itself what it is.
        return finding.kind().isLoss() || finding.position() < 0 ? finding.toString()
                : finding.kind() + ", not known to have been durable: " + Figures.count(finding.lengthBytes(), "byte")
                        + " at position " + finding.position();
    }

    private static void table(List<Row> rows, PrintWriter out) {
        Table table = new Table("medium", "seal", "durability", ">records/s", ">ns/append", ">flushes", ">fences");
        for (Row row : rows) {
            DemoRound.Measurement measured = row.measured();
            long nanos = row.rounds.stream().mapToLong(DemoRound::nanos).sum();
            table.row(row.place.fileSystem(), row.rounds.getFirst().tier(),
                row.rounds.getFirst().durability(),
                Figures.count(Math.round(row.acknowledged() / Figures.seconds(nanos))),
                measured.timedAppends() == 0 ? "-" : Figures.count(measured.timedNanos() / measured.timedAppends()),
                each(measured.flushes(), measured.appends()), each(measured.fences(), measured.appends()));
        }
        out.println();
        table.lines().forEach(out::println);
        out.println("records/s: acknowledged, making and reporting them included. ns/append: of each");
        out.println("thread, behind a warm-up. flushes, fences: of an append; a flush of pages is an msync.");
    }

    private static String each(long count, long appends) {
        return appends == 0 ? "-" : String.format(java.util.Locale.ROOT, "%.2f", (double) count / appends);
    }
}
