// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.selkie.crashtest.model.CrashCase;
import org.selkie.crashtest.trace.Event;
import org.selkie.crashtest.trace.Recorder;
import org.selkie.crashtest.trace.Trace;

/**
 * Recovers an image, recovers it again, interrupts recovery, and asks the checker. Used by several threads.
 *
 * @param <S> what recovery gives
 */
final class Examiner<S> {

    /** What a plain checker recovers: nothing can be said of it. */
    static final Object NO_STATE = new Object();

    /** States that are remembered; of more, the checker is asked again. */
    private static final int MOST_STATES = 1 << 20;

    private final Settings settings;
    private final Recovery<? extends S> recovery;
    private final StateChecker<? super S> checker;
    /** States that the checker took, and whether it looked at the image besides. */
    private final Map<Seen, Boolean> states = new ConcurrentHashMap<>();
    /** Where it did. */
    private final Set<SeenImage> images = ConcurrentHashMap.newKeySet();
    /** Of states that are not kept, as nobody compares them: what tells them apart, mostly. */
    private final Set<Long> hashes = ConcurrentHashMap.newKeySet();

    /** A state that the checker took, with what had been promised. */
    private record Seen(@Nullable Object state, int epoch) {
    }

    /** All that the checker may have asked an image for; what recovery makes of it is the same each time. */
    private record SeenImage(long image, int damagedLine, int event) {
    }

    /** What an uninterrupted recovery gave. */
    private record Expected(@Nullable Object state) {
    }

    Examiner(Settings settings, Recovery<? extends S> recovery, StateChecker<? super S> checker) {
        this.settings = settings;
        this.recovery = recovery;
        this.checker = checker;
    }

    /** Different states that the checker was asked about, with what had been promised; 0 for a plain checker. */
    int states() {
        return states.size() + hashes.size();
    }

    /** The examination of the images of a crash, with what is counted of interrupted recoveries. */
    Examination examination(Tally tally) {
        return (workspace, moment, damagedLine, hash, explain) -> examine(workspace, moment, damagedLine, hash, explain, tally,
                settings.recoveryDepth, null);
    }

    private void examine(Workspace workspace, Moment moment, int damagedLine, long hash, boolean explain, Tally tally, int depth,
            @Nullable Expected expected) throws Throwable {
        CrashImage image = workspace.image;
        LineAccess access = workspace.access;
        access.begin();
        image.at(moment, damagedLine);
        Trace written = null;
        S state;
        try {
            // A damaged line is not interrupted as well: one misfortune at a time.
            if (depth > 0 && damagedLine == CrashCase.NONE) {
                image.record(explain ? Recorder.create() : Recorder.withoutSites());
            }
            state = recovery.recover(image);
            written = image.written();
            image.stopRecording();
            workspace.recovered = state;
            if (state != NO_STATE) {
                States.requireComparable(state);
                if (written != null || access.wrote()) {
                    again(state, image);
                }
                if (expected != null && settings.sameAfterInterruption && !Objects.equals(expected.state, state)) {
                    throw States.differ("after the interruption recovery gives ", state, ", without it ", expected.state);
                }
                check(state, moment, expected == null ? new SeenImage(hash, damagedLine, moment.event()) : null, workspace);
            }
            workspace.wasRead = access.wasRead();
        } finally {
            image.stopRecording();
            access.restore();
        }
        if (written != null && written.events().stream().anyMatch(Event.Store.class::isInstance)) {
            interrupt(written, workspace, moment, explain, tally, depth, new Expected(state));
        }
    }

    private void again(S state, CrashImage image) throws Throwable {
        S second = recovery.recover(image);
        if (!Objects.equals(state, second)) {
            throw States.differ("recovery gives ", state, ", and run again on what it repaired ", second);
        }
    }

    /**
     * Asks the checker, unless it has taken the same before.
     *
     * @param here what it is asked about; null in an interrupted recovery, whose images have names of their own
     */
    private void check(S state, Moment moment, @Nullable SeenImage here, Workspace workspace) throws Throwable {
        Seen seen = new Seen(state, moment.epoch());
        LineAccess access = workspace.access;
        // A view of the memory looks into it when it is asked, and a file may be read.
        boolean hidden = workspace.image.leftTheProcess() || (access.exposed() && !States.isValue(state));
        Boolean looks = hidden ? Boolean.TRUE : states.get(seen);
        if (looks != null && (!looks || (here != null && images.contains(here)))) {
            return;
        }
        access.check();
        checker.check(state, workspace.image);
        boolean looked = hidden || access.asked();
        if (states() < MOST_STATES) {
            if (hidden) {
                hashes.add((long) moment.epoch() << Integer.SIZE | (Objects.hashCode(state) & 0xffffffffL));
            } else {
                states.merge(seen, looked, Boolean::logicalOr);
            }
        }
        if (looked && here != null && images.size() < MOST_STATES) {
            images.add(here);
        }
    }

    /** The power goes again while recovery repairs, and right after it. */
    private void interrupt(Trace written, Workspace outer, Moment moment, boolean explain, Tally tally, int depth,
            Expected expected) {
        Workspace workspace = new Workspace(written, outer.watched);
        Moment promised = moment.over(Set.copyOf(written.regions()));
        Examination nested = (space, when, damagedLine, hash, explaining) -> examine(space, when, damagedLine, hash,
                explain && explaining, tally, depth - 1, expected);
        int points = CrashWalk.points(written, settings.model, CrashPoints.ORDERING);
        long[] left = {settings.recoveryBudget};
        int[] done = new int[1];
        CrashWalk.each(written, settings.model, CrashPoints.ORDERING, workspace.memory, (event, states) -> {
            int remaining = Math.max(1, points - done[0]++);
            for (CrashCase choices : states.get()) {
                if (left[0] <= 0) {
                    return false;
                }
                Search search = new Search(choices, promised.at(event), workspace, nested, null, settings.seed + event);
                search.run(Math.max(1, left[0] / remaining), settings, explain ? new Explanation(written, settings) : null);
                left[0] -= search.explored();
                tally.inRecovery.addAndGet(search.explored());
                Violation violation = search.violation();
                if (violation != null) {
                    throw new InterruptedRecoveryError(violation);
                }
            }
            return true;
        });
    }
}
