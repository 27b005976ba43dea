// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.junit;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.nio.MappedByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.selkie.crashtest.Checker;
import org.selkie.crashtest.CrashConsistencyError;
import org.selkie.crashtest.Exploration;
import org.selkie.crashtest.FieldNames;
import org.selkie.crashtest.Recovery;
import org.selkie.crashtest.Report;
import org.selkie.crashtest.StateChecker;
import org.selkie.crashtest.agent.CrashtestAgent;
import org.selkie.crashtest.agent.Recording;
import org.selkie.crashtest.model.PersistenceModel;
import org.selkie.crashtest.report.CrashReport;
import org.selkie.crashtest.trace.Operation;
import org.selkie.crashtest.trace.RecordedRegion;
import org.selkie.crashtest.trace.Recorder;
import org.selkie.crashtest.trace.Trace;
import org.selkie.crashtest.trace.TraceException;

/**
 * One crash test: gives out memory, records what a structure does in it, and explores the crashes. In a method with
 * {@link CrashTest} it is the parameter.
 *
 * <p>Several threads may run operations; {@link #check} is called when they have ended.
 */
public final class CrashRun {

    private final String title;
    private final RunSettings settings;
    private final Outcomes outcomes;
    private final Recorder recorder = Recorder.create();
    private final FieldNames fields = new FieldNames();
    private final List<RecordedRegion> regions = new ArrayList<>();
    private final Set<String> names = new HashSet<>();
    private final UnseenStores unseen = new UnseenStores();
    /** Events that {@link #check} has explored; negative before. */
    private int explored = -1;

    /** What an operation does. */
    @FunctionalInterface
    public interface Body {
        void run() throws Exception;
    }

    CrashRun(String title, RunSettings settings, Outcomes outcomes) {
        this.title = title;
        this.settings = settings;
        this.outcomes = outcomes;
        unseen.watch();
    }

    /** The recorder, for what is not offered here. */
    public Recorder recorder() {
        return recorder;
    }

    /** The seed of this run, for the workload's own randomness. */
    public long seed() {
        return settings.seed();
    }

    /** Memory of zeroes that the structure uses through {@link org.selkie.crashtest.trace.PersistentRegion}. */
    public RecordedRegion region(String name, long lengthBytes) {
        requireNew(name, lengthBytes);
        return keep(recorder.allocate(name, lengthBytes));
    }

    /** The same over memory that is there already: what it holds now counts as durable. */
    public RecordedRegion attach(String name, MemorySegment memory) {
        requireNew(name, memory.byteSize());
        return keep(recorder.attach(name, memory));
    }

    /**
     * A mapped file of zeroes for a structure that stores into a {@link MemorySegment} itself, unchanged: recorded by the
     * agent, each {@link MemorySegment#force} being a flush and a fence. The checker finds it as
     * {@link org.selkie.crashtest.CrashImage#memory(String)}.
     *
     * @throws TraceException the agent is not there
     */
    public MemorySegment segment(String name, long lengthBytes) {
        if (!CrashtestAgent.isActive()) {
            throw new TraceException("segment(" + name + ", " + lengthBytes + ") needs the agent, which records what is stored "
                    + "into it; add " + CrashtestAgent.option() + " to the options of the JVM that runs the tests, with "
                    + "Maven as argLine of Surefire");
        }
        requireNew(name, lengthBytes);
        MemorySegment memory = MappedFile.ofZeroes(lengthBytes);
        keep(recorder.attachByDifference(name, memory));
        Recording.start(recorder);
        return memory;
    }

    /**
     * The same for a structure on a {@link MappedByteBuffer}. The checker finds it as
     * {@link org.selkie.crashtest.CrashImage#buffer(String)}.
     */
    public MappedByteBuffer buffer(String name, int lengthBytes) {
        return (MappedByteBuffer) segment(name, lengthBytes).asByteBuffer();
    }

    /** Nothing is recorded any more. */
    void end() {
        unseen.endWatch();
        Recording.stop(recorder);
    }

    /** Names the fields of a region for the report, by a layout from its beginning. */
    public void layout(String region, MemoryLayout layout) {
        fields.layout(region, 0, layout);
    }

    /** Names a range of a region for the report. */
    public void field(String region, long offsetBytes, long lengthBytes, String name) {
        fields.name(region, offsetBytes, lengthBytes, name);
    }

    /**
     * Runs an operation that is durable when it returns: from its beginning its effects may be found after a crash, from its
     * return they must be.
     */
    public void operation(Object description, Body body) throws Exception {
        Operation operation = recorder.begin(description);
        body.run();
        recorder.acknowledge(operation);
    }

    /** Begins an operation that is acknowledged later, or never. */
    public Operation begin(Object description) {
        return recorder.begin(description);
    }

    /** The operation's effects must be found from now on. */
    public void acknowledge(Operation operation) {
        recorder.acknowledge(operation);
    }

    /**
     * Explores: gives the checker every image that a crash of what was recorded so far may leave, by each model, up to the
     * budget. Prints what was covered.
     *
     * @throws CrashConsistencyError an image broke the checker; the message says which lines, where in the code, and what to
     *                               do, and the cause is what the checker threw
     * @throws TraceException        nothing was recorded, or the recorder did not see everything, or the budget is too small
     *                               to reach every crash point
     */
    public void check(Checker checker) {
        requireChecker(checker);
        exploreAll(exploration -> exploration.explore(checker));
    }

    /**
     * The same with recovery and check apart: recovery is repeated on what it repaired, and interrupted by another crash, and
     * must give the same again.
     */
    public <S> void check(Recovery<S> recovery, StateChecker<? super S> checker) {
        requireChecker(recovery);
        requireChecker(checker);
        exploreAll(exploration -> exploration.explore(recovery, checker));
    }

    private static void requireChecker(@Nullable Object checker) {
        if (checker == null) {
            throw new TraceException("check(null): nobody would look at the images; give a checker");
        }
    }

    private void exploreAll(Function<Exploration, Report> how) {
        unseen.endWatch();
        Trace trace = recorder.trace();
        explored = trace.events().size();
        // Those too that were attached to the recorder itself.
        List<RecordedRegion> all = recorder.regions();
        unseen.requireStores(trace, all);
        UnseenStores.requireAllSeen(trace, regions);
        fields.requireRegions(trace);
        List<String> notes = new ArrayList<>();
        List<String> unseenFiles = unseen.unseen(all);
        if (!unseenFiles.isEmpty()) {
            notes.add(unseenFiles + " is mapped, and no region covers it: nothing that is stored there is tested");
        }
        settings.models().forEach(model -> explore(model, trace, notes, how));
    }

    private void explore(PersistenceModel model, Trace trace, List<String> notes, Function<Exploration, Report> how) {
        Report report;
        ProgressLine line = new ProgressLine(System.err, title + " (" + model.name() + ")", settings.progress());
        try {
            report = how.apply(settings.exploration(trace, model).progress(line::at));
        } finally {
            line.end();
        }
        outcomes.explored(new CrashReport(title, trace, report, fields, notes, List.of()), settings);
    }

    /** Whether {@link #check} was called: a test that hands over no checker tests nothing. */
    boolean isChecked() {
        return explored >= 0;
    }

    /** Refuses what came after {@link #check}: nobody has looked at crashes there. */
    void requireNothingAfterCheck() {
        int after = recorder.size() - explored;
        if (after > 0) {
            throw new TraceException("run.check was called, and " + after + (after == 1 ? " event was" : " events were")
                    + " recorded after it, the first " + recorder.trace().events().get(explored) + "; nothing of that was "
                    + "explored: call run.check when all operations and threads have ended");
        }
    }

    private RecordedRegion keep(RecordedRegion region) {
        regions.add(region);
        return region;
    }

    private void requireNew(String name, long lengthBytes) {
        Recorder.requireRegion(name, lengthBytes);
        if (!names.add(name)) {
            throw new TraceException("region " + name + " is there already; give each region of a run a name of its own");
        }
    }
}
