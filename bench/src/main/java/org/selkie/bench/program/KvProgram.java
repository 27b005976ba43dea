// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.program;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
import org.selkie.bench.measure.KvContest;

/**
 * The store beside the ceiling, and the peers where they are on the class path:
 * {@code java -cp bench/target/benchmarks.jar org.selkie.bench.program.KvProgram PATH [keys] [value bytes] [rounds]}. Pass
 * {@code -Dpeers=Chronicle,LMDB} for some of them, {@code -Dpeers=} for none.
 */
public final class KvProgram {

    private static final long ROUND_NANOS = 10_000_000;

    private KvProgram() {
    }

    /** Prints the rows as they come. */
    public static void main(String[] args) throws Exception {
        Path path = Path.of(args[0]);
        long keys = args.length > 1 ? Long.parseLong(args[1]) : 1_000_000;
        int valueBytes = args.length > 2 ? Integer.parseInt(args[2]) : 100;
        int rounds = args.length > 3 ? Integer.parseInt(args[3]) : 51;
        Path scratch = Files.createTempDirectory(path, "selkie-kv");
        Thread atExit = new Thread(() -> BenchProgram.remove(scratch));
        Runtime.getRuntime().addShutdownHook(atExit);
        Place place = BenchProgram.place(path, Optional.empty(), scratch, Emulation.NONE);
        try (KvContest contest = new KvContest(place, keys, valueBytes)) {
            for (KvEngine engine : engines()) {
                contest.enter(engine, BenchProgram::say);
            }
            for (int threads : Sections.threads()) {
                for (KvWork work : KvWork.values()) {
                    System.out.printf(Locale.ROOT, "%n%s, %d keys, values of %d B, %d thread(s)%n", work, keys, valueBytes,
                            threads);
                    print(contest.hold(work, threads, rounds, ROUND_NANOS));
                }
            }
        } finally {
            BenchProgram.remove(scratch);
        }
    }

    static List<KvEngine> engines() {
        List<KvEngine> engines = new ArrayList<>(List.of(new CeilingKvEngine(""), new CeilingKvEngine("again"),
                new SelkieKvEngine(false)));
        engines.addAll(peers());
        return engines;
    }

    /** Those that the property names, or all. */
    static List<KvEngine> peers() {
        String wanted = System.getProperty("peers");
        List<KvEngine> found = new ArrayList<>();
        ServiceLoader.load(Peers.class).forEach(peers -> peers.stores().stream()
                .filter(store -> wanted == null || isNamed(store, wanted)).forEach(found::add));
        return found;
    }

    private static boolean isNamed(KvEngine store, String wanted) {
        return List.of(wanted.split(",")).stream().anyMatch(name -> !name.isEmpty() && store.title().startsWith(name));
    }

    static void print(List<KvContest.Row> rows) {
        for (KvContest.Row row : rows) {
            System.out.printf(Locale.ROOT, "  %-40s %9.1f ns %8.3f Mops  to the first %-22s %6.1f B  %s%n", row.title(),
                    row.nanos(), row.mops(), row.toFirst().words(0), row.allocatedBytes(), row.survives());
        }
    }
}
