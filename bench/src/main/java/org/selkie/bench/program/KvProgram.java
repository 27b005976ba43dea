// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.program;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;
import org.selkie.bench.contender.Emulation;
import org.selkie.bench.contender.Place;
import org.selkie.bench.kv.CeilingKvEngine;
import org.selkie.bench.kv.KvEngine;
import org.selkie.bench.kv.KvWork;
import org.selkie.bench.kv.SelkieKvEngine;
import org.selkie.bench.measure.Budget;
import org.selkie.bench.measure.KvContest;
import org.selkie.bench.measure.KvResult;
import org.selkie.bench.report.BenchReport.StoreSection;
import org.selkie.bench.report.TextReport;

/**
 * Contests of stores of any size: the ceiling, Selkie's, and the peers where they are on the class path.
 *
 * <pre>java -cp bench/target/benchmarks.jar org.selkie.bench.program.KvProgram PATH [--keys 1m] [--values 100,1024]
 *     [--works readrandom,overwrite,ycsb-a] [--threads 1,2] [--stores "ceiling;selkie;rocksdb"] [--rounds 51] [--millis 10]</pre>
 *
 * A store takes part if its name begins with one of those given, small or large: "lmdb", "rocksdb, sync=true". All that take
 * part are open together, and have to fit into memory together.
 */
public final class KvProgram {

    private static final long FILL_NANOS = 20_000_000_000L;
    private static final long NANOS_IN_A_MILLISECOND = 1_000_000;
    private static final int LATENCIES = 20_000;

    private final Path path;
    private long keys = 1_000_000;
    private List<Integer> values = List.of(100);
    private List<KvWork> works = KvWork.SIMPLE;
    private List<Integer> threads = Sections.threads();
    private List<String> stores = List.of("");
    private int rounds = 51;
    private long roundNanos = 10 * NANOS_IN_A_MILLISECOND;

    private KvProgram(Path path) {
        this.path = path;
    }

    /** Prints a table for each work. Ends with 2 if the arguments were not understood. */
    public static void main(String[] args) throws Exception {
        KvProgram program;
        try {
            program = of(args);
        } catch (IllegalArgumentException e) {
            System.err.println("kv: " + e.getMessage());
            System.exit(2);
            return;
        }
        program.run();
        // Peers leave threads behind.
        System.exit(0);
    }

    static KvProgram of(String... args) {
        if (args.length % 2 == 0) {
            throw new IllegalArgumentException("expected a directory, and then options with a value each");
        }
        KvProgram program = new KvProgram(Path.of(args[0]));
        for (int i = 1; i < args.length; i += 2) {
            program.take(args[i], args[i + 1]);
        }
        return program;
    }

    private void take(String option, String value) {
        switch (option) {
            case "--keys" -> keys = Numbers.positive(option, value);
            case "--values" -> values = Numbers.list(option, value);
            case "--works" -> works = Arrays.stream(value.split(",")).flatMap(name -> switch (name.toLowerCase(Locale.ROOT)) {
                case "ycsb" -> KvWork.YCSB.stream();
                case "db_bench" -> Arrays.stream(KvWork.values()).filter(work -> !KvWork.YCSB.contains(work));
                default -> java.util.stream.Stream.of(KvWork.named(name));
            }).toList();
            case "--threads" -> threads = Numbers.list(option, value);
            case "--stores" -> stores = List.of(value.split(";"));
            case "--rounds" -> rounds = Math.toIntExact(Numbers.positive(option, value));
            case "--millis" -> roundNanos = NANOS_IN_A_MILLISECOND * Numbers.positive(option, value);
            default -> throw new IllegalArgumentException("unknown option " + option + "; expected --keys, --values, --works,"
                    + " --threads, --stores, --rounds or --millis");
        }
    }

    private void run() throws Exception {
        Path scratch = Files.createTempDirectory(path, "selkie-kv");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> BenchProgram.remove(scratch)));
        Place place = BenchProgram.place(path, Optional.empty(), scratch, Emulation.NONE);
        for (int valueBytes : values) {
            Budget budget = new Budget(rounds, roundNanos, 0, NANOS_IN_A_MILLISECOND * 1000, LATENCIES);
            try (KvContest contest = new KvContest(place, keys, valueBytes, budget, BenchProgram::say)) {
                for (KvEngine engine : engines()) {
                    contest.enter(engine);
                }
                for (KvWork work : works) {
                    hold(contest, work, valueBytes);
                }
                contest.remarks().forEach(remark -> System.out.println("  " + remark));
            }
        }
    }

    private void hold(KvContest contest, KvWork work, int valueBytes) throws Exception {
        List<KvResult> results = new ArrayList<>();
        for (int number : threads) {
            results.addAll(work.isFill() ? contest.fill(work, number, FILL_NANOS) : contest.hold(work, number));
        }
        TextReport.printWide(new StoreSection(work.words(), String.format(Locale.ROOT, "%,d keys of 16 B, values of %,d B", keys,
                valueBytes), results), System.out);
    }

    private List<KvEngine> engines() {
        List<KvEngine> engines = new ArrayList<>(List.of(new CeilingKvEngine(), new SelkieKvEngine(false),
                new SelkieKvEngine(true)));
        ServiceLoader.load(Peers.class).forEach(peers -> engines.addAll(peers.stores()));
        engines.removeIf(engine -> stores.stream().noneMatch(wanted ->
                engine.title().toLowerCase(Locale.ROOT).startsWith(wanted.strip().toLowerCase(Locale.ROOT))));
        if (engines.isEmpty()) {
            throw new IllegalArgumentException("--stores " + String.join(";", stores)
                    + ": no store has such a name; are the peers on the class path?");
        }
        return engines;
    }
}
