// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.measure;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.HdrHistogram.Histogram;
import org.selkie.bench.contender.Costs;
import org.selkie.bench.contender.LogContender;
import org.selkie.bench.contender.LogEngine;
import org.selkie.bench.contender.Place;
import org.selkie.bench.contender.SelkieEngine;
import org.selkie.bench.contender.Work;

/**
 * Contenders that do the same work in rounds of about a millisecond, in turn: A B C, C B A, A B C. A machine that is slow for a
 * second is so for all of them, and a ratio is taken between rounds that stood side by side.
 */
public final class Contest {

    /** The first contender is the ceiling and the second the ceiling again, where they take part. */
    private static final int CEILING = 0;
    private static final int CEILING_AGAIN = 1;
    /** Contenders of this JVM that were warm once; they need a tenth of the time after that. */
    private static final Set<String> WARM = new HashSet<>();
    private static final int WARM_AGAIN = 10;
    private static final int COUNTED_RECORDS = 20_000;
    private static final int FIRST_RECORDS = 64;
    private static final int MOST_RECORDS = 1 << 20;

    private final Work work;
    private final Budget budget;
    private final boolean withCeiling;
    private final List<Entrant> entrants = new ArrayList<>();
    private final List<String> absences = new ArrayList<>();

    private static final class Entrant {
        private final LogEngine engine;
        private final LogContender contender;
        private final double[] nanos;
        private final Histogram latency = new Histogram(3);
        private int records = FIRST_RECORDS;
        private long lastNanos = 1;
        private long allocatedBytes;
        private long recordsCounted;

        Entrant(LogEngine engine, LogContender contender, int rounds) {
            this.engine = engine;
            this.contender = contender;
            this.nanos = new double[rounds];
        }
    }

    private Contest(Work work, Budget budget, boolean withCeiling) {
        this.work = work;
        this.budget = budget;
        this.withCeiling = withCeiling;
    }

    /**
     * What came of it.
     *
     * @param results  a row for each that took part
     * @param absences why others did not
     */
    public record Outcome(List<Result> results, List<String> absences) {
    }

    /**
     * Holds one.
     *
     * @param engines     in order; if {@code withCeiling}, the first two are the ceiling and the ceiling again
     * @param withCeiling whether there is one to compare with
     */
    public static Outcome hold(Place place, Work work, Budget budget, List<LogEngine> engines, boolean withCeiling)
            throws Exception {
        Contest contest = new Contest(work, budget, withCeiling);
        try (Crew crew = new Crew(work.threads())) {
            try {
                contest.open(place, engines);
                contest.race(crew);
                return new Outcome(contest.results(place), List.copyOf(contest.absences));
            } finally {
                contest.close();
            }
        }
    }

    private void open(Place place, List<LogEngine> engines) throws Exception {
        for (int i = 0; i < engines.size(); i++) {
            LogEngine engine = engines.get(i);
            var absence = engine.absence(place, work);
            if (absence.isPresent()) {
                absences.add(engine.title() + ": " + absence.get());
                continue;
            }
            Path own = place.directory().resolve("contender-" + i);
            try {
                entrants.add(new Entrant(engine, engine.open(place, own, work), budget.rounds()));
            } catch (Exception | LinkageError e) {
                if (withCeiling && i <= CEILING_AGAIN) {
                    throw e;
                }
                absences.add(engine.title() + ": could not be opened: " + e);
            }
        }
    }

    private void warmUp(Crew crew, Entrant entrant) throws Exception {
        long enough = WARM.add(entrant.engine.title()) ? budget.warmUpNanos() : budget.warmUpNanos() / WARM_AGAIN;
        for (long spent = 0; spent < enough; spent += entrant.lastNanos) {
            entrant.records = fitting(entrant);
            entrant.lastNanos = Math.max(1, crew.run(thread -> entrant.contender.run(thread, entrant.records)).nanos());
            entrant.contender.tidy();
        }
    }

    private void race(Crew crew) throws Exception {
        for (Entrant entrant : entrants) {
            warmUp(crew, entrant);
        }
        for (int round = -budget.warmUps(); round < budget.rounds(); round++) {
            for (int i = 0; i < entrants.size(); i++) {
                Entrant entrant = entrants.get(round % 2 == 0 ? i : entrants.size() - 1 - i);
                if (round <= 0) {
                    entrant.records = fitting(entrant);
                }
                int records = entrant.records;
                Crew.Lap lap = crew.run(thread -> entrant.contender.run(thread, records));
                entrant.lastNanos = Math.max(1, lap.nanos());
                if (round >= 0) {
                    entrant.nanos[round] = lap.nanos() / (double) records;
                    entrant.allocatedBytes += lap.allocatedBytes();
                    entrant.recordsCounted += (long) records * work.threads();
                }
                entrant.contender.tidy();
            }
        }
        for (Entrant entrant : entrants) {
            time(crew, entrant);
        }
    }

    /** As many records as a round has time for, in whole batches. */
    private int fitting(Entrant entrant) {
        double perRecord = entrant.lastNanos / (double) entrant.records;
        double wanted = entrant.lastNanos == 1 ? FIRST_RECORDS : budget.roundNanos() / perRecord;
        // Never much more than the last time: the first rounds are slow, and one that was held up says nothing.
        int records = (int) Math.clamp(wanted, 1, Math.min(MOST_RECORDS, 4.0 * entrant.records));
        return Math.max(1, records / work.batch()) * work.batch();
    }

    private void time(Crew crew, Entrant entrant) throws Exception {
        double perOperation = Ratio.middle(sorted(entrant.nanos)) * work.batch();
        int most = (int) Math.clamp(budget.roundNanos() * (double) budget.rounds() / perOperation, 20, budget.latencies());
        // In pieces that a contender has the space for.
        int piece = Math.min(most, Math.max(1, 4 * entrant.records / work.batch()));
        for (int done = 0; done < most; done += piece) {
            long[][] nanos = new long[work.threads()][piece];
            crew.run(thread -> entrant.contender.time(thread, work.batch(), nanos[thread]));
            for (long[] each : nanos) {
                for (long value : each) {
                    entrant.latency.recordValue(Math.max(0, value));
                }
            }
            entrant.contender.tidy();
        }
    }

    private List<Result> results(Place place) throws Exception {
        List<Result> results = new ArrayList<>();
        double noise = withCeiling ? Ratio.of(entrants.get(CEILING_AGAIN).nanos, entrants.get(CEILING).nanos).reach() : 0;
        Entrant ours = entrants.stream().filter(entrant -> entrant.engine.name().equals(SelkieEngine.NAME)
                && entrant.engine.setting().equals(SelkieEngine.Way.SHARED.words())).findFirst().orElse(null);
        for (Entrant entrant : entrants) {
            double[] sorted = sorted(entrant.nanos);
            double median = Ratio.middle(sorted);
            Ratio toCeiling = withCeiling ? Ratio.of(entrant.nanos, entrants.get(CEILING).nanos)
                    : Ratio.NONE;
            Costs costs = entrant.contender.count(COUNTED_RECORDS / work.batch() * work.batch());
            results.add(new Result(entrant.engine.name(), entrant.engine.setting(), work, median, sorted[sorted.length / 4],
                    sorted[sorted.length * 3 / 4], entrant.latency.getValueAtPercentile(50),
                    entrant.latency.getValueAtPercentile(99), entrant.latency.getValueAtPercentile(99.9),
                    1e9 * work.threads() / median, 100 / toCeiling.median(), toCeiling, ours == null ? Ratio.NONE
                            : Ratio.of(entrant.nanos, ours.nanos), noise, costs,
                    entrant.allocatedBytes / (double) Math.max(1, entrant.recordsCounted), entrant.engine.survives(place)));
        }
        return results;
    }

    private static double[] sorted(double[] values) {
        double[] copy = values.clone();
        Arrays.sort(copy);
        return copy;
    }

    private void close() throws IOException {
        for (Entrant entrant : entrants) {
            entrant.contender.close();
        }
        entrants.clear();
    }
}
