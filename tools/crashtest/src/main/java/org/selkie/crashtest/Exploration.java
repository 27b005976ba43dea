// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.lang.foreign.MemoryLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.selkie.crashtest.model.PersistenceModel;
import org.selkie.crashtest.trace.Event;
import org.selkie.crashtest.trace.Trace;
import org.selkie.crashtest.trace.TraceException;

/**
 * Shows a checker the images that crashes of a recorded run may leave.
 *
 * <pre>{@code
 * Recorder recorder = Recorder.create();
 * RecordedRegion memory = recorder.allocate("queue", 4096);
 * Queue queue = new Queue(memory);
 * Operation put = recorder.begin(7L);
 * queue.put(7L);
 * recorder.acknowledge(put);
 *
 * Report report = Exploration.of(recorder.trace()).explore(image -> {
 *     Queue recovered = new Queue(image.region());
 *     assertTrue(recovered.size() >= image.acknowledged().size());
 * });
 * report.orThrow();
 * }</pre>
 *
 * <p>Immutable: each setting gives another exploration.
 */
public final class Exploration {

    private static final int MOST_THREADS = 1024;
    private static final Duration LONGEST_IMAGE = Duration.ofDays(1);
    private static final Duration LONGEST = Duration.ofDays(366);

    private final Trace trace;
    private final Settings settings;

    private Exploration(Trace trace, Settings settings) {
        this.trace = trace;
        this.settings = settings;
    }

    /** All images of a trace, up to a million, by the ADR model, on one thread. */
    public static Exploration of(Trace trace) {
        return new Exploration(trace, new Settings());
    }

    private Exploration with(Consumer<Settings> change) {
        return new Exploration(trace, settings.with(change));
    }

    /** What a crash may leave. {@link PersistenceModel#adr()} unless given. */
    public Exploration model(PersistenceModel model) {
        return with(copy -> copy.model = model);
    }

    /** When the crash comes. {@link CrashPoints#ORDERING} unless given. */
    public Exploration points(CrashPoints points) {
        return with(copy -> copy.points = points);
    }

    /**
     * Only those of the crash points that come before certain events, by their numbers; the end of the trace has the number of
     * its events. All unless given; given twice, those of both.
     */
    public Exploration onlyBefore(IntPredicate events) {
        IntPredicate known = settings.before;
        return with(copy -> copy.before = known == null ? events : known.and(events));
    }

    /**
     * How many images are checked at most, those of interrupted recoveries apart. It is shared out over the crash points; of
     * those that have more images, a part is looked at: first with single lines missing or present, then drawn by the seed.
     */
    public Exploration budget(long images) {
        if (images <= 0) {
            throw new TraceException("budget(" + images + "): not one crash point can be reached; give at least one image");
        }
        return with(copy -> copy.budget = images);
    }

    /**
     * A budget below the number of crash points is meant: some of them are left out, in even steps. Without this it is refused
     * when nothing was found, because a bug at one of them would not have been either.
     */
    public Exploration mayLeaveOutCrashPoints() {
        return with(copy -> copy.leavesOutPoints = true);
    }

    /** Ends after a time, whatever was covered by then. No limit unless given. */
    public Exploration within(Duration time) {
        if (time.isNegative() || time.isZero() || time.compareTo(LONGEST) > 0) {
            throw new TraceException("within(" + time + "): give more than nothing and at most a year");
        }
        return with(copy -> copy.within = time);
    }

    /** The seed of whatever is drawn: the same seed gives the same images. 0 unless given. */
    public Exploration seed(long seed) {
        return with(copy -> copy.seed = seed);
    }

    /** Only images in which at most k lines (or sectors) lack something that was stored. Small k find most bugs. */
    public Exploration atMostMissing(int k) {
        return with(copy -> copy.missing = bound("atMostMissing", k));
    }

    /** Only images in which at most k lines (or sectors) have something of what is not certain; or also these. */
    public Exploration atMostPresent(int k) {
        return with(copy -> copy.present = bound("atMostPresent", k));
    }

    private static int bound(String name, int k) {
        if (k < 0) {
            throw new TraceException(name + "(" + k + ") = negative; give 0 or more");
        }
        return k;
    }

    /**
     * Recovery reads this range of a region, and nothing else but what is named in further calls. For code that works on
     * {@link CrashImage#memory()}, whose reads are not seen: without this, every line counts as read. A range that is read
     * and not named hides violations.
     */
    public Exploration recoveryReads(String region, long offsetBytes, long lengthBytes) {
        if (offsetBytes < 0 || lengthBytes <= 0) {
            throw new TraceException("recoveryReads(" + region + ", " + offsetBytes + ", " + lengthBytes + ") = no range; give "
                    + "an offset of 0 or more and a length of at least one byte");
        }
        return with(copy -> copy.reads.computeIfAbsent(region, name -> new ArrayList<>())
                .add(new Settings.Range(offsetBytes, lengthBytes)));
    }

    /** How many violations to look for before the exploration ends, each at another crash point. One unless given. */
    public Exploration violations(int most) {
        if (most <= 0) {
            throw new TraceException("violations(" + most + "): nothing would be looked for; give at least one");
        }
        return with(copy -> copy.violations = most);
    }

    /** How many threads share the work; the checker then runs on several at once. One unless given. */
    public Exploration threads(int threads) {
        if (threads <= 0 || threads > MOST_THREADS) {
            throw new TraceException("threads(" + threads + "): each has memory of its own; give from 1 to " + MOST_THREADS
                    + ", at most one for each processor");
        }
        return with(copy -> copy.threads = threads);
    }

    /** How long recovery and check of one image may take. Ten seconds unless given. */
    public Exploration timeLimit(Duration limit) {
        if (limit.compareTo(Duration.ofMillis(1)) < 0 || limit.compareTo(LONGEST_IMAGE) > 0) {
            throw new TraceException("timeLimit(" + limit + "), or imageMillis of @CrashTest: give from 1 millisecond to a day, "
                    + "within which a recovery that does not hang has ended");
        }
        return with(copy -> copy.timeLimit = limit);
    }

    /**
     * How often in a row the power may go again during recovery, as far as that writes through {@link CrashImage#region()} or
     * {@link CrashImage#recorder()}: once unless given, and never for a plain {@link Checker}, which may do more than recover.
     */
    public Exploration crashesDuringRecovery(int depth) {
        return with(copy -> copy.recoveryDepth = bound("crashesDuringRecovery", depth));
    }

    /** How many images of one interrupted recovery are looked at. 256 unless given. */
    public Exploration recoveryBudget(long images) {
        if (images <= 0) {
            throw new TraceException("recoveryBudget(" + images + "): no interrupted recovery could be looked at; give at least "
                    + "one image, or crashesDuringRecovery(0)");
        }
        return with(copy -> copy.recoveryBudget = images);
    }

    /** A recovery that was interrupted may give something else than one that was not, as long as the checker takes it. */
    public Exploration interruptedRecoveryMayDiffer() {
        return with(copy -> copy.sameAfterInterruption = false);
    }

    /** Names for the fields of a region, for reports. */
    public Exploration layout(String region, MemoryLayout layout) {
        return with(copy -> copy.layouts.put(region, layout));
    }

    /** Where the image and the report of each violation are saved. Nowhere unless given. */
    public Exploration saveTo(Path directory) {
        return with(copy -> copy.directory = directory);
    }

    /** Told about once a second how far the exploration is. */
    public Exploration progress(Consumer<Progress> listener) {
        return with(copy -> copy.progress = listener);
    }

    /** Explores. Violations are in the report; see {@link Report#orThrow()}. */
    public Report explore(Checker checker) {
        Settings once = settings.recoveryDepth == Settings.UNBOUNDED ? settings.with(copy -> copy.recoveryDepth = 0) : settings;
        return explore(once, new Examiner<Object>(once, image -> {
            checker.check(image);
            return Examiner.NO_STATE;
        }, (state, image) -> { }));
    }

    /**
     * Explores, with recovery and check apart. Recovery is repeated on what it has repaired, and interrupted: it must give the
     * same again. The checker is asked once about each state.
     */
    public <S> Report explore(Recovery<S> recovery, StateChecker<? super S> checker) {
        Settings once = settings.recoveryDepth == Settings.UNBOUNDED ? settings.with(copy -> copy.recoveryDepth = 1) : settings;
        return explore(once, new Examiner<S>(once, recovery, checker));
    }

    private Report explore(Settings complete, Examiner<?> examiner) {
        if (trace.events().stream().noneMatch(Event.Store.class::isInstance)) {
            throw new TraceException("explore(): the trace has " + trace.events().size() + " events and no store: either "
                    + "the code stored nothing, or into memory that the recorder does not see; store through a RecordedRegion, "
                    + "attach the memory by difference, or run with the agent");
        }
        complete.requireRegions(trace);
        return new Explorer(trace, complete, examiner).run();
    }
}
