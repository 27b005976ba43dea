// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.selkie.bench.contender.Costs;
import org.selkie.bench.contender.MappedPages;
import org.selkie.bench.contender.Place;
import org.selkie.bench.contender.SelkieEngine;
import org.selkie.bench.kv.CeilingKvEngine;
import org.selkie.bench.kv.KvContender;
import org.selkie.bench.kv.KvEngine;
import org.selkie.bench.kv.KvWork;
import org.selkie.bench.kv.Trace;

/**
 * Stores that are filled alike and then do the same work in rounds, in turn, each round begun by the next one: nobody finds the
 * caches as it left them itself. The ceiling, where it takes part, does so twice: what it differs from itself is the noise.
 */
public final class KvContest implements AutoCloseable {

    /** For all of a contest's operations; another one gives others. */
    private static final long SEED = Long.getLong("selkie.seed", 20261125L);
    private static final int LEAST_ROOM = 20_000;
    /** Of more, memory is too dear for a second ceiling: both are the same store then. */
    private static final long MOST_KEYS_TWICE = 2_000_000;
    private static final int WARM_AGAIN = 4;
    /** Contenders that have done a work in this JVM. */
    private static final Set<String> WARM = new HashSet<>();

    private long mostKeysTwice = MOST_KEYS_TWICE;
    private final Place place;
    private final long keys;
    private final int valueBytes;
    private final Budget budget;
    private final Consumer<String> say;
    private final List<Entrant> entrants = new ArrayList<>();
    private @Nullable Entrant ceilingAgain;
    private final Set<String> remarks = new LinkedHashSet<>();
    private int opened;

    /** A store that is open. */
    record Entrant(KvEngine engine, KvContender contender, Path own) {
    }

    /**
     * Makes room for stores.
     *
     * @param keys       that each store is filled with
     * @param valueBytes of each
     * @param say        gets what goes on
     */
    public KvContest(Place place, long keys, int valueBytes, Budget budget, Consumer<String> say) {
        this.place = place;
        this.keys = keys;
        this.valueBytes = valueBytes;
        this.budget = budget;
        this.say = say;
    }

    /** Has the ceiling that takes part twice be one store, as where there are many keys. */
    KvContest withOneCeiling() {
        mostKeysTwice = 0;
        return this;
    }

    long keys() {
        return keys;
    }

    int valueBytes() {
        return valueBytes;
    }

    long seed() {
        return SEED;
    }

    private long room() {
        return Math.max(LEAST_ROOM, keys / 8);
    }

    /** What was left out and why. */
    public List<String> remarks() {
        return List.copyOf(remarks);
    }

    /** Opens and fills a store; the ceiling, if any, before all others. */
    public void enter(KvEngine engine) throws Exception {
        Entrant entrant = open(engine);
        if (entrant == null) {
            return;
        }
        entrants.add(entrant);
        long began = System.nanoTime();
        load(entrant);
        if (engine instanceof CeilingKvEngine && keys <= mostKeysTwice && place.device().isEmpty()) {
            ceilingAgain = open(engine);
            load(ceilingAgain);
        }
        say.accept(String.format("%s: filled in %.1f s", engine.title(), (System.nanoTime() - began) / 1e9));
    }

    private void load(@Nullable Entrant entrant) throws Exception {
        if (entrant != null) {
            KvRunner.load(entrant.contender, keys, valueBytes);
            MappedPages.populate(entrant.own);
        }
    }

    private @Nullable Entrant open(KvEngine engine) throws Exception {
        var absence = engine.absence(place);
        if (absence.isPresent()) {
            remarks.add(engine.title() + ": " + absence.get());
            return null;
        }
        Path own = place.directory().resolve("store-" + opened++);
        try {
            return new Entrant(engine, engine.open(place, own, keys + room(), valueBytes), own);
        } catch (Exception | LinkageError e) {
            if (isOurs(engine)) {
                throw e;
            }
            remarks.add(engine.title() + ": could not be opened: " + e);
            return null;
        }
    }

    private static boolean isOurs(KvEngine engine) {
        return engine instanceof CeilingKvEngine || engine.name().equals(SelkieEngine.NAME);
    }

    /** Everybody who can does the work, which is none that fills; who cannot has a row that says so. */
    public List<KvResult> hold(KvWork work, int threads) throws Exception {
        List<KvRunner> runners = runners(entrants, work, threads);
        KvRunner again = again(runners, work, threads);
        try (Crew crew = new Crew(threads)) {
            for (KvRunner runner : List.copyOf(runners)) {
                boolean isWarm = !WARM.add(runner.entrant.engine.title() + work);
                guarded(runners, runner, work, () -> runner.warmUp(crew,
                        isWarm ? budget.warmUpNanos() / WARM_AGAIN : budget.warmUpNanos(), budget.roundNanos()));
            }
            for (int round = 0; round < budget.rounds(); round++) {
                for (KvRunner runner : inTurn(runners, round)) {
                    guarded(runners, runner, work, () -> runner.round(crew));
                }
            }
            for (KvRunner runner : List.copyOf(runners)) {
                guarded(runners, runner, work, () -> {
                    runner.time(crew, budget.latencies(), budget.roundNanos() * budget.rounds());
                    runner.takeBack();
                });
            }
        }
        return rows(runners, again, work, threads);
    }

    /** The ceiling's second part, behind its first one, if it takes part. */
    private @Nullable KvRunner again(List<KvRunner> runners, KvWork work, int threads) {
        if (runners.isEmpty() || !(runners.getFirst().entrant.engine instanceof CeilingKvEngine)) {
            return null;
        }
        Entrant second = ceilingAgain == null ? runners.getFirst().entrant : ceilingAgain;
        KvRunner again = new KvRunner(second, this, work, threads, room(), budget.rounds());
        if (ceilingAgain == null) {
            again.shareWith(runners.getFirst());
        }
        runners.add(1, again);
        return again;
    }

    /**
     * The same engines fill stores of their own, each with all keys, in as many pieces as there are rounds. Who is so slow that
     * it would take more than a given time ends early, and its figures are of the rounds that it did.
     */
    public List<KvResult> fill(KvWork work, int threads, long mostNanos) throws Exception {
        List<Entrant> own = new ArrayList<>();
        try (Crew crew = new Crew(threads)) {
            for (Entrant entrant : entrants) {
                Entrant empty = open(entrant.engine);
                if (empty != null) {
                    own.add(empty);
                    MappedPages.populate(empty.own);
                }
            }
            List<KvRunner> runners = runners(own, work, threads);
            long[] spent = new long[runners.size()];
            List<KvRunner> all = List.copyOf(runners);
            for (KvRunner runner : all) {
                runner.operations((int) Math.max(1, keys / threads / budget.rounds()));
            }
            for (int round = 0; round < budget.rounds(); round++) {
                for (KvRunner runner : inTurn(runners, round)) {
                    int index = all.indexOf(runner);
                    long began = System.nanoTime();
                    if (spent[index] < mostNanos) {
                        guarded(runners, runner, work, () -> runner.round(crew));
                    }
                    spent[index] += System.nanoTime() - began;
                }
            }
            return rows(runners, null, work, threads);
        } finally {
            for (Entrant entrant : own) {
                entrant.contender.close();
                remove(entrant.own);
            }
        }
    }

    private List<KvRunner> runners(List<Entrant> of, KvWork work, int threads) {
        List<KvRunner> runners = new ArrayList<>();
        for (Entrant entrant : of) {
            if (!entrant.contender.can(work)) {
                continue;
            }
            runners.add(new KvRunner(entrant, this, work, threads, room(), budget.rounds()));
        }
        return runners;
    }

    private static List<KvRunner> inTurn(List<KvRunner> runners, int round) {
        List<KvRunner> turned = new ArrayList<>(runners);
        Collections.rotate(turned, -(round % Math.max(1, turned.size())));
        return turned;
    }

    private interface Step {
        void take() throws Exception;
    }

    /** A peer that fails leaves the contest, and that is said; ours may not. */
    private void guarded(List<KvRunner> runners, KvRunner runner, KvWork work, Step step) throws Exception {
        try {
            step.take();
        } catch (Exception e) {
            if (isOurs(runner.entrant.engine)) {
                throw e;
            }
            remarks.add(runner.entrant.engine.title() + ": failed in " + work.words() + ": " + e);
            runners.remove(runner);
        }
    }

    private List<KvResult> rows(List<KvRunner> runners, @Nullable KvRunner again, KvWork work, int threads) throws Exception {
        KvRunner ceiling = runners.stream().filter(runner -> runner.entrant.engine instanceof CeilingKvEngine).findFirst()
                .orElse(null);
        KvRunner ours = runners.stream().filter(runner -> runner.entrant.engine.name().equals(SelkieEngine.NAME)).findFirst()
                .orElse(null);
        double noise = again == null || ceiling == null ? Double.NaN : ratio(again, ceiling).reach();
        List<KvResult> rows = new ArrayList<>();
        for (Entrant entrant : entrants) {
            KvRunner runner = runners.stream().filter(each -> each.entrant.engine.equals(entrant.engine)).findFirst()
                    .orElse(null);
            if (runner == null || runner.rounds() == 0) {
                rows.add(none(entrant, work, threads));
            } else {
                rows.add(row(runner, work, threads, ceiling, ours, noise));
            }
        }
        return rows;
    }

    /** Of the rounds that both have done. */
    private static Ratio ratio(KvRunner one, @Nullable KvRunner other) {
        if (other == null) {
            return Ratio.NONE;
        }
        int both = Math.min(one.rounds(), other.rounds());
        return Ratio.of(Arrays.copyOf(one.nanos, both), Arrays.copyOf(other.nanos, both));
    }

    private KvResult row(KvRunner runner, KvWork work, int threads, @Nullable KvRunner ceiling, @Nullable KvRunner ours,
            double noise) throws Exception {
        KvEngine engine = runner.entrant.engine;
        double[] sorted = runner.nanos();
        Arrays.sort(sorted);
        double median = Ratio.middle(sorted);
        Ratio toCeiling = ratio(runner, ceiling);
        Path counted = place.directory().resolve("counted-" + opened++);
        Costs costs = engine.costs(place, counted, work, valueBytes);
        remove(counted);
        boolean isTimed = runner.latency.getTotalCount() > 0;
        return new KvResult(engine.name(), engine.setting(), work, keys, valueBytes, threads, runner.rounds(), median,
                sorted[sorted.length / 4], sorted[sorted.length * 3 / 4],
                isTimed ? runner.latency.getValueAtPercentile(50) : Double.NaN,
                isTimed ? runner.latency.getValueAtPercentile(99) : Double.NaN,
                isTimed ? runner.latency.getValueAtPercentile(99.9) : Double.NaN, 1e9 * threads / median,
                100 / toCeiling.median(), toCeiling, ratio(runner, ours), noise, costs, runner.allocatedBytesEach(),
                engine.survives(place));
    }

    private KvResult none(Entrant entrant, KvWork work, int threads) {
        KvEngine engine = entrant.engine;
        if (!entrant.contender.can(work)) {
            remarks.add(engine.title() + ": no " + work.words() + ": "
                    + (entrant.contender.can(Trace.SCAN) ? "it reads one key with a call" : "it has no order of its keys"));
        }
        double no = Double.NaN;
        return new KvResult(engine.name(), engine.setting(), work, keys, valueBytes, threads, 0, no, no, no, no, no, no, no, no,
                Ratio.NONE, Ratio.NONE, no, Costs.UNKNOWN, no, engine.survives(place));
    }

    private static void remove(Path path) throws IOException {
        if (Files.exists(path)) {
            try (Stream<Path> files = Files.walk(path)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        for (Entrant entrant : entrants) {
            entrant.contender.close();
            remove(entrant.own);
        }
        entrants.clear();
        if (ceilingAgain != null) {
            ceilingAgain.contender.close();
            remove(ceilingAgain.own);
            ceilingAgain = null;
        }
    }
}
