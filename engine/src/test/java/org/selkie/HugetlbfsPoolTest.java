// SPDX-License-Identifier: Apache-2.0
package org.selkie;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.selkie.fault.ExtentBusyException;
import org.selkie.fault.PoolFullException;
import org.selkie.kv.KvStore;
import org.selkie.log.Log;
import org.selkie.os.Mount;
import org.selkie.persist.Durability;
import org.selkie.testing.Pools;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A pool whose directory is on hugetlbfs, whose files are whole pages of 2 MiB and have no write(2); and one in such pages. */
class HugetlbfsPoolTest {

    private static final Path PAGES = Path.of("/proc/sys/vm/nr_hugepages");
    private static final Path FREE = Path.of("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages");
    private static final int WANTED = 24;
    private static final long EXTENT_BYTES = 4 << 20;
    private static String before = "";

    @TempDir
    private Path temporary;

    @BeforeAll
    static void reservePages() throws IOException {
        try {
            before = number(PAGES);
            Files.writeString(PAGES, Long.toString(Long.parseLong(before) + WANTED));
        } catch (IOException e) {
            Assumptions.abort("skipped: pages of 2 MiB are reserved by root alone: " + e);
        }
        Assumptions.assumeTrue(Long.parseLong(number(FREE)) >= WANTED, "skipped: the kernel has no " + WANTED
                + " pages of 2 MiB left");
    }

    @AfterAll
    static void giveBackPages() throws IOException {
        if (!before.isEmpty() && Files.isWritable(PAGES)) {
            Files.writeString(PAGES, before);
        }
    }

    /** In one long read: the kernel answers the first read of such a file and no other. */
    private static String number(Path file) throws IOException {
        return Files.readAllLines(file).getFirst().strip();
    }

    private static PoolOptions options() {
        return PoolOptions.defaults().withDurability(Durability.PROCESS_CRASH).withExtentBytes(EXTENT_BYTES).withSpareExtents(0);
    }

    @Test
    void whatWasAppendedIsThereWhenThePoolIsOpenedAgain() {
        try (Mount mount = Mount.hugetlbfs(temporary)) {
            Path path = mount.directory().resolve("pool");
            int records = 3000;
            try (Pool pool = Pool.open(path, options())) {
                Log log = pool.log("log");
                for (int i = 0; i < records; i++) {
                    log.append(Pools.payload(i, 2000));
                }
                pool.store("store").put(new byte[] {1}, new byte[] {2, 3});
            }
            try (Pool pool = Pool.open(path, options())) {
                assertEquals(List.of(), pool.recovery().allFindings());
                List<Pools.Entry> entries = Pools.entries(pool.log("log"));
                assertEquals(records, entries.size());
                for (int i = 0; i < records; i++) {
                    assertArrayEquals(Pools.payload(i, 2000), entries.get(i).payload());
                }
                KvStore store = pool.store("store");
                assertArrayEquals(new byte[] {2, 3}, store.get(new byte[] {1}));
            }
        }
    }

    @Test
    void aPoolInMemoryIsMadeOfHugePagesAndFullWhenNoneIsLeft() throws IOException {
        long free = Long.parseLong(number(FREE));
        Assumptions.assumeTrue(free <= 16 * WANTED, "skipped: " + free + " huge pages are free, too many to use up");
        try (Pool pool = Pool.inMemory("memory", options().withHugePages())) {
            Log log = pool.log("log");
            byte[] payload = new byte[1 << 20];
            PoolFullException full = null;
            while (full == null) {
                try {
                    log.append(payload);
                    assertTrue(Pools.entries(log).size() <= 2 * free, "more was appended than there are pages");
                } catch (PoolFullException e) {
                    full = e;
                }
            }
            assertTrue(Long.parseLong(number(FREE)) < EXTENT_BYTES >> 21, "pages are left");
            int appended = Pools.entries(log).size();
            assertTrue(appended >= (int) (free - 2), () -> appended + " MiB in " + free + " pages");
        }
        assertEquals(free, Long.parseLong(number(FREE)));
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class,
                () -> Pool.open(temporary.resolve("pool"), options().withHugePages()));
        assertTrue(refused.getMessage().contains("huge=always"), refused.getMessage());
    }

    @Test
    void aSecondWriterIsRefusedAndLearnsWhoTheFirstIs() {
        try (Mount mount = Mount.hugetlbfs(temporary)) {
            Path path = mount.directory().resolve("pool");
            try (Pool pool = Pool.open(path, options())) {
                ExtentBusyException refused = assertThrows(ExtentBusyException.class, () -> Pool.open(path, options()));
                assertTrue(refused.getMessage().contains("in process " + ProcessHandle.current().pid() + ";"),
                        refused.getMessage());
                assertEquals(0, pool.recovery().records());
            }
        }
    }

    @Test
    void aPoolThatFindsNoPagesLeftIsFullAndGoesOnReading() {
        try (Mount mount = Mount.hugetlbfs(temporary)) {
            try (Pool pool = Pool.open(mount.directory().resolve("pool"), options())) {
                Log log = pool.log("log");
                long appended = 0;
                PoolFullException full = null;
                while (full == null && appended < 1 << 20) {
                    try {
                        log.append(new byte[64 << 10]);
                        appended++;
                    } catch (PoolFullException e) {
                        full = e;
                    }
                }
                assertTrue(full != null && appended > 0, "appended " + appended);
                assertEquals(appended, Pools.entries(log).size());
            }
        }
    }
}
