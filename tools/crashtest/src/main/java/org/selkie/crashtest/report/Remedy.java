// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.report;

import java.util.Arrays;
import java.util.List;
import org.selkie.crashtest.Violation;
import org.selkie.crashtest.model.PersistenceModel;
import org.selkie.crashtest.trace.Event;
import org.selkie.crashtest.trace.StoreKind;
import org.selkie.crashtest.trace.Trace;

/** What to do about a lost store, by the rules of the model, where that can be told. */
final class Remedy {

    private final Trace trace;
    private final PersistenceModel model;
    private final Violation violation;
    private final Violation.Line line;
    private final Event.Store store;
    private final StoreFate fate;

    private Remedy(CrashReport report, Violation violation, Violation.Line line, Event.Store store) {
        this.trace = report.trace();
        this.model = report.model();
        this.violation = violation;
        this.line = line;
        this.store = store;
        this.fate = report.fate(violation, line, store);
    }

    static String of(CrashReport report, Violation violation, Violation.Line line, Event.Store store) {
        return new Remedy(report, violation, line, store).text();
    }

    private String text() {
        if (violation.missing() && !isPromised()) {
            List<Event.Store> earlier = line.kept().stream().filter(kept -> kept.number() < store.number()).toList();
            if (fate.next() == null && isTorn()) {
                return "nothing makes the words of one copy, or of a store across words, durable together: say that it is there "
                        + "by one aligned store of at most 8 bytes, made after " + durable("it") + ", or keep a checksum over it";
            }
            if (!earlier.isEmpty() && (fate.next() == null || !model.needsFlush())) {
                return "store it before " + named(earlier.getLast()) + ", which came through without it"
                        + (model.needsFlush() ? " because it is in the same line" : "")
                        + "; or make both one aligned store of 8 bytes";
            }
        }
        if (!model.needsFlush()) {
            return "store it before what relies on it, and fence before it is acknowledged";
        }
        return model.needsFence() ? fate.remedy() : "write it back (msync, force) before "
                + (fate.next() == null ? "anything relies on it" : named(fate.next()));
    }

    private String durable(String what) {
        return !model.needsFlush() ? "a fence behind " + what : model.needsFence() ? what + " was flushed and fenced"
                : what + " was written back (msync, force)";
    }

    private static String named(Event.Store other) {
        return "the store " + StoreFate.number(other) + " at " + other.site();
    }

    /** Whether somebody was told of an operation between the store and the crash. */
    private boolean isPromised() {
        List<Event> events = trace.events();
        int crash = Math.min(violation.crashEvent(), events.size());
        return events.subList(Math.min(store.number() + 1, crash), crash).stream().anyMatch(Event.Acknowledge.class::isInstance);
    }

    /** Whether a part of the store came through. */
    private boolean isTorn() {
        byte[] image = violation.image(store.region().name());
        byte[] before = Contents.before(trace, store.region().name(), store.number());
        int from = (int) store.offsetBytes();
        int end = from + store.bytes().length;
        if (store.kind() == StoreKind.NON_TEMPORAL || image.length < end || before.length < end) {
            return false;
        }
        boolean kept = false;
        boolean lost = false;
        for (int at = from; at < end; at = (at | Long.BYTES - 1) + 1) {
            int to = Math.min((at | Long.BYTES - 1) + 1, end);
            boolean there = Arrays.equals(image, at, to, store.bytes(), at - from, to - from);
            lost |= !there;
            kept |= there && !Arrays.equals(before, at, to, store.bytes(), at - from, to - from);
        }
        return kept && lost;
    }
}
