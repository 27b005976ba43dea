// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.selkie.crashtest.model.CrashCase;
import org.selkie.crashtest.model.FlatMemory;
import org.selkie.crashtest.model.Unit;
import org.selkie.crashtest.trace.Event;
import org.selkie.crashtest.trace.Region;
import org.selkie.crashtest.trace.StoreKind;
import org.selkie.crashtest.trace.Trace;

/** Says of a refused image which stores it lacks and why. */
final class Explanation {

    /** Losses that are explained one by one: each costs a look at the rest of the trace. */
    private static final int MOST_EXPLAINED = 500;

    private final Trace trace;
    private final Settings settings;
    private final FieldNames fields = new FieldNames();
    private int explained;

    Explanation(Trace trace, Settings settings) {
        this.trace = trace;
        this.settings = settings;
        settings.layouts.forEach((region, layout) -> fields.layout(region, 0, layout));
    }

    /** Of the image as it is. One at a time, though several threads may find something. */
    synchronized Violation violation(Throwable thrown, Moment moment, int damagedLine, Choice choice, boolean missing,
            Workspace workspace) {
        explained = 0;
        List<Violation.Line> decisive = new ArrayList<>();
        List<Violation.Line> others = new ArrayList<>();
        for (int i = 0; i < choice.size(); i++) {
            Unit unit = choice.unit(i);
            if (unit.pending().isEmpty()) {
                continue;
            }
            boolean deviates = choice.content(i) != (missing ? unit.latest() : 0);
            (deviates ? decisive : others).add(line(unit, choice.content(i), moment.event()));
        }
        Map<String, byte[]> image = new HashMap<>();
        workspace.image.regionNames().forEach(name -> image.put(name, workspace.image.copy(name)));
        Event next = moment.event() < trace.events().size() ? trace.events().get(moment.event()) : null;
        return new Violation(moment.event(), next, thrown, moment.acknowledged(), moment.inFlight(), missing, decisive, others,
                damagedLine == CrashCase.NONE ? null : place(damagedLine, 1), image);
    }

    private Violation.Place place(int line, int lines) {
        long flat = (long) line * FlatMemory.LINE_BYTES;
        Region region = trace.regionAt(flat);
        return new Violation.Place(region.name(), flat - region.startBytes(), (long) lines * FlatMemory.LINE_BYTES);
    }

    private Violation.Line line(Unit unit, int content, int crash) {
        Set<Event.Store> lost = new LinkedHashSet<>(unit.lost(content));
        List<Violation.Loss> losses = new ArrayList<>();
        for (Event.Store store : lost) {
            losses.add(new Violation.Loss(store, field(store), explained++ < MOST_EXPLAINED ? why(store, unit, crash)
                    : "as those above, of which there are many"));
        }
        List<Event.Store> kept = unit.pending().stream().filter(store -> !lost.contains(store)).toList();
        return new Violation.Line(place(unit.line(0), unit.lineCount()), losses, kept);
    }

    private String field(Event.Store store) {
        String name = fields.of(store.region().name(), store.offsetBytes(), store.lengthBytes());
        return name.isEmpty() ? "bytes " + store.offsetBytes() + " to " + (store.offsetBytes() + store.lengthBytes() - 1) : name;
    }

    /** Which flush or fence a store would have needed before the crash. */
    private String why(Event.Store store, Unit unit, int crash) {
        if (!settings.model.needsFlush() || (store.kind() == StoreKind.NON_TEMPORAL && settings.model.needsFence())) {
            return "needs no flush, but the next fence of its thread, which is " + found(fence(store.number(), store.thread()),
                    crash);
        }
        Event.Flush flush = flush(store, unit);
        if (flush == null) {
            return "no flush of its line follows in the whole trace: one is missing after the store";
        }
        if (flush.number() >= crash) {
            return "not flushed before the crash; the first flush of its line is " + flush;
        }
        return settings.model.needsFence() ? "flushed by " + flush + ", and the next fence of that thread is "
                + found(fence(flush.number(), flush.thread()), crash) : "flushed by " + flush;
    }

    private static String found(@Nullable Event fence, int crash) {
        return fence == null ? "missing: none follows in the whole trace" : fence.number() < crash ? fence.toString()
                : "too late: " + fence;
    }

    private @Nullable Event fence(int after, int thread) {
        for (Event event : trace.events().subList(after + 1, trace.events().size())) {
            if (event instanceof Event.Fence && event.thread() == thread) {
                return event;
            }
        }
        return null;
    }

    /** The first flush after a store that covers what the store has in a unit. */
    private Event.@Nullable Flush flush(Event.Store store, Unit unit) {
        long from = (long) unit.line(0) * FlatMemory.LINE_BYTES;
        long to = (long) (unit.line(unit.lineCount() - 1) + 1) * FlatMemory.LINE_BYTES;
        for (Event event : trace.events().subList(store.number() + 1, trace.events().size())) {
            if (event instanceof Event.Flush flush && flush.region().equals(store.region())) {
                long whole = settings.model.writeBackBytes();
                long first = (flush.region().startBytes() + flush.offsetBytes()) & -whole;
                long end = (flush.region().startBytes() + flush.offsetBytes() + flush.lengthBytes() + whole - 1) & -whole;
                if (flush.lengthBytes() > 0 && first < to && end > from) {
                    return flush;
                }
            }
        }
        return null;
    }
}
