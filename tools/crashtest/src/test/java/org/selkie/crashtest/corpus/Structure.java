// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.selkie.crashtest.CrashImage;
import org.selkie.crashtest.Exploration;
import org.selkie.crashtest.Report;
import org.selkie.crashtest.model.PersistenceModel;
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

    /** Whether recovery writes: then it is crashed as well. */
    boolean recoveryWrites() {
        return false;
    }

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

    /** The acknowledged operations, and of the ones in flight the first ones or none; however often it is recovered. */
    final void check(CrashImage image, PersistenceModel model) {
        int least = image.acknowledged().size();
        int most = least + image.inFlight().size();
        if (recoveryWrites()) {
            byte[] before = image.memory().toArray(ValueLayout.JAVA_BYTE);
            crashRecovery(before, least, most, model);
        }
        Object found = recovered(image.region());
        if (!among(found, least, most)) {
            Finding finding = states.subList(0, least).contains(found) ? Finding.LOST : Finding.NEVER_WAS;
            throw new Broken(finding, found + " where " + states.subList(least, most + 1) + " can be", null);
        }
        Object again = recovered(image.region());
        if (!again.equals(found)) {
            throw new Broken(Finding.UNREPEATABLE, found + ", then " + again, null);
        }
    }

    private void crashRecovery(byte[] before, int least, int most, PersistenceModel model) {
        Recorder recorder = Recorder.withoutSites();
        RecordedRegion region = recorder.attach("recovered", Arena.ofAuto().allocate(before.length, 4096)
                .copyFrom(MemorySegment.ofArray(before)));
        if (!among(recovered(region), least, most)) {
            return; // Without any crash in it: for the check itself to name.
        }
        Report report = Exploration.of(recorder.trace()).model(model).explore(image -> {
            Object found = recovered(image.region());
            if (!among(found, least, most)) {
                throw new Broken(Finding.UNREPEATABLE, found + " where " + states.subList(least, most + 1) + " can be", null);
            }
        });
        if (!report.violations().isEmpty() && report.violations().getFirst().thrown() instanceof Broken broken) {
            throw broken;
        }
        report.orThrow();
    }

    private Object recovered(PersistentRegion region) {
        try {
            return recover(region);
        } catch (RuntimeException e) {
            throw new Broken(Finding.UNREADABLE, e.toString(), e);
        }
    }

    private boolean among(Object found, int least, int most) {
        return states.subList(least, most + 1).contains(found);
    }

    @Override
    public final String toString() {
        return getClass().getSimpleName() + (bug == Bug.NONE ? "" : " with " + bug.phrase);
    }
}
