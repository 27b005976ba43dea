// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.program;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;
import org.selkie.bench.contender.Place;
import org.selkie.bench.kv.CeilingKvEngine;
import org.selkie.bench.kv.KvEngine;
import org.selkie.bench.kv.KvWork;
import org.selkie.bench.kv.SelkieKvEngine;
import org.selkie.bench.measure.Budget;
import org.selkie.bench.measure.KvContest;
import org.selkie.bench.measure.KvResult;
import org.selkie.bench.report.BenchReport.StoreSection;

/** The contests of stores of a run, in order. */
final class StoreSections {

    private static final int SHORT_VALUE_BYTES = 100;
    private static final int LONG_VALUE_BYTES = 1024;
    /** Longer than a log's: a round is to hold some hundred operations of a slow peer. */
    private static final long ROUND_NANOS = 5_000_000;
    private static final long FILL_NANOS = 5_000_000_000L;

    private final Place place;
    private final BenchPlan plan;
    private final List<String> remarks = new ArrayList<>();

    StoreSections(Place place, BenchPlan plan) {
        this.place = place;
        this.plan = plan;
    }

    /** What was left out and why. */
    List<String> remarks() {
        return List.copyOf(remarks);
    }

    List<StoreSection> run() throws Exception {
        if (place.isPersistent() && !place.isDirect()) {
            remarks.add("stores: the path is behind the page cache, where each put is an msync; name memory or a DAX file system"
                    + " with --path");
            return List.of();
        }
        List<StoreSection> sections = new ArrayList<>();
        for (int valueBytes : plan.full() ? List.of(SHORT_VALUE_BYTES, LONG_VALUE_BYTES) : List.of(SHORT_VALUE_BYTES)) {
            sections.add(ours(valueBytes));
            if (plan.peers() && place.device().isEmpty()) {
                others(valueBytes).ifPresent(sections::add);
            }
        }
        return sections;
    }

    private static List<KvEngine> own() {
        return List.of(new CeilingKvEngine(), new SelkieKvEngine(false), new SelkieKvEngine(true));
    }

    private String filled(int valueBytes) {
        return String.format(Locale.ROOT, "%,d keys of 16 B, values of %,d B. ", plan.storeKeys(), valueBytes);
    }

    private StoreSection ours(int valueBytes) throws Exception {
        Budget budget = plan.full() ? new Budget(101, 2 * ROUND_NANOS, 0, 1_500_000_000, 50_000)
                : new Budget(31, ROUND_NANOS, 0, 500_000_000, 10_000);
        List<KvWork> works = new ArrayList<>();
        // A device has room for one pool, and a fill wants one that is empty.
        if (plan.full() && place.device().isEmpty()) {
            works.addAll(List.of(KvWork.FILL_SEQ, KvWork.FILL_RANDOM));
        }
        works.addAll(KvWork.SIMPLE);
        if (plan.full()) {
            works.addAll(KvWork.YCSB);
        }
        return new StoreSection("Selkie's stores beside the ceiling, values of " + valueBytes + " B", filled(valueBytes)
                + "Each put and delete is durable when it returns. The ceiling is the same design in C on the same medium. Names"
                + " are db_bench's and YCSB's; multireadrandom reads 16 keys with a call, its figures are a key's, and its p50,"
                + " p99 and p99.9 a call's.", hold(valueBytes, budget, own(), works, Sections.threads()));
    }

    private java.util.Optional<StoreSection> others(int valueBytes) throws Exception {
        Map<String, List<KvEngine>> products = new LinkedHashMap<>();
        // A contest's stores have to fit into memory together: of many keys, one at a time.
        ServiceLoader.load(Peers.class).forEach(peers -> peers.stores().forEach(store ->
                products.computeIfAbsent(plan.full() ? store.title() : store.name(), name -> new ArrayList<>()).add(store)));
        Budget budget = plan.full() ? new Budget(51, 2 * ROUND_NANOS, 0, 1_000_000_000, 10_000)
                : new Budget(11, ROUND_NANOS, 0, 150_000_000, 1_000);
        List<KvWork> works = new ArrayList<>(List.of(KvWork.READ_RANDOM, KvWork.OVERWRITE));
        if (plan.full()) {
            works = new ArrayList<>(KvWork.SIMPLE);
            works.addAll(KvWork.YCSB);
        }
        List<KvResult> results = new ArrayList<>();
        for (Map.Entry<String, List<KvEngine>> product : products.entrySet()) {
            say(product.getKey() + " as a store");
            List<KvEngine> engines = new ArrayList<>(plan.full() ? own() : own().subList(0, 2));
            engines.addAll(product.getValue());
            List<Integer> threads = plan.full() ? Sections.threads() : List.of(1);
            hold(valueBytes, budget, engines, works, threads).stream().filter(result -> product.getValue().stream()
                    .anyMatch(store -> store.title().equals(result.title()))).forEach(results::add);
        }
        return results.isEmpty() ? java.util.Optional.empty() : java.util.Optional.of(new StoreSection(
                "Stores of others, values of " + valueBytes + " B", filled(valueBytes) + "Each product beside the ceiling and"
                + " Selkie's stores, in rounds of its own; durable as its documents recommend, and at its fastest. Read the last"
                + " column first: what is not durable is not the same work.", results));
    }

    private List<KvResult> hold(int valueBytes, Budget budget, List<KvEngine> engines, List<KvWork> works,
            List<Integer> numbersOfThreads) throws Exception {
        Path scratch = Files.createTempDirectory(place.directory(), "stores");
        Place own = new Place(scratch, place.device(), place.durability(), place.probe(), place.emulation());
        List<KvResult> results = new ArrayList<>();
        try (KvContest contest = new KvContest(own, plan.storeKeys(), valueBytes, budget, StoreSections::say)) {
            for (KvEngine engine : engines) {
                contest.enter(engine);
            }
            for (KvWork work : works) {
                for (int threads : numbersOfThreads) {
                    say(work.words() + ", values of " + valueBytes + " B, " + threads + (threads == 1 ? " thread" : " threads"));
                    results.addAll(work.isFill() ? contest.fill(work, threads, FILL_NANOS) : contest.hold(work, threads));
                }
            }
            remarks.addAll(contest.remarks());
        } finally {
            BenchProgram.remove(scratch);
        }
        return results;
    }

    private static void say(String what) {
        BenchProgram.say(what);
    }
}
