// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.measure;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.selkie.bench.contender.MappedPages;
import org.selkie.bench.contender.Place;
import org.selkie.bench.kv.KvContender;
import org.selkie.bench.kv.KvEngine;
import org.selkie.bench.kv.KvWork;

/**
 * Stores that are filled alike and then do the same work in rounds, in turn, there and back, as {@link Contest} has it for logs.
 * The first store is the ceiling and the second the ceiling again, for work that it takes part in.
 */
public final class KvContest implements AutoCloseable {

    private static final int FIRST_OPERATIONS = 64;
    private static final long WARM_UP_NANOS = 1_000_000_000;
    private static final double GROWTH_A_ROUND = 4;

    private final Place place;
    private final long keys;
    private final int valueBytes;
    private final List<Entrant> entrants = new ArrayList<>();

    private record Entrant(KvEngine engine, KvContender contender) {
    }

    /**
     * One row.
     *
     * @param title          of the store
     * @param nanos          an operation as its thread waits for it, median of the rounds
     * @param mops           millions of operations a second, of all threads together
     * @param toFirst        time to that of the first store that took part; NaN for itself
     * @param allocatedBytes on the heap, an operation
     * @param survives       what an acknowledged put survives
     */
    public record Row(String title, double nanos, double mops, Ratio toFirst, double allocatedBytes, String survives) {
    }

    /**
     * Makes room for stores.
     *
     * @param keys       that each store is filled with
     * @param valueBytes of each
     */
    public KvContest(Place place, long keys, int valueBytes) {
        this.place = place;
        this.keys = keys;
        this.valueBytes = valueBytes;
    }

    /** Opens and fills a store with as many keys, and room for a quarter more. */
    public void enter(KvEngine engine, Consumer<String> say) throws Exception {
        var absence = engine.absence(place);
        if (absence.isPresent()) {
            say.accept(engine.title() + ": " + absence.get());
            return;
        }
        Path own = place.directory().resolve("store-" + entrants.size());
        KvContender contender = engine.open(place, own, keys + keys / 4, valueBytes);
        entrants.add(new Entrant(engine, contender));
        byte[] value = new byte[valueBytes];
        Arrays.fill(value, (byte) 42);
        long began = System.nanoTime();
        contender.fill(0, keys, value);
        MappedPages.populate(own);
        say.accept(String.format("%s: filled in %.1f s", engine.title(), (System.nanoTime() - began) / 1e9));
    }

    /** Everybody who can does so many rounds of the work. */
    public List<Row> hold(KvWork work, int threads, int rounds, long roundNanos) throws Exception {
        List<Runner> runners = new ArrayList<>();
        try (Crew crew = new Crew(threads)) {
            for (Entrant entrant : entrants) {
                Runner runner = new Runner(entrant, work.instance(keys, valueBytes, threads), rounds);
                if (runner.takesPart(crew, roundNanos)) {
                    runners.add(runner);
                }
            }
            for (int round = 0; round < rounds; round++) {
                for (int i = 0; i < runners.size(); i++) {
                    runners.get(round % 2 == 0 ? i : runners.size() - 1 - i).run(crew, round);
                }
            }
        }
        double[] first = runners.getFirst().nanos;
        List<Row> rows = new ArrayList<>();
        for (Runner runner : runners) {
            double[] sorted = runner.nanos.clone();
            Arrays.sort(sorted);
            double median = Ratio.middle(sorted);
            rows.add(new Row(runner.entrant.engine.title(), median, 1e3 * threads / median,
                    rows.isEmpty() ? Ratio.NONE : Ratio.of(runner.nanos, first),
                    runner.allocatedBytes / (double) runner.counted, runner.entrant.engine.survives(place)));
        }
        return rows;
    }

    private static final class Runner {
        private final Entrant entrant;
        private final KvWork.Instance work;
        private final double[] nanos;
        private int operations = FIRST_OPERATIONS;
        private long allocatedBytes;
        private long counted;

        Runner(Entrant entrant, KvWork.Instance work, int rounds) {
            this.entrant = entrant;
            this.work = work;
            this.nanos = new double[rounds];
        }

        /** Warms up for a second; false if the store has no such operation. */
        boolean takesPart(Crew crew, long roundNanos) throws Exception {
            for (long spent = 0; spent < WARM_UP_NANOS;) {
                Crew.Lap lap = lap(crew);
                if (!work.isPossible()) {
                    return false;
                }
                long took = Math.max(1, lap.nanos());
                spent += took;
                operations = (int) Math.clamp((double) roundNanos / took * operations, work.group(),
                        GROWTH_A_ROUND * operations);
                operations = Math.max(1, operations / work.group()) * work.group();
            }
            return true;
        }

        void run(Crew crew, int round) throws Exception {
            Crew.Lap lap = lap(crew);
            nanos[round] = lap.nanos() / (double) operations;
            allocatedBytes += lap.allocatedBytes();
            counted += operations;
        }

        private Crew.Lap lap(Crew crew) throws Exception {
            Crew.Lap lap = crew.run(thread -> work.run(entrant.contender, thread, operations));
            entrant.contender.tidy();
            return lap;
        }
    }

    @Override
    public void close() throws IOException {
        for (Entrant entrant : entrants) {
            entrant.contender.close();
        }
        entrants.clear();
    }
}
