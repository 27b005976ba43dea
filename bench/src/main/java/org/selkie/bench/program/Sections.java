// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.program;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.IntStream;
import org.selkie.bench.contender.CeilingEngine;
import org.selkie.bench.contender.Emulation;
import org.selkie.bench.contender.FileChannelEngine;
import org.selkie.bench.contender.LogEngine;
import org.selkie.bench.contender.MappedFileEngine;
import org.selkie.bench.contender.Place;
import org.selkie.bench.contender.SelkieEngine;
import org.selkie.bench.contender.Work;
import org.selkie.bench.kv.KvAsLog;
import org.selkie.bench.measure.Budget;
import org.selkie.bench.measure.Contest;
import org.selkie.bench.measure.Result;
import org.selkie.bench.report.BenchReport.Section;
import org.selkie.extent.Medium;

/** The contests of a run, in order. */
final class Sections {

    private static final List<Integer> PAYLOADS = List.of(64, 256, 1024, 4096);
    private static final int MOST_THREADS = 8;
    private static final int BATCH = 32;
    private static final int BATCH_PAYLOAD_BYTES = 48;
    private static final long DISK_ROUND_NANOS = 100_000_000;

    private final Place place;
    private final BenchPlan plan;
    private final Budget budget;
    private final List<String> remarks = new ArrayList<>();

    Sections(Place place, BenchPlan plan, Budget budget) {
        this.place = place;
        this.plan = plan;
        this.budget = budget;
    }

    /** One, and then as many as there are processors. */
    static List<Integer> threads() {
        int processors = Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors());
        return IntStream.iterate(1, n -> n <= processors, n -> 2 * n).boxed().toList();
    }

    List<String> remarks() {
        return List.copyOf(remarks);
    }

    List<Section> run() throws Exception {
        List<Section> sections = new ArrayList<>();
        if (place.isPersistent() && !place.isDirect()) {
            remarks.add("the path is behind the page cache: there the engine writes back by msync, and a ceiling of instructions"
                    + " says"
                    + " nothing; only group commit was measured");
            sections.add(groupCommit(place));
            return sections;
        }
        sections.add(new Section("Selkie's log beside the ceiling",
                "Each append is durable by itself when it returns. The ceiling is"
                + " the same append in a C loop on the same medium; the interval in brackets holds the ratio with 95 %"
                        + " confidence.", false,
                appends()));
        say("batches");
        sections.add(new Section("Batches", BATCH + " records of " + BATCH_PAYLOAD_BYTES
                + " B under one fence. Figures are a record's;"
                + " p50, p99 and p99.9 a batch's. The ceiling's batch stands ready; ours is filled each"
                + " time, as is the third row's in C.",
                false, hold(place, new Work(BATCH_PAYLOAD_BYTES, 1, BATCH), budget,
                        List.of(ceiling(), again(), CeilingEngine.filled(), shared()))));
        if (plan.peers()) {
            sections.add(peers());
        }
        disk().ifPresent(sections::add);
        return sections;
    }

    private List<Result> appends() throws Exception {
        List<Result> results = new ArrayList<>();
        for (int threads : threads()) {
            for (int payload : PAYLOADS) {
                Work work = Work.appends(payload, threads);
                say("appends, " + work.words());
                List<LogEngine> engines = new ArrayList<>(List.of(ceiling(), again()));
                // A device has room for one pool.
                if (place.device().isPresent()) {
                    engines.add(shared());
                } else {
                    for (SelkieEngine.Way way : SelkieEngine.Way.values()) {
                        engines.add(new SelkieEngine(way));
                    }
                }
                results.addAll(hold(place, work, budget, engines));
            }
        }
        return results;
    }

    private Section peers() throws Exception {
        Map<String, List<LogEngine>> products = new LinkedHashMap<>();
        List<LogEngine> all = new ArrayList<>(List.of(new FileChannelEngine(true), new FileChannelEngine(false),
                new MappedFileEngine(MappedFileEngine.Way.FORCE), new MappedFileEngine(MappedFileEngine.Way.SYNC_MAPPING),
                new MappedFileEngine(MappedFileEngine.Way.NO_FORCE)));
        int own = all.size();
        ServiceLoader.load(Peers.class).forEach(peers -> {
            all.addAll(peers.logs());
            peers.stores().forEach(store -> all.add(new KvAsLog(store)));
        });
        if (all.size() == own) {
            remarks.add("peers other than the JDK's own: their module is not built; selkie bench --with-peers builds it");
        }
        all.forEach(engine -> products.computeIfAbsent(engine.name(), name -> new ArrayList<>()).add(engine));
        List<Result> results = new ArrayList<>();
        Budget brief = plan.full() ? budget.withRounds(201, budget.roundNanos()) : budget.withRounds(31, budget.roundNanos())
                .withLatencies(2000);
        for (int threads : threads()) {
            for (int payload : plan.full() ? PAYLOADS : List.of(64, 1024)) {
                Work work = Work.appends(payload, threads);
                for (Map.Entry<String, List<LogEngine>> product : products.entrySet()) {
                    say(product.getKey() + ", " + work.words());
                    List<LogEngine> engines = new ArrayList<>(List.of(ceiling(), again(), shared()));
                    engines.addAll(product.getValue());
                    hold(place, work, brief, engines).stream()
                            .filter(result -> result.name().equals(product.getKey())).forEach(results::add);
                }
            }
        }
        return new Section("Peers", "Each product beside the ceiling and Selkie's shared log, in rounds of its own; durable as"
                + " its"
                + " documents recommend, and at its fastest. Pages are touched before. Read the last column first: what is not"
                        + " durable is"
                + " not the same work. On memory, fsync and msync cost their system call and nothing else, which flatters them.",
                        false,
                results);
    }

    private java.util.Optional<Section> disk() throws Exception {
        Path wanted = plan.disk().orElse(Path.of("").toAbsolutePath());
        if (plan.emulation().slowsDown()) {
            return java.util.Optional.empty();
        }
        Path scratch = Files.createTempDirectory(wanted, ".selkie-bench");
        try {
            Place disk = BenchProgram.place(wanted, java.util.Optional.empty(), scratch, Emulation.NONE);
            if (disk.probe().medium().filter(medium -> medium == Medium.PAGE_CACHE).isEmpty()) {
                remarks.add("group commit: " + wanted + " is not behind the page cache; name a directory on a disk with --disk");
                return java.util.Optional.empty();
            }
            return java.util.Optional.of(groupCommit(disk));
        } catch (IllegalArgumentException e) {
            remarks.add("group commit: " + e.getMessage());
            return java.util.Optional.empty();
        } finally {
            BenchProgram.remove(scratch);
        }
    }

    private Section groupCommit(Place disk) throws Exception {
        List<Result> results = new ArrayList<>();
        Budget slow = budget.withRounds(plan.full() ? 21 : 7, DISK_ROUND_NANOS).withLatencies(2000);
        for (int threads : List.of(1, 16, 64)) {
            Work work = Work.appends(256, threads);
            say("group commit, " + work.words());
            results.addAll(hold(disk, work, slow, List.of(shared(), new FileChannelEngine(true),
                    new MappedFileEngine(MappedFileEngine.Way.FORCE)), false));
        }
        return new Section("Group commit on a disk", "On " + disk.probe().mount().orElse(disk.probe().fileSystem())
                + ". Selkie's appends"
                + " wait for one msync together; the others force for each append.", true, results);
    }

    private List<Result> hold(Place where, Work work, Budget howLong, List<LogEngine> engines) throws Exception {
        return hold(where, work, howLong, engines, true);
    }

    private List<Result> hold(Place where, Work work, Budget howLong, List<LogEngine> engines, boolean withCeiling)
            throws Exception {
        Path scratch = Files.createTempDirectory(where.directory(), "contest");
        try {
            Place own = new Place(scratch, where.device(), where.durability(), where.probe(), where.emulation());
            Contest.Outcome outcome = Contest.hold(own, work, howLong, engines, withCeiling);
            outcome.absences().forEach(remarks::add);
            return outcome.results();
        } finally {
            BenchProgram.remove(scratch);
        }
    }

    private static void say(String what) {
        BenchProgram.say(what);
    }

    private static LogEngine ceiling() {
        return new CeilingEngine("");
    }

    private static LogEngine again() {
        return new CeilingEngine("again");
    }

    private static LogEngine shared() {
        return new SelkieEngine(SelkieEngine.Way.SHARED);
    }
}
