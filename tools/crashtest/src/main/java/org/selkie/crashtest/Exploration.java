// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import org.selkie.crashtest.model.PersistenceModel;
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

    private final Trace trace;
    private final Settings settings;

    private Exploration(Trace trace, Settings settings) {
        this.trace = trace;
        this.settings = settings;
    }

    /** All images of a trace, up to a million, by the ADR model, on one thread. */
    public static Exploration of(Trace trace) {
        return new Exploration(trace, new Settings(PersistenceModel.adr(), CrashPoints.ORDERING, 1_000_000, 0, 1));
    }

    /** What a crash may leave. {@link PersistenceModel#adr()} unless given. */
    public Exploration model(PersistenceModel model) {
        return new Exploration(trace, settings.withModel(model));
    }

    /** When the crash comes. {@link CrashPoints#ORDERING} unless given. */
    public Exploration points(CrashPoints points) {
        return new Exploration(trace, settings.withPoints(points));
    }

    /** How many images are checked at most: of what cannot be explored wholly, a part is drawn by the seed. */
    public Exploration budget(long images) {
        if (images <= 0) {
            throw new TraceException("budget(" + images + "): no crash point can be reached; give at least one image");
        }
        return new Exploration(trace, settings.withBudget(images));
    }

    /** The seed of whatever is drawn: the same seed gives the same images. */
    public Exploration seed(long seed) {
        return new Exploration(trace, settings.withSeed(seed));
    }

    /** How many violations to look for before the exploration ends. One unless given. */
    public Exploration violations(int most) {
        return new Exploration(trace, settings.withViolations(most));
    }

    /** Explores. Violations are in the report; see {@link Report#orThrow()}. */
    public Report explore(Checker checker) {
        return new Walk(trace, settings, checker).run();
    }
}
