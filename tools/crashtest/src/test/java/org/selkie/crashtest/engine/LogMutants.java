// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.engine;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.selkie.crashtest.Exploration;
import org.selkie.crashtest.Report;
import org.selkie.crashtest.mutation.FlushMutation;
import org.selkie.crashtest.mutation.Mutant;
import org.selkie.crashtest.mutation.Mutation;
import org.selkie.crashtest.mutation.MutationReport;
import org.selkie.crashtest.mutation.Verdict;
import org.selkie.crashtest.trace.Event;
import org.selkie.crashtest.trace.Site;
import org.selkie.crashtest.trace.Trace;

/**
 * Takes the log's flushes and fences away, one call site after the other, over several runs: a mutant counts as noticed if one
 * of them notices, and is left out from then on. What is mutated is the engine's way of persisting, so that a mutant is one for
 * both kinds of page cache, in which that way is the same.
 */
final class LogMutants {

    private static final int FRAMES = 5;
    private static final int FRAMES_OF_A_NAME = 4;

    private final PrintStream to;
    private final int budget;
    private final long seed;
    private final boolean explainedToo;
    /** Whether it is what stores do that is mutated. */
    private final boolean ofStores;
    /** By name: what became of it in each run. */
    private final TreeMap<String, Set<Verdict>> verdicts = new TreeMap<>();
    private final Set<LogMachine> machines = EnumSet.noneOf(LogMachine.class);
    /** Names of places in the log that are reached from a store. */
    private final Set<String> beneathStores = new TreeSet<>();
    /** Names of those that were not tried. */
    private final Set<String> explained = new TreeSet<>();

    /**
     * Nothing mutated yet.
     *
     * @param explainedToo whether mutants whose survival is explained are tried in every run; otherwise in none
     */
    LogMutants(PrintStream to, int budget, long seed, boolean explainedToo) {
        this(to, budget, seed, explainedToo, false);
    }

    /** As the log's, but where a store's code has called. Of the log's code beneath nothing has to be noticed once more. */
    static LogMutants ofStores(PrintStream to, int budget, long seed, boolean explainedToo) {
        return new LogMutants(to, budget, seed, explainedToo, true);
    }

    private LogMutants(PrintStream to, int budget, long seed, boolean explainedToo, boolean ofStores) {
        this.explainedToo = explainedToo;
        this.ofStores = ofStores;
        this.to = to;
        this.budget = budget;
        this.seed = seed;
    }

    /** Mutates a workload, from a new pool on. */
    void run(LogWorkload workload, LogMachine machine) {
        mutate(workload.toString(), machine, LogRun.record(workload, machine, random(workload, machine)));
    }

    /** Mutates what comes after crashes of a workload, of each kind some: recovery, and the life after it. */
    void runRecoveries(LogWorkload workload, LogMachine machine, List<LogLife> lives, int ofEachKind) {
        SplittableRandom random = random(workload, machine);
        LogCrashes crashes = LogCrashes.of(workload, machine, random);
        crashes.byKind().forEach((kind, alike) -> {
            for (LogCrashes.Crash crash : alike.subList(0, Math.min(ofEachKind, alike.size()))) {
                for (LogLife life : lives) {
                    mutate(workload + ", after a crash, then " + life, machine,
                            LogRun.recordRecovery(crashes, crash, life, random));
                }
            }
        });
    }

    /**
     * Mutates a workload whose process is killed, and the recovery by another one.
     *
     * @param most how often, after stores into headers, and after records
     */
    void runKilled(LogWorkload workload, LogMachine machine, int most) {
        SplittableRandom random = random(workload, machine);
        LogRun run = LogRun.record(workload, machine, random);
        List<Integer> points = run.killPoints(2, random);
        int step = Math.ceilDiv(points.size(), most);
        for (int i = 0; i < points.size(); i++) {
            if ((points.size() - 1 - i) % step == 0) {
                // Who closes at once has no fence of its own, and learns nothing.
                for (LogLife life : List.of(LogLife.CLOSES, random.nextBoolean() ? LogLife.APPENDS : LogLife.ONE_LINE)) {
                    mutate(workload + ", killed, then " + life, machine, run.killedAfter(points.get(i), life, random));
                }
            }
        }
    }

    private SplittableRandom random(LogWorkload workload, LogMachine machine) {
        return new SplittableRandom(seed + 10L * workload.ordinal() + machine.ordinal());
    }

    /** Mutates a store's workload, from a new pool on. */
    void run(StoreWorkload workload, LogMachine machine) {
        mutate(workload.toString(), machine, StoreRun.record(workload, machine, random(workload, machine)));
    }

    /** Mutates what a store does after crashes of a workload. */
    void runRecovered(StoreWorkload workload, LogMachine machine) {
        mutate(workload + ", after a crash", machine,
                StoreRun.recordRecovery(workload, machine, random(workload, machine)));
    }

    private SplittableRandom random(StoreWorkload workload, LogMachine machine) {
        return new SplittableRandom(seed + 10L * workload.ordinal() + machine.ordinal());
    }

    private void mutate(String name, LogMachine machine, StoreRun run) {
        mutate(name, machine, run.trace(), mutated -> mutated.explore(run.oracle(), run.oracle()));
    }

    /** Mutates what salvage does to a damaged log. */
    void runSalvage(LogMachine machine) {
        for (SalvagedLog.Damage damage : SalvagedLog.Damage.values()) {
            SalvagedLog run = SalvagedLog.record(damage, machine);
            mutate("salvage after the loss of " + damage, machine, run.trace(), mutated -> mutated.explore(run, run));
        }
    }

    private void mutate(String name, LogMachine machine, LogRun run) {
        mutate(name, machine, run.trace(), mutated -> mutated.explore(run.oracle(), run.oracle()));
    }

    private void mutate(String name, LogMachine machine, Trace trace, Function<Exploration, Report> exploring) {
        if (trace.events().stream().noneMatch(Event.Store.class::isInstance)
                || trace.events().stream().noneMatch(event -> mayBringSomething(machine, event))) {
            return;
        }
        machines.add(machine);
        MutationReport report = FlushMutation.of(trace).model(machine.model()).frames(FRAMES).singleEvents(0)
                .only((mutation, site) -> isOpen(machine, mutation, site))
                .explore(mutated -> exploring.apply(mutated.budget(budget).mayLeaveOutCrashPoints().seed(seed)
                        .crashesDuringRecovery(0)
                        .threads(Runtime.getRuntime().availableProcessors())));
        for (Mutant mutant : report.mutants()) {
            String what = name(machine, mutant.mutation(), mutant.site());
            if (mutant.verdict() == Verdict.KILLED && isOpen(machine, mutant.mutation(), mutant.site())) {
                to.println(name + ", " + machine + ": noticed " + what);
            }
            verdicts.computeIfAbsent(what, key -> EnumSet.noneOf(Verdict.class)).add(mutant.verdict());
        }
    }

    /** Whether there is a mutant to try at an event: without it, or one that was tried before and not noticed. */
    private boolean mayBringSomething(LogMachine machine, Event event) {
        if (!(event instanceof Event.Flush && machine.model().needsFlush())
                && !(event instanceof Event.Fence && machine.model().needsFence())) {
            return false;
        }
        Mutation without = event instanceof Event.Flush ? Mutation.DROPPED_FLUSH : Mutation.DROPPED_FENCE;
        return isOpen(machine, without, event.site()) || Stream.of(Mutation.values())
                .anyMatch(mutation -> verdicts.containsKey(name(machine, mutation, event.site()))
                        && isOpen(machine, mutation, event.site()));
    }

    /** Not what a killed process's kernel does, and nothing that was noticed already. */
    private boolean isOpen(LogMachine machine, Mutation mutation, Site site) {
        if (site.frames().isEmpty()) {
            return false;
        }
        String name = name(machine, mutation, site);
        if (ofStores) {
            if (site.frames().stream().noneMatch(LogMutants::isOfStore)) {
                return false;
            }
            if (innermost(site).noneMatch(LogMutants::isOfStore)) {
                beneathStores.add(name);
            }
        }
        // What is explained for all machines: the next one may have smaller sectors.
        if (!explainedToo && ExplainedSurvivors.of(name, EnumSet.allOf(LogMachine.class)).isPresent()) {
            explained.add(name);
            return false;
        }
        return !verdicts.getOrDefault(name, Set.of()).contains(Verdict.KILLED);
    }

    private static String name(LogMachine machine, Mutation mutation, Site site) {
        return machine.persistence() + ": " + mutation.phrase() + " at " + place(site);
    }

    /** The engine's innermost frames, without what every flush and fence has. */
    static String place(Site site) {
        return innermost(site).map(LogMutants::shortened).collect(Collectors.joining(" < "));
    }

    private static Stream<StackTraceElement> innermost(Site site) {
        return site.frames().stream().filter(frame -> frame.getClassName().startsWith("org.selkie.")
                && !frame.getClassName().startsWith("org.selkie.crashtest.")
                && !frame.getClassName().endsWith(".Persister")).limit(FRAMES_OF_A_NAME);
    }

    private static boolean isOfStore(StackTraceElement frame) {
        return frame.getClassName().startsWith("org.selkie.kv.") || frame.getClassName().endsWith(".StoreLog");
    }

    private static String shortened(StackTraceElement frame) {
        String method = frame.getMethodName().replaceAll("lambda\\$(\\w+)\\$\\d+", "$1");
        return frame.getClassName().substring(frame.getClassName().lastIndexOf('.') + 1) + "." + method;
    }

    private Optional<ExplainedSurvivors> reason(String name) {
        return ExplainedSurvivors.of(name, machines);
    }

    /** Those that nobody has noticed, and whose survival is not explained. */
    List<String> unexplained() {
        return verdicts.entrySet().stream().filter(entry -> !entry.getValue().contains(Verdict.KILLED))
                .filter(entry -> reason(entry.getKey()).isEmpty() && !beneathStores.contains(entry.getKey()))
                .map(entry -> entry.getValue() + " " + entry.getKey()).toList();
    }

    /** Those that somebody has noticed, though their survival is explained: then the explanation is wrong. */
    List<String> wronglyExplained() {
        return verdicts.entrySet().stream().filter(entry -> entry.getValue().contains(Verdict.KILLED))
                .map(Map.Entry::getKey).filter(name -> reason(name).isPresent()).toList();
    }

    /** How many were noticed. */
    long noticed() {
        return noticed(false);
    }

    /** How many, of those that have to be or of those in the log's code beneath a store. */
    private long noticed(boolean beneath) {
        return verdicts.entrySet().stream().filter(entry -> entry.getValue().contains(Verdict.KILLED)
                && beneathStores.contains(entry.getKey()) == beneath).count();
    }

    /** The score, and for each explanation the mutants that it is for. */
    String summary() {
        TreeMap<ExplainedSurvivors, List<String>> survivors = new TreeMap<>();
        TreeSet<String> names = new TreeSet<>(explained);
        verdicts.forEach((name, found) -> {
            if (!found.contains(Verdict.KILLED)) {
                names.add(name);
            }
        });
        names.removeAll(beneathStores);
        names.forEach(name -> reason(name).ifPresent(reason ->
                survivors.computeIfAbsent(reason, key -> new ArrayList<>())
                        .add(verdicts.getOrDefault(name, Set.of()) + " " + name)));
        int count = survivors.values().stream().mapToInt(List::size).sum();
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "flush mutation score: of %d call sites "
                + "and mutations %d noticed, %d explained survivors, %d not explained; seed %d", names.size() + noticed(),
                noticed(), count, unexplained().size(), seed));
        if (ofStores) {
            text.append("; of ").append(beneathStores.size()).append(" in the log's code beneath, which its test has, ")
                    .append(noticed(true));
        }
        survivors.forEach((reason, those) -> {
            text.append("\n  ").append(reason);
            those.forEach(name -> text.append("\n    ").append(name));
        });
        unexplained().forEach(name -> text.append("\n  NOT EXPLAINED ").append(name));
        return text.toString();
    }
}
