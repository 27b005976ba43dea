// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.program;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.selkie.bench.Ceiling;
import org.selkie.bench.contender.Emulation;
import org.selkie.bench.contender.Place;
import org.selkie.bench.measure.Budget;
import org.selkie.bench.measure.RawCeiling;
import org.selkie.bench.measure.Result;
import org.selkie.bench.report.BenchReport;
import org.selkie.bench.report.Fingerprint;
import org.selkie.bench.report.JsonReport;
import org.selkie.bench.report.Page;
import org.selkie.bench.report.TextReport;
import org.selkie.extent.PathProbe;
import org.selkie.extent.ProbeReport;

/**
 * The program behind {@code selkie bench}; also
 * {@code java -cp bench/target/benchmarks.jar org.selkie.bench.program.BenchProgram --quick}.
 */
public final class BenchProgram {

    private static final int DONE = 0;
    private static final int FAILED = 1;
    private static final int NOT_UNDERSTOOD = 2;

    private BenchProgram() {
    }

    /** Ends with 0, with 1 if it could not be carried out, with 2 if the arguments were not understood. */
    public static void main(String[] args) {
        BenchPlan plan;
        try {
            plan = BenchPlan.of(args);
        } catch (IllegalArgumentException e) {
            System.err.println("selkie bench: " + e.getMessage());
            System.exit(NOT_UNDERSTOOD);
            return;
        }
        try {
            run(plan, System.out);
            System.exit(DONE);
        } catch (Exception e) {
            System.err.println("selkie bench: " + e.getMessage());
            if (System.getenv("SELKIE_STACK_TRACE") != null) {
                e.printStackTrace();
            }
            System.exit(FAILED);
        }
    }

    private static void run(BenchPlan plan, PrintStream out) throws Exception {
        Path scratch = Files.createTempDirectory(plan.path(), "selkie-bench");
        Thread atExit = new Thread(() -> remove(scratch));
        Runtime.getRuntime().addShutdownHook(atExit);
        try {
            Place place = place(plan.path(), plan.device(), scratch, plan.emulation());
            BenchReport report = measure(plan, place);
            if (plan.html().isPresent()) {
                Files.writeString(plan.html().get(), Page.of(report), StandardCharsets.UTF_8);
            }
            if (plan.json()) {
                out.println(JsonReport.of(report));
            } else {
                TextReport.print(report, out);
            }
            plan.html().ifPresent(page -> System.err.println("selkie bench: the page is " + page.toAbsolutePath()));
        } finally {
            remove(scratch);
        }
    }

    private static BenchReport measure(BenchPlan plan, Place place) throws Exception {
        Budget budget = plan.full() ? Budget.full() : Budget.quick();
        Ceiling.emulate(plan.emulation().fenceNanos(), plan.emulation().writeBytesASecond() / 1_000_000);
        Sections sections = new Sections(place, plan, budget);
        List<RawCeiling.Row> raw = new ArrayList<>();
        // The figures of raw operations barely spread: a tenth of the rounds is enough.
        Budget brief = budget.withRounds(budget.rounds() / 2 | 1, budget.roundNanos());
        for (int threads : Sections.threads()) {
            say("raw ceiling, " + threads + (threads == 1 ? " thread" : " threads"));
            raw.addAll(RawCeiling.measure(place, threads, brief));
        }
        List<BenchReport.Section> done = sections.run();
        List<BenchReport.RecoveryTime> recovery = List.of();
        if (place.device().isEmpty()) {
            say("opening a pool again");
            recovery = RecoveryTimes.measure(place, plan.full() ? List.of(16, 64, 256, 1024) : List.of(16, 64, 256));
        }
        StoreSections stores = new StoreSections(place, plan);
        List<BenchReport.StoreSection> storesDone = stores.run();
        List<BenchReport.StoreOpening> openings = List.of();
        if (!storesDone.isEmpty() && place.device().isEmpty()) {
            say("opening a store again");
            openings = StoreOpenings.measure(place, plan.full() ? List.of(10_000L, 100_000L, 1_000_000L)
                    : List.of(10_000L, 100_000L, 300_000L));
        }
        List<String> remarks = new ArrayList<>(sections.remarks());
        remarks.addAll(stores.remarks());
        Ceiling.emulate(0, 0);
        double noise = done.stream().flatMap(section -> section.results().stream()).mapToDouble(Result::noise).filter(v -> v > 0)
                .sorted().boxed().toList().stream().reduce((first, last) -> last).orElse(Double.NaN);
        return new BenchReport(Fingerprint.of(place, noise, raw), raw, done, storesDone, recovery, openings, remarks);
    }

    /** Where a contest can be held. Refuses a place that can carry no pool. */
    static Place place(Path path, Optional<Path> device, Path scratch, Emulation emulation) {
        ProbeReport probe = PathProbe.probe(device.orElse(path), 0);
        if (probe.refusal().isPresent()) {
            throw new IllegalArgumentException("no pool can be at " + probe.path() + ": " + probe.refusal().get()
                    + "; name another place with --path or --device");
        }
        return new Place(scratch, device, probe.durability().orElseThrow(), probe, emulation);
    }

    /** Progress, on standard error. */
    static void say(String what) {
        System.err.println("selkie bench: " + what);
    }

    /** A directory with all that is in it. */
    static void remove(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (java.nio.file.NoSuchFileException e) {
            // Removed already.
        } catch (IOException | UncheckedIOException e) {
            System.err.println("selkie bench: " + directory + " could not be removed: " + e + "; remove it by hand");
        }
    }
}
