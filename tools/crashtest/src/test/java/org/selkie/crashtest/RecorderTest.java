// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.selkie.crashtest.model.PersistenceModel;
import org.selkie.crashtest.trace.Event;
import org.selkie.crashtest.trace.PersistentRegion;
import org.selkie.crashtest.trace.RecordedRegion;
import org.selkie.crashtest.trace.Recorder;
import org.selkie.crashtest.trace.StoreKind;
import org.selkie.crashtest.trace.Trace;
import org.selkie.crashtest.trace.TraceException;
import org.selkie.persist.Granularity;
import org.selkie.persist.Persister;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What is recorded through a region, through the engine's persister, and by comparing. */
final class RecorderTest {

    private final Recorder recorder = Recorder.create();

    private static List<Event.Store> stores(Trace trace) {
        return trace.events().stream().filter(Event.Store.class::isInstance).map(Event.Store.class::cast).toList();
    }

    private static String kinds(Trace trace) {
        return String.join(" ", trace.events().stream().map(event -> event.getClass().getSimpleName()).toList());
    }

    @Test
    void everyAccessOfARegionDoesWhatItSaysAndIsRecorded() {
        RecordedRegion region = recorder.allocate("r", 256);
        region.putByte(0, (byte) 1);
        region.putInt(4, 2);
        region.putLong(8, 3);
        region.put(16, new byte[] {4, 5});
        region.putNonTemporal(64, new byte[] {6});
        assertTrue(region.compareAndSetLong(8, 3, 7));
        assertTrue(!region.compareAndSetLong(8, 3, 8));
        region.flush(0, 8);
        region.fence();
        byte[] read = new byte[2];
        region.get(16, read);
        assertEquals(List.of(1L, 2L, 7L, 4L, 6L), List.of((long) region.getByte(0), (long) region.getInt(4), region.getLong(8),
                (long) read[0], (long) region.getByte(64)));
        Trace trace = recorder.trace();
        assertEquals("Attach Store Store Store Store Store Store Flush Fence", kinds(trace));
        assertEquals(List.of(StoreKind.PLAIN, StoreKind.PLAIN, StoreKind.PLAIN, StoreKind.BULK, StoreKind.NON_TEMPORAL,
                StoreKind.PLAIN), stores(trace).stream().map(Event.Store::kind).toList());
        assertTrue(stores(trace).getFirst().site().toString().startsWith(getClass().getName()), trace::toString);
    }

    @Test
    void aStoreOutsideOfTheRegionIsRefusedAndNotRecorded() {
        RecordedRegion region = recorder.allocate("r", 64);
        assertThrows(IndexOutOfBoundsException.class, () -> region.putLong(60, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> region.put(0, new byte[65]));
        assertThrows(IndexOutOfBoundsException.class, () -> region.flush(60, 8));
        assertEquals(0, stores(recorder.trace()).size());
    }

    @Test
    void aStoreIsRecordedUnderTheLockOnly() {
        RecordedRegion region = recorder.allocate("r", 64);
        TraceException refused = assertThrows(TraceException.class, () -> region.stored(0, 8, StoreKind.PLAIN));
        assertTrue(refused.getMessage().contains("order()"), refused::getMessage);
    }

    @Test
    void storesPastTheRegionAreFoundByComparing() {
        MemorySegment memory = Arena.ofAuto().allocate(1000, 8);
        memory.set(ValueLayout.JAVA_LONG, 8, 5);
        RecordedRegion region = recorder.attachByDifference("r", memory);
        memory.set(ValueLayout.JAVA_LONG, 8, 6);
        memory.set(ValueLayout.JAVA_BYTE, 70, (byte) 1);
        memory.set(ValueLayout.JAVA_BYTE, 90, (byte) 2);
        memory.set(ValueLayout.JAVA_BYTE, 999, (byte) 3);
        region.flush(0, 8);
        region.putLong(200, 9);
        memory.set(ValueLayout.JAVA_LONG, 8, 7);
        memory.set(ValueLayout.JAVA_LONG, 8, 6);
        region.fence();
        Trace trace = recorder.trace();
        assertEquals("Attach Store Store Store Flush Store Fence", kinds(trace));
        assertEquals(List.of("PLAIN 8 8", "BULK 64 32", "PLAIN 992 8", "PLAIN 200 8"), stores(trace).stream()
                .map(store -> store.kind() + " " + store.offsetBytes() + " " + store.lengthBytes()).toList());
        assertEquals(5, trace.regions().getFirst().initial().get(ValueLayout.JAVA_LONG_UNALIGNED, 8));
    }

    @Test
    void whatWasFoundByComparingIsBeforeTheFlushThatFoundIt() {
        MemorySegment memory = Arena.ofAuto().allocate(4096, 64);
        RecordedRegion region = recorder.attachByDifference("r", memory);
        memory.set(ValueLayout.JAVA_LONG, 0, 1);
        region.flush(0, 8);
        memory.set(ValueLayout.JAVA_LONG, 0, 2);
        region.fence();
        Report report = Exploration.of(recorder.trace()).explore(image -> {
            if (image.crashEvent() == recorder.size()) {
                assertTrue(image.region().getLong(0) >= 1);
            }
        });
        report.orThrow();
    }

    @Test
    void theEnginesPersisterIsRecordedAndItsMappingFound(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("extent");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ,
                StandardOpenOption.WRITE); Arena arena = Arena.ofShared()) {
            channel.write(ByteBuffer.wrap(new byte[8192]));
            MemorySegment memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, 8192, arena);
            Persister persister = recorder.persister(Persister.of(Granularity.CACHE_LINE));
            MemorySegment payload = MemorySegment.ofArray(new byte[] {1, 2, 3});
            long written = persister.append(memory.address() + 4096, payload, 3, 4096, 1L);
            memory.set(ValueLayout.JAVA_LONG, 0, 5);
            persister.persist(memory.address(), 8);
            Trace trace = recorder.trace();
            assertEquals("extent", trace.regions().getFirst().name());
            assertEquals("Attach Store Fence Flush Fence", kinds(trace));
            Event.Store store = stores(trace).getFirst();
            assertEquals(StoreKind.NON_TEMPORAL, store.kind());
            assertEquals(List.of(4096L, written), List.of(store.offsetBytes(), store.lengthBytes()));
            assertEquals(memory.asSlice(4096, written).mismatch(MemorySegment.ofArray(store.bytes())), -1);
            assertSame(Granularity.CACHE_LINE, persister.granularity());
        }
    }

    /** A file of 8 KiB, mapped as long as the arena is open. */
    private static MemorySegment map(Path file, Arena arena) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            if (channel.size() == 0) {
                channel.write(ByteBuffer.wrap(new byte[8192]));
            }
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, 8192, arena);
        }
    }

    @Test
    void aFileThatIsMappedAgainIsTheSameRegionAndOneMadeAnewAnother(@TempDir Path directory) throws IOException {
        MemorySegment word = Arena.global().allocate(64, 64).fill((byte) 1);
        for (int i = 0; i < 3; i++) {
            try (Arena arena = Arena.ofShared()) {
                MemorySegment memory = map(directory.resolve("extent"), arena);
                recorder.persister(Persister.of(Granularity.CACHE_LINE)).copy(memory.address() + 64L * i, word, 64);
                try (Arena second = Arena.ofShared()) {
                    MemorySegment elsewhere = map(directory.resolve("extent"), second);
                    recorder.persister(Persister.of(Granularity.CACHE_LINE)).flush(elsewhere.address(), 8);
                }
            }
            if (i == 1) {
                Files.move(directory.resolve("extent"), directory.resolve("old"));
            }
        }
        Trace trace = recorder.trace();
        assertEquals("Attach Store Fence Flush Store Fence Flush Detach Attach Store Fence Flush", kinds(trace));
        assertEquals(List.of(0L, 64L, 128L), stores(trace).stream().map(Event.Store::offsetBytes).toList());
        recorder.detach("extent");
        recorder.detach("no such file");
        assertInstanceOf(Event.Detach.class, recorder.trace().events().getLast());
    }

    @Test
    void anImageIsWrittenToFiles(@TempDir Path directory) {
        RecordedRegion region = recorder.allocate("a", 128);
        recorder.allocate("b", 64);
        region.putLong(0, 1);
        Report report = Exploration.of(recorder.trace()).explore(image -> {
            image.writeTo(directory);
            assertEquals(image.region("a").getLong(0), Files.readAllBytes(directory.resolve("a"))[0]);
            assertEquals(128, Files.size(directory.resolve("a")));
            assertEquals(64, Files.size(directory.resolve("b")));
        });
        report.orThrow();
        assertEquals(2, report.explored());
    }

    @Test
    void aPagePersisterStoresWithoutAFence() {
        MemorySegment memory = Arena.global().allocate(4096, 4096);
        recorder.attach("r", memory);
        Persister persister = recorder.persister(Persister.of(Granularity.PAGE));
        persister.copy(memory.address(), Arena.global().allocate(64, 8).fill((byte) 1), 64);
        assertEquals("Attach Store", kinds(recorder.trace()));
        assertEquals(StoreKind.BULK, stores(recorder.trace()).getFirst().kind());
    }

    @Test
    void anAddressWithoutAMappingIsAClearError() {
        TraceException refused = assertThrows(TraceException.class,
                () -> recorder.persister(Persister.of(Granularity.CACHE_LINE)).flush(64, 8));
        assertTrue(refused.getMessage().contains("nothing is mapped at 0x40"), refused::getMessage);
    }

    @Test
    void aStructureRunsOnRealMemoryToo() {
        MemorySegment memory = Arena.global().allocate(4096, 64);
        PersistentRegion region = PersistentRegion.over(memory, Persister.of(Granularity.CACHE_LINE));
        region.putLong(0, 1);
        region.putInt(8, 2);
        region.putByte(12, (byte) 3);
        region.put(16, new byte[] {4});
        region.putNonTemporal(64, new byte[] {5});
        assertTrue(region.compareAndSetLong(0, 1, 6));
        region.persist(0, 128);
        assertEquals(6, region.getLong(0));
        assertEquals(2, region.getInt(8));
        assertEquals(3, region.getByte(12));
        assertEquals(4, memory.get(ValueLayout.JAVA_BYTE, 16));
        assertEquals(5, memory.get(ValueLayout.JAVA_BYTE, 64));
        assertEquals(4096, region.lengthBytes());
        assertThrows(TraceException.class, () -> PersistentRegion.over(MemorySegment.ofArray(new byte[8]),
                Persister.of(Granularity.CACHE_LINE)));
    }

    @Test
    void theEventsOfSeveralThreadsAreInTheOrderOfTheirStores() throws InterruptedException {
        RecordedRegion region = recorder.allocate("r", 4096);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int round = 0; round < 500; round++) {
                    long before = region.getLong(0);
                    region.compareAndSetLong(0, before, before + 1);
                    if (ThreadLocalRandom.current().nextInt(16) == 0) {
                        Thread.yield();
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        Trace trace = recorder.trace();
        long expected = 0;
        for (Event.Store store : stores(trace)) {
            assertEquals(++expected, MemorySegment.ofArray(store.bytes()).get(ValueLayout.JAVA_LONG_UNALIGNED, 0));
        }
        assertEquals(region.getLong(0), expected);
        for (int i = 0; i < trace.events().size(); i++) {
            assertEquals(i, trace.events().get(i).number());
        }
    }

    @Test
    void regionsComeAndGo() {
        RecordedRegion first = recorder.allocate("file", 100);
        first.putLong(0, 1);
        RecordedRegion second = recorder.allocate("other", 64);
        recorder.detach(first);
        RecordedRegion again = recorder.allocate("file", 64);
        again.putLong(0, 2);
        List<String> seen = new ArrayList<>();
        Exploration.of(recorder.trace()).explore(image -> {
            if (image.regionNames().contains("file")) {
                assertTrue(image.region("file").getLong(0) != (image.regionNames().contains("other") ? 3 : 2));
            }
            seen.add(image.crashEvent() + String.join(",", image.regionNames().stream().sorted().toList()));
        }).orThrow();
        assertTrue(seen.contains("2file"), seen::toString);
        assertTrue(seen.contains("3file,other"), seen::toString);
        assertTrue(seen.contains("4other"), seen::toString);
        assertTrue(seen.contains("6file,other"), seen::toString);
        assertSame(second, recorder.regionAt(second.memory().address() + 63));
        assertNull(recorder.regionAt(first.memory().address()));
        assertThrows(TraceException.class, () -> recorder.trace().regionAt(1 << 20));
    }

    @Test
    void aTraceWithoutSomeEventsIsNumberedAnew() {
        RecordedRegion region = recorder.allocate("r", 64);
        region.putLong(0, 1);
        region.persist(0, 8);
        Trace trace = recorder.trace();
        List<Event> without = new ArrayList<>(trace.events());
        without.remove(2);
        Trace mutated = trace.withEvents(without);
        assertEquals("Attach Store Fence", kinds(mutated));
        assertEquals(2, mutated.events().get(2).number());
    }

    @Test
    void whatAKilledProcessHadStoredIsThereAndAsDurableAsItWas() {
        RecordedRegion before = recorder.allocate("r", 4096);
        before.putLong(0, 1);
        before.putNonTemporal(64, new byte[] {2});
        int killed = recorder.size();
        before.putLong(128, 3);
        recorder.detach(before);

        Recorder next = Recorder.afterKill(recorder.trace(), killed);
        RecordedRegion after = next.regions().getFirst();
        assertEquals(List.of(1L, 2L, 0L), List.of(after.getLong(0), (long) after.getByte(64), after.getLong(128)));
        // What was stored into a cache may still be lost; what was on its way past it has arrived.
        assertEquals(List.of("0 2 0", "1 2 0"), left(next.trace(), "adr"));
        assertEquals(List.of("0 0 0", "1 0 0", "1 2 0"), left(next.trace(), "page-cache-512"));
        assertEquals(List.of("1 2 0"), left(next.trace(), "eadr"));
        after.persist(0, Long.BYTES);
        assertEquals(List.of("1 2 0"), left(next.trace(), "adr"));
        assertEquals(List.of("1 2 0"), left(next.trace(), "page-cache-512"));
        assertEquals(0, next.begin("first").number());
    }

    /** What a crash in the end may leave. */
    private static List<String> left(Trace trace, String model) {
        Set<String> left = new TreeSet<>();
        Exploration.of(trace).model(PersistenceModel.named(model)).explore(image -> {
            if (image.crashEvent() == trace.events().size()) {
                PersistentRegion region = image.region();
                left.add(region.getLong(0) + " " + region.getByte(64) + " " + region.getLong(128));
            }
        });
        return List.copyOf(left);
    }

    @Test
    void aRegionOfManyMegabytesWithFewDirtyLinesIsExploredQuickly() {
        RecordedRegion region = recorder.allocate("extent", 64L << 20);
        for (int i = 0; i < 10; i++) {
            region.putLong(i * (5L << 20), 1);
        }
        for (String model : new String[] {"adr", "page-cache-4096"}) {
            Report report = Exploration.of(recorder.trace()).model(PersistenceModel.named(model)).explore(image -> {
                long sum = 0;
                for (int i = 0; i < 10; i++) {
                    sum += image.region().getLong(i * (5L << 20));
                }
                image.region().putLong(1 << 20, sum);
            });
            assertEquals(1024, report.distinct());
            assertTrue(report.elapsed().toSeconds() < 20, report::coverage);
        }
        assertInstanceOf(Event.Attach.class, recorder.trace().events().getFirst());
    }
}
