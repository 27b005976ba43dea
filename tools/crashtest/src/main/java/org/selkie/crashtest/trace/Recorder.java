// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.trace;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.selkie.persist.Persister;

/**
 * Records what happens to persistent memory, from any number of threads, in one order: whoever stores does so under
 * {@link #order()}, so that the order of the events is that of the stores.
 */
public final class Recorder {

    /** Of one region. */
    private static final long MOST_BYTES = 1L << 30;

    private final ReentrantLock order = new ReentrantLock();
    private final boolean sites;
    private final List<Region> regions = new ArrayList<>();
    private final List<RecordedRegion> attached = new ArrayList<>();
    private final List<Event> events = new ArrayList<>();
    /** Regions that were found by their mappings, by the name of the file, and which file that was. */
    private final Map<String, RecordedRegion> mapped = new HashMap<>();
    private final Map<String, String> identities = new HashMap<>();
    private final Map<Thread, Integer> threads = new HashMap<>();
    private final List<String> threadNames = new ArrayList<>();
    private int operations;
    /** Begun and not acknowledged; by identity, because another recorder's may be equal. */
    private final Set<Operation> open = Collections.newSetFromMap(new IdentityHashMap<>());

    private Recorder(boolean sites) {
        this.sites = sites;
    }

    /** Records the stack of every event. */
    public static Recorder create() {
        return new Recorder(true);
    }

    /** Does not record stacks: for long runs, and for the recovery of every image. */
    public static Recorder withoutSites() {
        return new Recorder(false);
    }

    /**
     * Goes on with a run whose process was killed, while the machine kept running: what it had stored is there to be read, and
     * is as durable as it was. Whoever goes on is another process, so other threads.
     *
     * <p>A killed thread enters the kernel, which waits for what its core has in its store buffers, as a fence does. What it had
     * stored into caches or pages and not flushed stays there.
     *
     * @param run    what was recorded until then
     * @param events how many of its events had happened
     */
    public static Recorder afterKill(Trace run, int events) {
        Recorder recorder = create();
        recorder.threadNames.addAll(run.threads());
        Set<Integer> threads = new TreeSet<>();
        for (Event event : run.events().subList(0, events)) {
            recorder.events.add(event);
            threads.add(event.thread());
            switch (event) {
                case Event.Attach attach -> recorder.again(attach.region());
                case Event.Detach detach -> recorder.attached.removeIf(region -> region.region().equals(detach.region()));
                case Event.Store store -> recorder.regionOf(store.region()).repeat(store);
                case Event.Begin begin -> {
                    recorder.operations++;
                    recorder.open.add(begin.operation());
                }
                case Event.Acknowledge acknowledge -> recorder.open.remove(acknowledge.operation());
                case Event.Flush _, Event.Fence _ -> { }
            }
        }
        threads.forEach(thread -> recorder.events.add(new Event.Fence(recorder.events.size(), thread, Site.UNKNOWN)));
        return recorder;
    }

    private void again(Region region) {
        regions.add(region);
        MemorySegment memory = Arena.ofAuto().allocate(region.lengthBytes(), Region.ALIGNMENT_BYTES);
        memory.copyFrom(region.initial());
        attached.add(new RecordedRegion(this, region, memory));
    }

    private RecordedRegion regionOf(Region region) {
        return attached.stream().filter(candidate -> candidate.region().equals(region)).findFirst().orElseThrow();
    }

    /** The regions that exist, in the order in which they were attached. */
    public List<RecordedRegion> regions() {
        order.lock();
        try {
            return List.copyOf(attached);
        } finally {
            order.unlock();
        }
    }

    /** The lock that orders everything. Held while a store is made and recorded; take it for nothing else. */
    public ReentrantLock order() {
        return order;
    }

    /**
     * Refuses what can be no region.
     *
     * @throws TraceException the name is none, or there are no bytes, or too many of them
     */
    public static void requireRegion(@Nullable String name, long lengthBytes) {
        if (name == null || name.isBlank() || name.chars().anyMatch(Character::isISOControl)) {
            throw new TraceException("region(" + (name == null ? "null" : '"' + name.replaceAll("\\p{Cntrl}", "?") + '"') + ", "
                    + lengthBytes + ") = no name; give one of visible characters");
        }
        if (lengthBytes <= 0 || lengthBytes > MOST_BYTES) {
            throw new TraceException("region(" + name + ", " + lengthBytes + ") = no such length; give from 1 to " + MOST_BYTES
                    + " bytes: each thread that explores holds an image of all regions in memory");
        }
    }

    /** A region of zeroes in memory of its own. */
    public RecordedRegion allocate(String name, long lengthBytes) {
        requireRegion(name, lengthBytes);
        return attach(name, Arena.ofAuto().allocate(lengthBytes, Region.ALIGNMENT_BYTES));
    }

    /** A region over memory that is there already: what it holds now counts as durable. */
    public RecordedRegion attach(String name, MemorySegment memory) {
        requireRegion(name, memory.byteSize());
        order.lock();
        try {
            findDifferences();
            long start = regions.isEmpty() ? 0 : regions.getLast().endBytes();
            MemorySegment initial = MemorySegment.ofArray(memory.toArray(ValueLayout.JAVA_BYTE));
            Region region = new Region(name, start, initial);
            regions.add(region);
            events.add(new Event.Attach(events.size(), thread(), site(), region));
            RecordedRegion recorded = new RecordedRegion(this, region, memory);
            attached.add(recorded);
            return recorded;
        } finally {
            order.unlock();
        }
    }

    /**
     * The same for code that stores into the memory itself, natively or however: a copy is compared with it, by words of
     * eight bytes, whenever something else is recorded. A word that was changed and changed back meanwhile is not noticed, and
     * the place of a store is where it was found.
     */
    public RecordedRegion attachByDifference(String name, MemorySegment memory) {
        RecordedRegion region = attach(name, memory);
        region.compare();
        return region;
    }

    /** The region is gone, durably: a file was deleted. */
    public void detach(RecordedRegion region) {
        order.lock();
        try {
            findDifferences();
            attached.remove(region);
            events.add(new Event.Detach(events.size(), thread(), site(), region.region()));
        } finally {
            order.unlock();
        }
    }

    /** The file with this name is gone, durably, if there was one. */
    public void detach(String name) {
        order.lock();
        try {
            RecordedRegion region = mapped.remove(name);
            if (region != null) {
                detach(region);
            }
        } finally {
            order.unlock();
        }
    }

    /** The region whose memory holds an address, the one that was attached last if there are several; null for none. */
    public @Nullable RecordedRegion regionAt(long address) {
        order.lock();
        try {
            for (RecordedRegion region : attached.reversed()) {
                if (region.holds(address)) {
                    return region;
                }
            }
            return null;
        } finally {
            order.unlock();
        }
    }

    /**
     * A persister that does what another one does, and records it: for code that stores through the engine's seam. Memory that
     * was not attached is attached when it is first stored to, by the name of the file that is mapped there.
     */
    public Persister persister(Persister wrapped) {
        return persister(wrapped, () -> { });
    }

    /**
     * The same, running something between a store and what waits for it: a pause gives other threads a chance to have stores
     * under way at the same time.
     */
    public Persister persister(Persister wrapped, Runnable between) {
        return new RecordingPersister(this, wrapped, between, false);
    }

    /**
     * As {@link #persister(Persister, Runnable)} on a processor without non-temporal stores, such as AArch64: what a persister
     * for cache lines stores goes into the cache, the lines are flushed then, and there is a fence behind it.
     */
    public Persister cleaningPersister(Persister wrapped, Runnable between) {
        return new RecordingPersister(this, wrapped, between, true);
    }

    /**
     * The region at an address that is stored to through a persister. Memory that nobody has attached is the file that is
     * mapped there. A file that is mapped again, perhaps elsewhere, is the region that it was; one that was made anew under the
     * name of another has taken its place.
     */
    RecordedRegion mappedAt(long address) {
        order.lock();
        try {
            RecordedRegion known = regionAt(address);
            if (known != null && !mapped.containsValue(known)) {
                return known;
            }
            Mapping mapping = Mapping.at(address);
            known = mapped.get(mapping.name());
            if (known != null && mapping.identity().equals(identities.get(mapping.name()))
                    && known.lengthBytes() == mapping.memory().byteSize()) {
                RecordedRegion again = known.holds(address) ? known : known.over(mapping.memory());
                attached.set(attached.indexOf(known), again);
                mapped.put(mapping.name(), again);
                return again;
            }
            if (known != null) {
                detach(known);
            }
            RecordedRegion anew = attach(mapping.name(), mapping.memory());
            mapped.put(mapping.name(), anew);
            identities.put(mapping.name(), mapping.identity());
            return anew;
        } finally {
            order.unlock();
        }
    }

    private void findDifferences() {
        for (RecordedRegion region : attached) {
            region.findDifferences();
        }
    }

    /** Bytes that have just been stored, by a caller that still holds {@link #order()}. The array is kept. */
    public void stored(Region region, long offsetBytes, byte[] bytes, StoreKind kind) {
        if (!order.isHeldByCurrentThread()) {
            throw new TraceException("stored(" + region.name() + ", " + offsetBytes + ") without the recorder's order(); make "
                    + "the store and record it under that lock");
        }
        events.add(new Event.Store(events.size(), thread(), site(), kind, region, offsetBytes, bytes));
    }

    /** The write-back of a range was started by this thread. */
    public void flush(Region region, long offsetBytes, long lengthBytes) {
        order.lock();
        try {
            findDifferences();
            events.add(new Event.Flush(events.size(), thread(), site(), region, offsetBytes, lengthBytes));
        } finally {
            order.unlock();
        }
    }

    /** This thread waited for its flushes. */
    public void fence() {
        order.lock();
        try {
            findDifferences();
            events.add(new Event.Fence(events.size(), thread(), site()));
        } finally {
            order.unlock();
        }
    }

    /** An operation begins: its effects may be found after a crash from now on. */
    public Operation begin(Object description) {
        order.lock();
        try {
            findDifferences();
            Operation operation = new Operation(operations++, thread(), events.size(), description);
            open.add(operation);
            events.add(new Event.Begin(events.size(), operation.thread(), site(), operation));
            return operation;
        } finally {
            order.unlock();
        }
    }

    /** Somebody learns that an operation is durable: its effects must be found after a crash from now on. */
    public void acknowledge(Operation operation) {
        order.lock();
        try {
            findDifferences();
            if (!open.remove(operation)) {
                throw new TraceException("acknowledge(" + operation + "): it was acknowledged before, or is none that this "
                        + "recorder has begun; acknowledge what begin has given, once");
            }
            events.add(new Event.Acknowledge(events.size(), thread(), site(), operation));
        } finally {
            order.unlock();
        }
    }

    /** How many events there are. */
    public int size() {
        order.lock();
        try {
            return events.size();
        } finally {
            order.unlock();
        }
    }

    /** Everything recorded so far. */
    public Trace trace() {
        order.lock();
        try {
            findDifferences();
            return new Trace(regions, events, threadNames);
        } finally {
            order.unlock();
        }
    }

    private Site site() {
        return sites ? Site.here() : Site.UNKNOWN;
    }

    private int thread() {
        Thread current = Thread.currentThread();
        Integer known = threads.get(current);
        if (known == null) {
            known = threads.size();
            threads.put(current, known);
            threadNames.add(current.getName());
        }
        return known;
    }
}
