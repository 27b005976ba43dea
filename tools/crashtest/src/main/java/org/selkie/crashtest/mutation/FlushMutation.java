// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.mutation;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.selkie.crashtest.CrashConsistencyError;
import org.selkie.crashtest.Exploration;
import org.selkie.crashtest.NothingReadException;
import org.selkie.crashtest.Report;
import org.selkie.crashtest.model.PersistenceModel;
import org.selkie.crashtest.trace.Event;
import org.selkie.crashtest.trace.Site;
import org.selkie.crashtest.trace.Trace;
import org.selkie.crashtest.trace.TraceException;

/**
 * Tests a crash test: drops, delays and shortens each flush and each fence of a recorded run, and explores what is left. A
 * mutant of which the checker does not notice anything names a flush or a fence that is redundant, or that is not tested.
 *
 * <pre>{@code
 * MutationReport report = FlushMutation.of(recorder.trace())
 *         .explore(mutated -> mutated.budget(10_000).explore(checker));
 * System.out.println(report);
 * report.orThrow();
 * }</pre>
 *
 * <p>Every call site, which is a stack, is mutated as a whole first. Where that is noticed, its single events are mutated as
 * well, up to a budget. Where nobody notices that something is gone, nobody would notice less than that, which is not tried.
 *
 * <p>Nothing is run again but recovery: no flush and no fence changes what code loads, so a mutant's trace follows from the
 * one that was recorded. What recovery itself flushes is not in that trace; record a recovery to mutate it.
 *
 * <p>Immutable: each setting gives another one.
 */
public final class FlushMutation {

    private final Trace trace;
    private final PersistenceModel model;
    private final int singleEvents;
    private final int frames;
    private final BiPredicate<Mutation, Site> only;
    private final Consumer<Mutant> listener;

    private FlushMutation(Trace trace, PersistenceModel model, int singleEvents, int frames,
            BiPredicate<Mutation, Site> only, Consumer<Mutant> listener) {
        this.trace = trace;
        this.model = model;
        this.singleEvents = singleEvents;
        this.frames = frames;
        this.only = only;
        this.listener = listener;
    }

    /** All call sites of a trace and up to 1,000 single events, by the ADR model. */
    public static FlushMutation of(Trace trace) {
        return new FlushMutation(trace, PersistenceModel.adr(), 1_000, Integer.MAX_VALUE, (mutation, site) -> true,
                mutant -> { });
    }

    /**
     * What a crash may leave. {@link PersistenceModel#adr()} unless given. Flushes, or fences, that do nothing there, such as
     * flushes under eADR, are not mutated, and no flush is delayed where it waits for no fence.
     */
    public FlushMutation model(PersistenceModel value) {
        return new FlushMutation(trace, value, singleEvents, frames, only, listener);
    }

    /** How many mutants of single events there are at most, shared out evenly over the call sites. 0 for none. */
    public FlushMutation singleEvents(int most) {
        if (most < 0) {
            throw new TraceException("singleEvents(" + most + ") = negative; give the number of mutants, 0 or more");
        }
        return new FlushMutation(trace, model, most, frames, only, listener);
    }

    /** How many frames of a stack tell call sites apart: 1 for the innermost alone. All unless given. */
    public FlushMutation frames(int innermost) {
        if (innermost <= 0) {
            throw new TraceException("frames(" + innermost + "): no two call sites would differ; give at least one");
        }
        return new FlushMutation(trace, model, singleEvents, innermost, only, listener);
    }

    /** Which mutations are tried where. All unless given: leave out what another run has noticed already, for example. */
    public FlushMutation only(BiPredicate<Mutation, Site> which) {
        return new FlushMutation(trace, model, singleEvents, frames, which, listener);
    }

    /** Told of each mutant when its verdict is there. */
    public FlushMutation progress(Consumer<Mutant> to) {
        return new FlushMutation(trace, model, singleEvents, frames, only, to);
    }

    /**
     * Explores the unchanged run, and then every mutant: crashes that leave more than those of the unchanged run.
     *
     * @param exploring explores what it is given, which has trace and model; one violation is enough
     * @throws CrashConsistencyError when the unchanged run is refused
     */
    public MutationReport explore(Function<Exploration, Report> exploring) {
        Map<List<StackTraceElement>, List<Event>> sites = sites();
        Report baseline = exploring.apply(Exploration.of(trace).model(model));
        baseline.orThrow();
        Tries tries = new Tries(exploring, baseline, CrashSet.of(trace, model));
        sites.forEach((site, events) -> {
            String name = name(site, sites.keySet());
            for (Mutation mutation : mutations()) {
                tries.whole(mutation, name, events.stream().filter(event -> MutatedRun.applies(mutation, event, model)
                        && only.test(mutation, event.site())).toList());
            }
        });
        int skipped = tries.singles(singleEvents);
        return new MutationReport(baseline, tries.mutants, skipped);
    }

    /** Those of instructions that do something where the model holds. */
    private List<Mutation> mutations() {
        return Stream.of(Mutation.values())
                .filter(mutation -> mutation.isOfFlush() ? model.needsFlush() : model.needsFence())
                // A flush that waits for no fence is as good behind it, as long as nothing is between the two.
                .filter(mutation -> mutation != Mutation.DELAYED_FLUSH || model.needsFence()).toList();
    }

    /** A mutation at a call site, with all events that it can be done to. */
    private record Place(Mutation mutation, String name, List<Event> events) {
    }

    /** One mutant after the other. */
    private final class Tries {

        private final Function<Exploration, Report> exploring;
        private final Report baseline;
        private final CrashSet unchanged;
        private final List<Mutant> mutants = new ArrayList<>();
        /** Where the mutation of all events was noticed. */
        private final List<Place> tested = new ArrayList<>();
        /** Events whose loss nobody notices: then nobody notices less than that. */
        private final Set<Integer> dispensable = new HashSet<>();

        Tries(Function<Exploration, Report> exploring, Report baseline, CrashSet unchanged) {
            this.exploring = exploring;
            this.baseline = baseline;
            this.unchanged = unchanged;
        }

        void whole(Mutation mutation, String name, List<Event> events) {
            if (events.isEmpty() || events.stream().allMatch(event -> dispensable.contains(event.number()))) {
                return;
            }
            Place place = new Place(mutation, name, events);
            if (!mutant(place, events).survived() && events.size() > 1) {
                tested.add(place);
            }
        }

        /** How many were left out. */
        int singles(int most) {
            int left = most;
            int skipped = 0;
            for (int i = 0; i < tested.size(); i++) {
                Place place = tested.get(i);
                List<Event> chosen = spread(place.events, left / (tested.size() - i));
                for (Event event : chosen) {
                    if (!dispensable.contains(event.number())) {
                        mutant(place, List.of(event));
                        left--;
                    }
                }
                skipped += place.events.size() - chosen.size();
            }
            return skipped;
        }

        private Mutant mutant(Place place, List<Event> events) {
            List<Integer> numbers = events.stream().map(Event::number).toList();
            MutatedRun run = new MutatedRun(trace, place.mutation, Set.copyOf(numbers), model);
            Set<Integer> more = run.leavesMoreBefore(unchanged);
            Report report = baseline;
            Verdict verdict = Verdict.REDUNDANT;
            if (!more.isEmpty()) {
                try {
                    report = exploring.apply(Exploration.of(run.trace()).model(model).onlyBefore(more::contains));
                    verdict = !report.violations().isEmpty() ? Verdict.KILLED
                            : report.isComplete() ? Verdict.UNTESTED : Verdict.UNDECIDED;
                } catch (NothingReadException e) {
                    // Of the unchanged run something was read: what this one leaves beside that nobody looks at.
                    verdict = Verdict.UNTESTED;
                }
            }
            Mutant mutant = new Mutant(place.mutation, events.getFirst().site(), place.name, numbers, place.events.size(),
                    verdict, report);
            if (place.mutation.isDrop() && (verdict == Verdict.REDUNDANT || verdict == Verdict.UNTESTED)) {
                dispensable.addAll(numbers);
            }
            mutants.add(mutant);
            listener.accept(mutant);
            return mutant;
        }
    }

    /** The flushes and fences of each call site, in the order of the trace. */
    private Map<List<StackTraceElement>, List<Event>> sites() {
        Map<List<StackTraceElement>, List<Event>> sites = new LinkedHashMap<>();
        int known = 0;
        for (Event event : trace.events()) {
            if (event instanceof Event.Flush || event instanceof Event.Fence) {
                Site site = event.site();
                List<StackTraceElement> stack = site.frames();
                known += stack.isEmpty() ? 0 : 1;
                sites.computeIfAbsent(stack.subList(0, Math.min(frames, stack.size())), key -> new ArrayList<>()).add(event);
            }
        }
        if (known == 0) {
            throw new TraceException("explore(): of " + trace.events().size() + " events "
                    + (sites.isEmpty() ? "none is a flush or a fence: there is nothing to mutate"
                            : "no flush and no fence has a stack; record with Recorder.create(), not withoutSites()"));
        }
        return sites;
    }

    /** The innermost frame, and the first one that tells it from every other site, where that is another one. */
    private static String name(List<StackTraceElement> site, Set<List<StackTraceElement>> all) {
        int depth = 1;
        while (depth < site.size() && !isOnly(site.subList(0, depth), all)) {
            depth++;
        }
        return site.isEmpty() ? Site.UNKNOWN.toString() : depth == 1 ? site.getFirst().toString()
                : site.getFirst() + " from " + site.get(depth - 1);
    }

    private static boolean isOnly(List<StackTraceElement> beginning, Set<List<StackTraceElement>> all) {
        return all.stream().filter(site -> site.size() >= beginning.size() && site.subList(0, beginning.size()).equals(beginning))
                .count() == 1;
    }

    /** So many of them, at even distances, the last one always among them. */
    private static List<Event> spread(List<Event> events, int most) {
        if (events.size() <= most) {
            return events;
        }
        List<Event> chosen = new ArrayList<>(most);
        for (long i = 1; i <= most; i++) {
            chosen.add(events.get((int) (i * events.size() / most) - 1));
        }
        return chosen;
    }
}
