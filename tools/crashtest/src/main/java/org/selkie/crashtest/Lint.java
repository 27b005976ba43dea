// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.selkie.crashtest.model.CrashCase;
import org.selkie.crashtest.model.FlatMemory;
import org.selkie.crashtest.trace.Event;
import org.selkie.crashtest.trace.Operation;
import org.selkie.crashtest.trace.StoreKind;
import org.selkie.crashtest.trace.Trace;
import org.selkie.crashtest.trace.TraceException;

/**
 * Rules that a trace can break, without an image being looked at: for memory that needs flushes and fences. A finding is a
 * suspicion. Code may leave a hint unflushed on purpose; no rule knows what recovery needs.
 */
public final class Lint {

    private final Trace trace;
    private final Map<String, Finding> findings = new LinkedHashMap<>();
    /** Lines that are not certainly durable. */
    private final TreeMap<Integer, Line> lines = new TreeMap<>();
    /** By thread: lines that its next fence waits for. */
    private final Map<Integer, Set<Line>> waiting = new HashMap<>();
    private final Map<Operation, Integer> begun = new HashMap<>();

    /** What a trace can be suspected of. */
    public enum Rule {
        /** An operation was acknowledged, and a line that its thread stored to meanwhile was not flushed. */
        UNFLUSHED_AT_ACKNOWLEDGEMENT,
        /** An operation was acknowledged, and no fence has waited for a flush, or a non-temporal store, of its thread. */
        UNFENCED_AT_ACKNOWLEDGEMENT,
        /** A line that was stored to was not flushed to the end. */
        NEVER_FLUSHED,
        /** A flush, or a non-temporal store, that no fence waited for to the end. */
        NEVER_FENCED,
        /** One store lies in two lines, which persist apart. */
        STORE_ACROSS_LINES,
        /** One store lies in two words of eight bytes, which persist apart. */
        STORE_ACROSS_WORDS,
        /** Recovery read a line that was stored to and not flushed to the end. */
        RECOVERY_READS_UNFLUSHED,
        /** A flush of lines of which none has anything to write back: time lost. */
        FLUSH_OF_CLEAN_LINES,
        /** A flush of lines that were all flushed since they were last stored to: time lost. */
        FLUSHED_TWICE,
        /** A fence with nothing to wait for: time lost. */
        IDLE_FENCE;

        /** Whether it costs time only, and no data. */
        public boolean isWaste() {
            return this == FLUSH_OF_CLEAN_LINES || this == FLUSHED_TWICE || this == IDLE_FENCE;
        }
    }

    /**
     * A rule broken at one place of the code.
     *
     * @param first the first event there that breaks it
     * @param count how many do
     * @param what  the rest of the sentence
     */
    public record Finding(Rule rule, Event first, int count, String what) {

        @Override
        public String toString() {
            return rule + (count > 1 ? " (" + count + " times): " : ": ") + what;
        }
    }

    /** What is known of a line since it was last durable. */
    private static final class Line {

        private final int number;
        /** The last ordinary store that no flush has covered. */
        private Event.@Nullable Store unflushed;
        /** The last store by its thread that waits for a fence. */
        private final Map<Integer, Event> unfenced = new HashMap<>();
        private Event.Store last;

        Line(int number, Event.Store first) {
            this.number = number;
            this.last = first;
        }

        boolean isDurable() {
            return unflushed == null && unfenced.isEmpty();
        }
    }

    private Lint(Trace trace) {
        this.trace = trace;
    }

    /** What a trace is suspected of, in the order of its events. */
    public static List<Finding> of(Trace trace) {
        Lint lint = new Lint(trace);
        lint.walk();
        return List.copyOf(lint.findings.values());
    }

    /** The same, and which unflushed lines recovery reads when nothing was lost. */
    public static List<Finding> of(Trace trace, Checker recovery) {
        Lint lint = new Lint(trace);
        lint.walk();
        lint.readBy(recovery);
        return List.copyOf(lint.findings.values());
    }

    private void walk() {
        for (Event event : trace.events()) {
            switch (event) {
                case Event.Store store -> store(store);
                case Event.Flush flush -> flush(flush);
                case Event.Fence fence -> fence(fence);
                case Event.Begin begin -> begun.put(begin.operation(), begin.number());
                case Event.Acknowledge acknowledge -> acknowledge(acknowledge);
                case Event.Attach _ -> {
                    // Its content is durable.
                }
                case Event.Detach detach -> lines.subMap((int) (detach.region().startBytes() / FlatMemory.LINE_BYTES),
                        (int) (detach.region().endBytes() / FlatMemory.LINE_BYTES)).clear();
            }
        }
        for (Line line : List.copyOf(lines.values())) {
            Event.Store unflushed = line.unflushed;
            if (unflushed != null) {
                add(Rule.NEVER_FLUSHED, unflushed, unflushed + " is not flushed to the end of the trace");
            } else {
                line.unfenced.values().forEach(event -> add(Rule.NEVER_FENCED, event, event
                        + " is not waited for by a fence of its thread to the end of the trace"));
            }
        }
    }

    private void add(Rule rule, Event event, String what) {
        findings.merge(rule + " " + event.site(), new Finding(rule, event, 1, what),
                (known, again) -> new Finding(rule, known.first, known.count + 1, known.what));
    }

    private static int firstLine(Event.Store store) {
        return (int) ((store.region().startBytes() + store.offsetBytes()) / FlatMemory.LINE_BYTES);
    }

    private static int lastLine(Event.Store store) {
        return (int) ((store.region().startBytes() + store.offsetBytes() + store.lengthBytes() - 1) / FlatMemory.LINE_BYTES);
    }

    private void store(Event.Store store) {
        if (store.lengthBytes() == 0) {
            return;
        }
        if (store.kind() == StoreKind.PLAIN) {
            if (firstLine(store) != lastLine(store)) {
                add(Rule.STORE_ACROSS_LINES, store, store + " lies in two lines: a crash can leave one half of it");
            } else if (store.offsetBytes() / Long.BYTES != (store.offsetBytes() + store.lengthBytes() - 1) / Long.BYTES) {
                add(Rule.STORE_ACROSS_WORDS, store, store + " lies in two words: a crash can leave one half of it");
            }
        }
        for (int number = firstLine(store); number <= lastLine(store); number++) {
            Line line = lines.computeIfAbsent(number, key -> new Line(key, store));
            line.last = store;
            if (store.kind() == StoreKind.NON_TEMPORAL) {
                line.unfenced.put(store.thread(), store);
                waiting.computeIfAbsent(store.thread(), thread -> new HashSet<>()).add(line);
            } else {
                line.unflushed = store;
            }
        }
    }

    private void flush(Event.Flush flush) {
        long first = flush.region().startBytes() + flush.offsetBytes();
        Collection<Line> touched = flush.lengthBytes() <= 0 ? List.of() : new ArrayList<>(lines.subMap(
                (int) (first / FlatMemory.LINE_BYTES), true,
                (int) ((first + flush.lengthBytes() - 1) / FlatMemory.LINE_BYTES), true).values());
        boolean anyUnflushed = false;
        boolean anyFlushed = false;
        for (Line line : touched) {
            anyUnflushed |= line.unflushed != null;
            anyFlushed |= line.unfenced.values().stream().anyMatch(Event.Flush.class::isInstance);
            // What only others have flushed, and not fenced yet, whoever needs it durable flushes again and fences.
            boolean helps = line.unflushed == null && !line.unfenced.containsKey(flush.thread())
                    && line.unfenced.values().stream().anyMatch(Event.Flush.class::isInstance);
            anyUnflushed |= helps;
            if (line.unflushed != null || helps) {
                line.unflushed = null;
                line.unfenced.put(flush.thread(), flush);
                waiting.computeIfAbsent(flush.thread(), thread -> new HashSet<>()).add(line);
            }
        }
        if (!anyUnflushed) {
            if (anyFlushed) {
                add(Rule.FLUSHED_TWICE, flush, flush + " repeats a flush: nothing was stored there since");
            } else {
                add(Rule.FLUSH_OF_CLEAN_LINES, flush, flush + " has nothing to write back");
            }
        }
    }

    private void fence(Event.Fence fence) {
        Set<Line> waited = waiting.remove(fence.thread());
        if (waited == null) {
            add(Rule.IDLE_FENCE, fence, fence + " has nothing to wait for: its thread has flushed nothing since its last one");
            return;
        }
        for (Line line : waited) {
            Event waitedFor = line.unfenced.remove(fence.thread());
            if (waitedFor instanceof Event.Flush flush) {
                // It has written back what earlier flushes of others were for.
                line.unfenced.values().removeIf(other -> other instanceof Event.Flush && other.number() < flush.number());
            }
            if (line.isDurable()) {
                lines.remove(line.number, line);
            }
        }
    }

    private void acknowledge(Event.Acknowledge acknowledge) {
        Operation operation = acknowledge.operation();
        int begin = begun.getOrDefault(operation, 0);
        for (Line line : lines.values()) {
            if (line.last.thread() != operation.thread() || line.last.number() < begin) {
                continue;
            }
            Event.Store unflushed = line.unflushed;
            if (unflushed != null) {
                add(Rule.UNFLUSHED_AT_ACKNOWLEDGEMENT, unflushed, unflushed + " is not flushed when " + operation
                        + " is acknowledged");
            } else {
                line.unfenced.values().forEach(event -> add(Rule.UNFENCED_AT_ACKNOWLEDGEMENT, event, event
                        + " is not waited for by a fence when " + operation + " is acknowledged"));
            }
        }
    }

    /** Lets recovery run on what is there when nothing was lost. */
    private void readBy(Checker recovery) {
        Workspace workspace = new Workspace(trace, new Workspace.Watched(Duration.ZERO));
        for (Event event : trace.events()) {
            if (event instanceof Event.Store store) {
                MemorySegment.copy(store.bytes(), 0, workspace.memory.flat(),
                        ValueLayout.JAVA_BYTE, store.region().startBytes() + store.offsetBytes(),
                        store.bytes().length);
            }
        }
        workspace.access.begin();
        workspace.image.at(new Moment.Tracker(trace).before(trace.events().size()),
                CrashCase.NONE);
        try {
            recovery.check(workspace.image);
        } catch (Throwable e) {
            throw new TraceException("recovery fails even where nothing was lost: " + e, e);
        }
        if (workspace.access.untracked()) {
            throw new TraceException("recovery took the image's memory itself, so which lines it reads is not known; let it read "
                    + "through image.region(), or report its loads with image.loaded()");
        }
        for (int i = 0; i < workspace.access.readCount(); i++) {
            Line line = lines.get(workspace.access.read(i));
            Event.Store unflushed = line == null ? null : line.unflushed;
            if (unflushed != null) {
                add(Rule.RECOVERY_READS_UNFLUSHED, unflushed, "recovery reads the line of " + unflushed
                        + ", which is not flushed to the end of the trace");
            }
        }
    }
}
