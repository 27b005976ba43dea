// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.selkie.crashtest.Exploration;
import org.selkie.crashtest.InterruptedRecoveryError;
import org.selkie.crashtest.RecoveryDiffersError;
import org.selkie.crashtest.Report;
import org.selkie.crashtest.trace.Operation;
import org.selkie.crashtest.trace.PersistentRegion;
import org.selkie.crashtest.trace.RecordedRegion;
import org.selkie.crashtest.trace.Recorder;
import org.selkie.crashtest.trace.Trace;

/**
 * A small persistent structure: right, or with one mistake. It has no fields of its own but for the mistake; all else is in
 * its memory. What must be found after a crash is what the right variant, which never crashed, says after each operation.
 */
abstract class Structure {

    static final long LINE = 64;

    private final Bug bug;
    /** What the right variant says, after so many operations. */
    private final List<Object> states = new ArrayList<>();

    Structure(Bug bug) {
        this.bug = bug;
    }

    final boolean has(Bug mistake) {
        return bug == mistake;
    }

    long lengthBytes() {
        return 4096;
    }

    int operations() {
        return 4;
    }

    /** What is there, durably, before anything is recorded. */
    void format(PersistentRegion region) {
        // Zeroes.
    }

    /** The n-th operation, from 1: durable when it returns. */
    abstract void operate(PersistentRegion region, int number);

    /** Repairs what a crash left, and says what is there, as a value with equals. */
    abstract Object recover(PersistentRegion region);

    /** Each operation from beginning to acknowledgement, on this thread. */
    void run(Recorder recorder, RecordedRegion region) {
        for (int number = 1; number <= operations(); number++) {
            Operation operation = recorder.begin(number);
            operate(region, number);
            recorder.acknowledge(operation);
        }
    }

    /** Runs it, and the right variant for what must be found. */
    final Trace record(Structure right) {
        MemorySegment live = Arena.ofAuto().allocate(lengthBytes(), 4096);
        PersistentRegion plain = Recorder.withoutSites().attach("live", live);
        right.format(plain);
        states.clear();
        states.add(right.recover(copyOf(live)));
        for (int number = 1; number <= operations(); number++) {
            right.operate(plain, number);
            states.add(right.recover(copyOf(live)));
            if (states.get(number).equals(states.get(number - 1))) {
                throw new IllegalStateException(right + ": operation " + number + " changes nothing: " + states);
            }
        }
        Recorder recorder = Recorder.create();
        MemorySegment memory = Arena.ofAuto().allocate(lengthBytes(), 4096);
        format(Recorder.withoutSites().attach("format", memory));
        run(recorder, recorder.attach(getClass().getSimpleName(), memory));
        return recorder.trace();
    }

    private static PersistentRegion copyOf(MemorySegment memory) {
        return Recorder.withoutSites().attach("copy", Arena.ofAuto().allocate(memory.byteSize(), 4096).copyFrom(memory));
    }

    /**
     * Explores what {@link #record} gave. The acknowledged operations must be found, and of the ones in flight the first ones
     * or none; however often it is recovered, and though the power goes again in between.
     */
    final Report explore(Exploration exploration) {
        return exploration.explore(image -> recovered(image.region()), (found, image) -> {
            int least = image.acknowledged().size();
            List<Object> possible = states.subList(least, least + image.inFlight().size() + 1);
            if (!possible.contains(found)) {
                Finding finding = states.subList(0, least).contains(found) ? Finding.LOST : Finding.NEVER_WAS;
                throw new Broken(finding, found + " where " + possible + " can be", null);
            }
        });
    }

    /** In which way it was found to break. */
    static Finding finding(Report report) {
        Throwable thrown = report.violations().getFirst().thrown();
        return switch (thrown) {
            case Broken broken -> broken.finding;
            case InterruptedRecoveryError _, RecoveryDiffersError _ -> Finding.UNREPEATABLE;
            default -> throw new IllegalStateException(report.toString(), thrown);
        };
    }

    private Object recovered(PersistentRegion region) {
        try {
            return recover(region);
        } catch (RuntimeException e) {
            throw new Broken(Finding.UNREADABLE, e.toString(), e);
        }
    }

    @Override
    public final String toString() {
        return getClass().getSimpleName() + (bug == Bug.NONE ? "" : " with " + bug.phrase);
    }
}
