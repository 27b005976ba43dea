// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.junit;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.selkie.crashtest.agent.CrashtestAgent;
import org.selkie.crashtest.agent.Recording;
import org.selkie.crashtest.agent.SharedMapping;
import org.selkie.crashtest.agent.Strays;
import org.selkie.crashtest.trace.Event;
import org.selkie.crashtest.trace.RecordedRegion;
import org.selkie.crashtest.trace.Region;
import org.selkie.crashtest.trace.Trace;
import org.selkie.crashtest.trace.TraceException;

/** Finds what the recorder did not see: a test that passes because nobody looked is worse than none. */
final class UnseenStores {

    /** Mappings that were there before the run. */
    private final List<SharedMapping> before = SharedMapping.all();
    /** What the agent, where there is one, sees stored into other files. */
    private final Strays strays = new Strays();

    /** From now on. */
    void watch() {
        if (CrashtestAgent.isActive()) {
            Recording.watch(strays);
        }
    }

    /** What recovery and the checker store is their own affair. */
    void endWatch() {
        Recording.unwatch(strays);
    }

    /** Refuses regions that hold what no recorded store put there. */
    static void requireAllSeen(Trace trace, List<RecordedRegion> regions) {
        Map<Region, MemorySegment> replayed = new HashMap<>();
        for (RecordedRegion region : regions) {
            replayed.put(region.region(), MemorySegment.ofArray(region.region().initial().toArray(ValueLayout.JAVA_BYTE)));
        }
        for (Event event : trace.events()) {
            MemorySegment copy = event instanceof Event.Store store ? replayed.get(store.region()) : null;
            if (copy != null && event instanceof Event.Store store) {
                MemorySegment.copy(store.bytes(), 0, copy, ValueLayout.JAVA_BYTE, store.offsetBytes(), store.bytes().length);
            }
        }
        for (RecordedRegion region : regions) {
            if (!region.memory().scope().isAlive()) {
                continue;
            }
            MemorySegment copy = replayed.get(region.region());
            long at = copy == null ? -1 : region.memory().mismatch(copy);
            if (at >= 0) {
                throw new TraceException("region " + region.region().name() + " was changed at byte " + at + " by a store that "
                        + "the recorder did not see; store through PersistentRegion, or run with the agent (-javaagent) and "
                        + "give the structure the memory of run.segment or run.buffer");
            }
        }
    }

    /** Refuses a run in which nothing was recorded, and says what the code may have stored into instead. */
    void requireStores(Trace trace, List<RecordedRegion> regions) {
        if (trace.events().stream().anyMatch(Event.Store.class::isInstance)) {
            return;
        }
        if (regions.isEmpty()) {
            throw new TraceException("the run has no memory; get some with run.region(name, lengthBytes), and run the "
                    + "structure in it before run.check");
        }
        List<String> unseen = unseen(regions);
        throw new TraceException("no store was recorded in " + regions.stream().map(region -> region.region().name()).toList()
                + (unseen.isEmpty() ? "; run the structure in this memory before run.check"
                        : ", and the code has mapped " + unseen + " itself, which the recorder does not see; give the "
                                + "structure the memory of this run"));
    }

    /**
     * Files that were mapped during the run, shared and writable, and that no region covers; where the agent runs also those
     * that were mapped before, or are no longer, and were stored to.
     */
    List<String> unseen(List<RecordedRegion> regions) {
        List<MemorySegment> known = regions.stream().map(RecordedRegion::memory).filter(MemorySegment::isNative).toList();
        Map<String, String> files = new LinkedHashMap<>();
        strays.found(address -> known.stream()
                .anyMatch(memory -> address >= memory.address() && address < memory.address() + memory.byteSize()))
                .forEach(stray -> files.put(stray.file(), stray.file() + " (stored to at " + stray.site() + ")"));
        for (SharedMapping mapping : SharedMapping.all()) {
            if (!before.contains(mapping) && known.stream().noneMatch(memory -> mapping.holds(memory.address()))) {
                files.putIfAbsent(mapping.file(), mapping.file());
            }
        }
        return List.copyOf(files.values());
    }
}
