// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.selkie.crashtest.model.PersistenceModel;
import org.selkie.crashtest.trace.RecordedRegion;
import org.selkie.crashtest.trace.Recorder;

/** A few stores, and what a crash at the end may leave of them. */
final class Litmus {

    static final int LENGTH_BYTES = 16384;

    final Recorder recorder = Recorder.create();
    final RecordedRegion region = recorder.allocate("r", LENGTH_BYTES);

    /** The words at some offsets, in all images of a crash at the end, as text such as {@code 1 0}. */
    TreeSet<String> atEnd(PersistenceModel model, long... offsets) {
        return images(model, CrashPoints.ORDERING, recorder.size(), offsets);
    }

    /** The same for a crash at any event, every one of them a crash point. */
    TreeSet<String> anywhere(PersistenceModel model, CrashPoints points, long... offsets) {
        return images(model, points, -1, offsets);
    }

    private TreeSet<String> images(PersistenceModel model, CrashPoints points, int event, long... offsets) {
        TreeSet<String> found = new TreeSet<>();
        Report report = Exploration.of(recorder.trace()).model(model).points(points).explore(image -> {
            if (event < 0 || image.crashEvent() == event) {
                List<String> words = new ArrayList<>();
                for (long offset : offsets) {
                    words.add(Long.toHexString(image.region().getLong(offset)));
                }
                found.add(String.join(" ", words));
            }
        });
        report.orThrow();
        if (!report.isComplete()) {
            throw new AssertionError(report.coverage());
        }
        return found;
    }

    /** Has another thread do something, and waits for it. */
    static void onAnotherThread(Runnable action) {
        Thread thread = Thread.ofPlatform().start(action);
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
