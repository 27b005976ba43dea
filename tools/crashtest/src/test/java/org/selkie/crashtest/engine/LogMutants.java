// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.engine;

import java.io.PrintStream;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.selkie.crashtest.mutation.FlushMutation;
import org.selkie.crashtest.mutation.Mutant;
import org.selkie.crashtest.mutation.MutationReport;
import org.selkie.crashtest.mutation.Verdict;

/**
 * Takes the log's flushes and fences away, one call site after the other, over several workloads: a mutant counts as noticed
 * if one of them notices.
 */
final class LogMutants {

    private static final int FRAMES = 4;

    private final PrintStream to;
    private final int budget;
    private final long seed;
    /** By machine, mutation and place: what became of it in each workload. */
    private final TreeMap<String, Set<Verdict>> verdicts = new TreeMap<>();

    LogMutants(PrintStream to, int budget, long seed) {
        this.to = to;
        this.budget = budget;
        this.seed = seed;
    }

    /** Mutates a workload, from a new pool on, and from a crash on: then recovery is mutated as well. */
    void run(LogWorkload workload, LogMachine machine) {
        mutate(workload.toString(), machine, LogRun.record(workload, machine, new SplittableRandom(seed)));
        mutate(workload + ", after a crash", machine, LogRun.recordRecovery(workload, machine, new SplittableRandom(seed)));
    }

    private void mutate(String name, LogMachine machine, LogRun run) {
        MutationReport report = FlushMutation.of(run.trace()).model(machine.model()).frames(FRAMES).singleEvents(0)
                .explore(mutated -> mutated.budget(budget).seed(seed).crashesDuringRecovery(0)
                        .threads(Runtime.getRuntime().availableProcessors()).explore(run.oracle(), run.oracle()));
        for (Mutant mutant : report.mutants()) {
            verdicts.computeIfAbsent(machine + ": " + mutant.mutation().phrase() + " at " + place(mutant),
                    key -> EnumSet.noneOf(Verdict.class)).add(mutant.verdict());
        }
        to.println(name + ", " + machine + ": " + report.summary());
    }

    /** The engine's innermost frames. */
    private static String place(Mutant mutant) {
        List<StackTraceElement> engine = mutant.site().frames().stream().limit(FRAMES)
                .filter(frame -> !frame.getClassName().startsWith(LogMutants.class.getPackageName())
                        && frame.getClassName().startsWith("org.selkie."))
                .toList();
        return engine.stream().map(frame -> frame.getClassName().substring(frame.getClassName().lastIndexOf('.') + 1) + "."
                + frame.getMethodName() + ":" + frame.getLineNumber()).collect(Collectors.joining(" < "));
    }

    /** Whether a mutant at a place, given by a part of its name, was noticed, and none there was not. */
    boolean allNoticed(LogMachine machine, String phrase, String part) {
        List<Set<Verdict>> there = verdicts.entrySet().stream().filter(entry -> entry.getKey().startsWith(machine + ": " + phrase)
                && entry.getKey().contains(part)).map(Map.Entry::getValue).toList();
        return !there.isEmpty() && there.stream().allMatch(found -> found.contains(Verdict.KILLED));
    }

    /** The score, and each survivor. Where all verdicts are "redundant" the flush or fence does nothing in these runs. */
    String summary() {
        Collection<Set<Verdict>> all = verdicts.values();
        long killed = all.stream().filter(found -> found.contains(Verdict.KILLED)).count();
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT,
                "flush mutation score of the log: %d of %d call sites and mutations noticed (%.0f %%), seed %d", killed,
                all.size(), 100.0 * killed / Math.max(1, all.size()), seed));
        verdicts.forEach((name, found) -> {
            if (!found.contains(Verdict.KILLED)) {
                text.append("\n  ").append(found).append(' ').append(name);
            }
        });
        return text.toString();
    }
}
