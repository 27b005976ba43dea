// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.fault.PoolFormatException;
import org.selkie.fault.ReadOnlyException;
import org.selkie.format.RecordLayout;
import org.selkie.log.Finding;
import org.selkie.log.Log;
import org.selkie.log.LogOptions;
import org.selkie.log.RecoveryMode;
import org.selkie.testing.Pools;
import org.selkie.testing.Scratch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A log is a user's or a store's, and neither writes to what is the other's. */
final class LogKindTest {

    private static final byte[] KEY = "key".getBytes(StandardCharsets.US_ASCII);
    private static final PoolOptions SALVAGING = Pools.small().withRecoveryMode(RecoveryMode.SALVAGE);

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    @Test
    void aUserReadsAStoresLogAndDoesNotChangeIt() {
        Path path = scratch.path("pool");
        try (Pool pool = Pools.open(path)) {
            pool.store("store").put(KEY, KEY);
            checkItIsForReading(pool.log("store"));
            pool.store("store").put(KEY, new byte[1]);
        }
        try (Pool pool = Pools.open(path)) {
            checkItIsForReading(pool.log("store"));
            checkItIsForReading(pool.log("store", LogOptions.forSingleWriter()));
            assertArrayEquals(new byte[1], pool.store("store").get(KEY));
            checkItIsForReading(pool.log("store"));
            assertEquals(List.of(), pool.foreignRecords());
        }
        try (Pool pool = Pools.open(path)) {
            assertArrayEquals(new byte[1], pool.store("store").get(KEY));
        }
    }

    private static void checkItIsForReading(Log log) {
        assertFalse(Pools.entries(log).isEmpty());
        long end = log.visiblePosition();
        ReadOnlyException e = assertThrows(ReadOnlyException.class, () -> log.append(KEY));
        assertTrue(e.getMessage().contains("Pool.store(\"store\")"), e::getMessage);
        assertThrows(ReadOnlyException.class, () -> log.append(new byte[10_000]));
        assertThrows(ReadOnlyException.class, log::batch);
        assertThrows(ReadOnlyException.class, () -> log.claim(10));
        assertThrows(ReadOnlyException.class, () -> log.trim(end));
        assertEquals(end, log.visiblePosition());
        assertTrue(log.startPosition() < end);
    }

    @Test
    void noStoreIsOpenedOnAUsersLog() {
        Path path = scratch.path("pool");
        try (Pool pool = Pools.open(path)) {
            pool.log("log").append(KEY);
            assertThrows(IllegalStateException.class, () -> pool.store("log"));
        }
        try (Pool pool = Pools.open(path)) {
            PoolFormatException e = assertThrows(PoolFormatException.class, () -> pool.store("log"));
            assertTrue(e.getMessage().contains("open it with Pool.log"), e::getMessage);
            pool.log("log").append(KEY);
            assertEquals(2, Pools.entries(pool.log("log")).size());
            assertEquals(List.of(), pool.foreignRecords());
        }
    }

    @Test
    void anEmptyLogBecomesEither() {
        Path path = scratch.path("pool");
        try (Pool pool = Pools.open(path)) {
            pool.log("first");
            pool.store("second");
        }
        try (Pool pool = Pools.open(path)) {
            pool.store("first").put(KEY, KEY);
            pool.log("second").append(KEY);
        }
        try (Pool pool = Pools.open(path)) {
            assertArrayEquals(KEY, pool.store("first").get(KEY));
            assertThrows(PoolFormatException.class, () -> pool.store("second"));
        }
    }

    @Test
    void aReadersPoolShowsAStoreAsBoth() {
        Path path = scratch.path("pool");
        try (Pool pool = Pools.open(path)) {
            pool.store("store").put(KEY, KEY);
            pool.log("empty");
        }
        try (Pool pool = Pool.open(path, Pools.small().forReading())) {
            assertEquals(1, Pools.entries(pool.log("store")).size());
            assertArrayEquals(KEY, pool.store("store").get(KEY));
            assertEquals(0, Pools.entries(pool.log("empty")).size());
            assertNull(pool.store("empty").get(KEY));
        }
    }

    /** As an earlier version, which let a user append to a store's log, left it. */
    private static long makeForeign(Path path) {
        long foreign;
        try (Pool pool = Pools.open(path); Arena arena = Arena.ofConfined()) {
            KvStore store = pool.store("store", StoreOptions.defaults().withoutBackground());
            store.put(KEY, KEY);
            foreign = store.storeLog().append(RecordLayout.DATA, arena.allocate(100), 100);
            store.put(new byte[1], new byte[1]);
        }
        return foreign;
    }

    @Test
    void aUsersRecordInAStoresLogIsNamedAndPassedWhenThatIsAskedFor() {
        Path path = scratch.path("pool");
        long foreign = makeForeign(path);
        try (Pool pool = Pools.open(path)) {
            assertTrue(pool.recovery().isClean());
            PoolFormatException e = assertThrows(PoolFormatException.class, () -> pool.store("store"));
            assertTrue(e.getMessage().contains("position " + foreign) && e.getMessage().contains("SALVAGE"), e::getMessage);
            List<Finding> found = pool.foreignRecords();
            assertEquals(1, found.size());
            assertEquals(foreign, found.getFirst().position());
            assertEquals(Finding.Kind.FOREIGN_RECORD, found.getFirst().kind());
            assertArrayEquals(new byte[100], pool.log("store").read(foreign));
        }
        try (Pool pool = Pool.open(path, SALVAGING)) {
            KvStore store = pool.store("store", StoreOptions.defaults().withoutBackground());
            assertArrayEquals(KEY, store.get(KEY));
            assertArrayEquals(new byte[1], store.get(new byte[1]));
            assertEquals(2, store.statistics().entries());
            try (ChangeFeed feed = store.changes()) {
                assertArrayEquals(KEY, feed.next().key());
                assertArrayEquals(new byte[1], feed.next().key());
                assertNull(feed.next());
            }
        }
    }

    @Test
    void compactionOfASalvagedStoreDropsAUsersRecordAndTheStoreOpensAgain() {
        Path path = scratch.path("pool");
        makeForeign(path);
        try (Pool pool = Pool.open(path, SALVAGING)) {
            KvStore store = pool.store("store", StoreOptions.defaults().withoutBackground());
            for (int i = 0; i < 100; i++) {
                store.put(new byte[2], new byte[4000]);
            }
            store.compact();
            assertEquals(List.of(), pool.foreignRecords());
        }
        try (Pool pool = Pools.open(path)) {
            assertArrayEquals(KEY, pool.store("store").get(KEY));
        }
    }
}
