// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.lang.foreign.MemoryLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.selkie.crashtest.model.FlatMemory;
import org.selkie.crashtest.model.PersistenceModel;
import org.selkie.crashtest.model.Unit;
import org.selkie.crashtest.trace.Region;
import org.selkie.crashtest.trace.Trace;
import org.selkie.crashtest.trace.TraceException;

/** What an exploration does. Changed only in a copy that nobody else has seen. */
final class Settings {

    static final int UNBOUNDED = -1;

    PersistenceModel model = PersistenceModel.adr();
    CrashPoints points = CrashPoints.ORDERING;
    /** Null for a crash before any event. */
    @Nullable IntPredicate before;
    long budget = 1_000_000;
    long seed;
    int violations = 1;
    int threads = 1;
    Duration timeLimit = Duration.ofSeconds(10);
    @Nullable Duration within;
    int missing = UNBOUNDED;
    int present = UNBOUNDED;
    int recoveryDepth = UNBOUNDED;
    long recoveryBudget = 256;
    boolean sameAfterInterruption = true;
    boolean leavesOutPoints;
    @Nullable Path directory;
    Map<String, MemoryLayout> layouts = new HashMap<>();
    Map<String, List<Range>> reads = new HashMap<>();
    Consumer<Progress> progress = progress -> { };

    Settings with(Consumer<Settings> change) {
        Settings copy = new Settings();
        copy.model = model;
        copy.points = points;
        copy.before = before;
        copy.budget = budget;
        copy.seed = seed;
        copy.violations = violations;
        copy.threads = threads;
        copy.timeLimit = timeLimit;
        copy.within = within;
        copy.missing = missing;
        copy.present = present;
        copy.recoveryDepth = recoveryDepth;
        copy.recoveryBudget = recoveryBudget;
        copy.sameAfterInterruption = sameAfterInterruption;
        copy.leavesOutPoints = leavesOutPoints;
        copy.directory = directory;
        reads.forEach((region, ranges) -> copy.reads.put(region, new ArrayList<>(ranges)));
        copy.layouts = new HashMap<>(layouts);
        copy.progress = progress;
        change.accept(copy);
        return copy;
    }

    /** A part of a region. */
    record Range(long offsetBytes, long lengthBytes) {
    }

    /** Whether recovery may read a unit, as far as somebody has said. */
    boolean mayBeRead(Unit unit, Trace trace) {
        if (reads.isEmpty()) {
            return true;
        }
        for (int i = 0; i < unit.lineCount(); i++) {
            long flat = (long) unit.line(i) * FlatMemory.LINE_BYTES;
            Region region = trace.regionAt(flat);
            long from = flat - region.startBytes();
            for (Range range : reads.getOrDefault(region.name(), List.of())) {
                if (range.offsetBytes < from + FlatMemory.LINE_BYTES && range.offsetBytes + range.lengthBytes > from) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Refuses what names regions that are none of the trace's: a typing error there would hide what it was meant to show. */
    void requireRegions(Trace trace) {
        for (Map.Entry<String, List<Range>> read : reads.entrySet()) {
            List<Region> named = regions(trace, read.getKey(), "recoveryReads");
            for (Range range : read.getValue()) {
                if (named.stream().noneMatch(region -> range.offsetBytes <= region.lengthBytes() - range.lengthBytes)) {
                    throw new TraceException("recoveryReads(" + read.getKey() + ", " + range.offsetBytes + ", "
                            + range.lengthBytes + ") lies outside of " + named + "; give a range of the region");
                }
            }
        }
        layouts.keySet().forEach(name -> regions(trace, name, "layout"));
    }

    private static List<Region> regions(Trace trace, String name, String call) {
        List<Region> named = trace.regions().stream().filter(region -> region.name().equals(name)).toList();
        if (named.isEmpty()) {
            throw new TraceException(call + "(" + name + ") = no such region; there are " + trace.regions());
        }
        return named;
    }

    boolean isBounded() {
        return missing != UNBOUNDED || present != UNBOUNDED;
    }
}
