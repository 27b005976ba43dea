// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.junit;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.selkie.crashtest.agent.CrashtestAgent;
import org.selkie.crashtest.agent.Recording;
import org.selkie.crashtest.agent.Strays;
import org.selkie.crashtest.trace.Event;
import org.selkie.crashtest.trace.RecordedRegion;
import org.selkie.crashtest.trace.Region;
import org.selkie.crashtest.trace.Trace;
import org.selkie.crashtest.trace.TraceException;

/** Finds what the recorder did not see: a test that passes because nobody looked is worse than none. */
final class UnseenStores {

    private static final Path MAPS = Path.of("/proc/self/maps");

    /** Mappings that were there before the run, by their line. */
    private final List<Mapping> before = mappings();
    /** What the agent, where there is one, sees stored into other files. */
    private final Strays strays = new Strays();

    /** A shared, writable mapping of a file. */
    private record Mapping(long from, long to, String file) {
    }

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
        List<String> files = new ArrayList<>(strays.files(address -> regions.stream().map(RecordedRegion::memory)
                .anyMatch(memory -> memory.isNative() && address >= memory.address()
                        && address < memory.address() + memory.byteSize())));
        for (Mapping mapping : mappings()) {
            boolean known = before.contains(mapping) || regions.stream().map(RecordedRegion::memory)
                    .anyMatch(memory -> memory.isNative() && memory.address() >= mapping.from && memory.address() < mapping.to);
            if (!known && files.stream().noneMatch(file -> file.startsWith(mapping.file))) {
                files.add(mapping.file);
            }
        }
        return files;
    }

    /** From lines such as {@code 7f0c-7f1c rw-s 00000000 08:01 123 /a/file}; empty where there is no such file. */
    private static List<Mapping> mappings() {
        List<Mapping> found = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(MAPS)) {
                String[] words = line.split(" +", 6);
                if (words.length == 6 && words[1].equals("rw-s")) {
                    String[] range = words[0].split("-", 2);
                    found.add(new Mapping(Long.parseUnsignedLong(range[0], 16), Long.parseUnsignedLong(range[1], 16),
                            words[5]));
                }
            }
        } catch (IOException e) {
            return List.of();
        }
        return found;
    }
}
