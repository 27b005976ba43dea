// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.fault.DamagedRecordException;
import org.selkie.fault.KeyLengthException;
import org.selkie.fault.LogStoppedException;
import org.selkie.fault.PoolFullException;
import org.selkie.fault.SealUnavailableException;
import org.selkie.fault.SelkieException;
import org.selkie.seal.SealTier;
import org.selkie.testing.Damage;
import org.selkie.testing.Pools;
import org.selkie.testing.Scratch;
import org.selkie.testing.Seed;
import org.selkie.testing.Threads;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

/** Values read in place are what get answers, stay that while their scope is open, and are an exception from then on. */
final class ReadScopeTest {

    private static final StoreOptions STILL = StoreOptions.defaults().withoutBackground();
    private static final byte[] KEY = {1, 2, 3};

    @RegisterExtension
    private static final Seed SEED = new Seed();

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    private static byte[] key(int number) {
        return Pools.payload(number, 3 + number % 50);
    }

    private static byte[] bytes(MemorySegment value) {
        return value == null ? null : value.toArray(ValueLayout.JAVA_BYTE);
    }

    private static KvStore inMemory(Pool pool) {
        return pool.store("store", STILL);
    }

    @Test
    void aValueInPlaceIsWhatGetAnswers() {
        try (Pool pool = Pool.inMemory("pool", Pools.small())) {
            KvStore store = inMemory(pool);
            SplittableRandom random = SEED.random("values");
            for (int i = 0; i < 500; i++) {
                store.put(key(i), Pools.payload(i, random.nextInt(random.nextInt(10) == 0 ? 50_000 : 300)));
            }
            store.delete(key(7));
            store.put(key(8), new byte[0]);
            store.put(key(9), KEY, java.time.Instant.EPOCH);
            try (ReadScope scope = store.readScope()) {
                assertFalse(scope.isCopy());
                assertEquals(1, store.statistics().readScopes());
                for (int i = 0; i < 510; i++) {
                    MemorySegment value = scope.get(key(i));
                    assertArrayEquals(store.get(key(i)), bytes(value));
                    assertArrayEquals(store.get(key(i)), bytes(scope.get(MemorySegment.ofArray(key(i)))));
                    assertTrue(value == null || (value.isReadOnly() && value.isNative()));
                }
                assertThrows(KeyLengthException.class, () -> scope.get(new byte[0]));
                assertThrows(UnsupportedOperationException.class, () -> scope.get(key(1)).asByteBuffer().put((byte) 1));
            }
            assertEquals(0, store.statistics().readScopes());
        }
    }

    @Test
    void afterTheScopeAValueIsAnException() {
        try (Pool pool = Pool.inMemory("pool", Pools.small())) {
            KvStore store = inMemory(pool);
            store.put(KEY, Pools.payload(1, 100));
            ReadScope scope = store.readScope();
            MemorySegment value = scope.get(KEY);
            scope.close();
            scope.close();
            assertThrows(IllegalStateException.class, () -> value.get(ValueLayout.JAVA_BYTE, 0));
            assertThrows(IllegalStateException.class, () -> scope.get(KEY));
        }
    }

    @Test
    void compactionGoesOnBesideAScopeAndLeavesItsValuesAsTheyWere() {
        PoolOptions options = Pools.small().withMaxBytes(8 * Pools.EXTENT_BYTES);
        try (Pool pool = Pool.inMemory("pool", options)) {
            KvStore store = inMemory(pool);
            store.put(KEY, Pools.payload(1, 100));
            store.put(key(100), Pools.payload(2, 100));
            ReadScope scope = store.readScope();
            MemorySegment value = scope.get(KEY);
            MemorySegment replaced = scope.get(key(100));
            store.put(key(100), new byte[5]);
            // As much as the pool holds, several times over: every extent is used again, but for the one that is read.
            long start = store.storeLog().log().startPosition();
            for (int i = 0; i < 3000; i++) {
                store.put(key(i % 20), Pools.payload(i, 800));
                if (i % 50 == 0) {
                    store.compact();
                }
            }
            assertTrue(store.storeLog().log().startPosition() - start > 20 * Pools.EXTENT_BYTES);
            assertArrayEquals(Pools.payload(1, 100), bytes(value));
            assertArrayEquals(Pools.payload(2, 100), bytes(replaced));
            assertArrayEquals(new byte[5], bytes(scope.get(key(100))));
            assertArrayEquals(Pools.payload(1, 100), bytes(scope.get(KEY)));
            scope.close();
            assertThrows(IllegalStateException.class, () -> bytes(value));
        }
    }

    @Test
    void whatAScopeKeepsFromAFullPoolItGivesBackAtItsEnd() {
        PoolOptions options = Pools.small().withMaxBytes(5 * Pools.EXTENT_BYTES).withSpareExtents(0);
        try (Pool pool = Pool.inMemory("pool", options)) {
            KvStore store = inMemory(pool);
            List<ReadScope> scopes = new ArrayList<>();
            assertThrows(PoolFullException.class, () -> {
                for (int i = 0; i < 3000; i++) {
                    store.put(KEY, Pools.payload(i, 800));
                    ReadScope scope = store.readScope();
                    scopes.add(scope);
                    assertArrayEquals(Pools.payload(i, 800), bytes(scope.get(KEY)));
                    if (i % 50 == 0) {
                        store.compact();
                    }
                }
            });
            assertTrue(scopes.size() > 100 && scopes.size() < 500, () -> scopes.size() + " scopes");
            scopes.forEach(ReadScope::close);
            for (int i = 0; i < 1000; i++) {
                store.put(KEY, Pools.payload(i, 800));
                if (i % 50 == 0) {
                    store.compact();
                }
            }
        }
    }

    @Test
    void closingThePoolEndsTheScopesThatAreOpen() {
        Pool pool = Pool.inMemory("pool", Pools.small());
        KvStore store = inMemory(pool);
        store.put(KEY, Pools.payload(1, 100));
        ReadScope scope = store.readScope();
        MemorySegment value = scope.get(KEY);
        pool.close();
        assertThrows(IllegalStateException.class, () -> bytes(value));
        assertThrows(LogStoppedException.class, () -> scope.get(KEY));
        scope.close();
        assertThrows(LogStoppedException.class, store::readScope);
    }

    @Test
    void whoReadsWhileThePoolIsClosedMeetsAnExceptionAndNeverAFault() {
        for (int round = 0; round < 20; round++) {
            Pool pool = Pool.inMemory("pool", Pools.small());
            KvStore store = inMemory(pool);
            for (int i = 0; i < 100; i++) {
                store.put(key(i), Pools.payload(i, 500));
            }
            AtomicBoolean begun = new AtomicBoolean();
            try (Threads threads = new Threads()) {
                for (int reader = 0; reader < 3; reader++) {
                    threads.start(() -> {
                        try {
                            while (true) {
                                try (ReadScope scope = store.readScope()) {
                                    for (int i = 0; i < 100; i++) {
                                        assertArrayEquals(Pools.payload(i, 500), bytes(scope.get(key(i))));
                                        begun.set(true);
                                    }
                                }
                            }
                        } catch (IllegalStateException | SelkieException e) {
                            // The end.
                        }
                    });
                }
                while (!begun.get()) {
                    Thread.onSpinWait();
                }
                pool.close();
                threads.await(60);
            }
        }
    }

    @Test
    void readersInPlaceSeeWholeValuesBesideWritersAndCompaction() {
        try (Pool pool = Pool.inMemory("pool", Pools.small().withMaxBytes(12 * Pools.EXTENT_BYTES));
                Threads threads = new Threads()) {
            KvStore store = pool.store("store");
            for (int i = 0; i < 20; i++) {
                store.put(key(i), Pools.payload(i, 1000));
            }
            AtomicBoolean done = new AtomicBoolean();
            for (int reader = 0; reader < 2; reader++) {
                threads.start(() -> {
                    while (!done.get()) {
                        try (ReadScope scope = store.readScope()) {
                            for (int i = 0; i < 20; i++) {
                                byte[] value = bytes(scope.get(key(i)));
                                assertEquals(1000, value.length);
                                // All bytes of a later value are the same.
                                boolean whole = true;
                                for (byte one : value) {
                                    whole &= one == value[0];
                                }
                                assertTrue(whole || Arrays.equals(value, Pools.payload(i, 1000)));
                            }
                        }
                    }
                });
            }
            threads.start(() -> {
                byte[] value = new byte[1000];
                for (int i = 0; i < 20_000; i++) {
                    Arrays.fill(value, (byte) i);
                    store.put(key(i % 20), value);
                }
                done.set(true);
            });
            threads.await(120);
        }
    }

    @Test
    void aDamagedRecordIsAnErrorOfItsKeyAlone() {
        Path path = scratch.path("pool");
        try (Pool pool = Pools.open(path)) {
            KvStore store = pool.store("store", STILL);
            long damaged = store.put(KEY, Pools.payload(1, 500));
            store.put(key(4), Pools.payload(4, 500));
            try (ReadScope scope = store.readScope()) {
                assertArrayEquals(Pools.payload(1, 500), bytes(scope.get(KEY)));
                Damage.flip(pool, damaged + 64);
                Damage.flip(pool, damaged);
                assertThrows(DamagedRecordException.class, () -> scope.get(KEY));
                assertArrayEquals(Pools.payload(4, 500), bytes(scope.get(key(4))));
            }
        }
    }

    @Test
    void whereNothingKeepsTheFileValuesAreCopiesThatOutliveIt() throws Exception {
        Path path = scratch.path("pool");
        PoolOptions options = Pools.small().withSealTier(SealTier.ADVISORY);
        try (Pool pool = Pool.open(path, options)) {
            KvStore store = pool.store("store", STILL);
            store.put(KEY, Pools.payload(1, 500));
            store.put(key(8), new byte[0]);
            try (ReadScope scope = store.readScope()) {
                assertTrue(scope.isCopy());
                MemorySegment value = scope.get(KEY);
                assertTrue(value.isReadOnly());
                assertEquals(0, scope.get(key(8)).byteSize());
                assertNull(scope.get(key(5)));
                Path extent = Damage.extents(path).getFirst();
                long lengthBytes = extent.toFile().length();
                try (RandomAccessFile file = new RandomAccessFile(extent.toFile(), "rw")) {
                    file.setLength(0);
                    assertArrayEquals(Pools.payload(1, 500), bytes(value));
                    file.setLength(lengthBytes);
                }
            }
        } catch (SelkieException e) {
            // To close what was cut short is refused; what counts was seen before.
            assertTrue(String.valueOf(e.getMessage()).length() > 0);
        }
        try (Pool pool = Pool.inMemory("other", Pools.small())) {
            assertFalse(inMemory(pool).readScope().isCopy());
        }
    }

    @Test
    void aReaderOfAnotherProcessesStoreGetsCopies() {
        Path path = scratch.path("pool");
        try (Pool pool = Pools.open(path)) {
            KvStore store = pool.store("store", STILL);
            store.put(KEY, Pools.payload(1, 500));
            try (Pool reading = Pool.open(path, Pools.small().forReading());
                    ReadScope scope = reading.store("store", STILL).readScope()) {
                assertTrue(scope.isCopy());
                assertArrayEquals(Pools.payload(1, 500), bytes(scope.get(KEY)));
            }
        }
    }

    @Test
    void aLeaseThatBreaksEndsWhatIsReadInPlaceBeforeTheFileIsCutShort() throws Exception {
        Path path = scratch.path("pool");
        Pool pool;
        try {
            pool = Pool.open(path, Pools.small().withSealTier(SealTier.LEASE));
        } catch (SealUnavailableException e) {
            abort("no leases here: " + e.getMessage());
            return;
        }
        KvStore store = pool.store("store", STILL);
        store.put(KEY, Pools.payload(1, 500));
        try (ReadScope scope = store.readScope()) {
            assertFalse(scope.isCopy());
            MemorySegment value = scope.get(KEY);
            assertArrayEquals(Pools.payload(1, 500), bytes(value));
            // Opening it to write breaks the lease, and the kernel lets us in when it was let go.
            try (RandomAccessFile file = new RandomAccessFile(Damage.extents(path).getFirst().toFile(), "rw")) {
                file.setLength(0);
                assertThrows(IllegalStateException.class, () -> bytes(value));
                assertThrows(SelkieException.class, () -> scope.get(KEY));
            }
        }
        try {
            pool.close();
        } catch (SelkieException e) {
            assertTrue(String.valueOf(e.getMessage()).length() > 0);
        }
    }
}
