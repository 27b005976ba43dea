// SPDX-License-Identifier: Apache-2.0
package org.selkie;

import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.extent.Extent;
import org.selkie.extent.ExtentOptions;
import org.selkie.log.Log;
import org.selkie.persist.Durability;
import org.selkie.testing.DirtyPages;
import org.selkie.testing.Pools;
import org.selkie.testing.Scratch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** To open a pool on a disk reads; what it does not write, nobody has to write back. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class OpeningCostTest {

    private static final long EXTENT_BYTES = 1 << 20;
    private static final int EXTENTS = 8;
    private static final long PAGE_BYTES = 4096;

    @RegisterExtension
    private final Scratch scratch = Scratch.disk();

    private Path poolOf(PoolOptions options) {
        Path directory = scratch.path("pool");
        try (Pool pool = Pool.open(directory, options)) {
            fill(pool.log("x"));
        }
        return directory;
    }

    private static void fill(Log log) {
        while (log.statistics().extents() < EXTENTS) {
            log.append(new byte[100_000]);
        }
    }

    private static PoolOptions options(Durability durability) {
        return PoolOptions.defaults().withDurability(durability).withExtentBytes(EXTENT_BYTES);
    }

    @Test
    void openingAPoolOnADiskDirtiesNoPage() {
        PoolOptions options = options(Durability.POWER_FAILURE);
        Path directory = poolOf(options);
        try (Pool pool = Pool.open(directory, options)) {
            assertTrue(pool.recovery().isClean(), pool.recovery()::toString);
            assertEquals(0, DirtyPages.bytesUnder(directory), "dirty after the pool was opened");
            Log log = pool.log("x");
            assertEquals(0, DirtyPages.bytesUnder(directory), "dirty after the log was opened");
            log.append(new byte[100]);
        }
    }

    @Test
    void theEmulationOnADiskMakesOnlyThatPresentForStoresWhichIsGoingToBeWritten() {
        PoolOptions durable = options(Durability.POWER_FAILURE);
        Path directory = poolOf(durable);
        PoolOptions emulated = options(Durability.PROCESS_CRASH);
        try (Pool pool = Pool.open(directory, emulated)) {
            assertEquals(0, DirtyPages.bytesUnder(directory), "dirty after the pool was opened");
            pool.log("x");
            long dirty = DirtyPages.bytesUnder(directory);
            assertTrue(dirty >= EXTENT_BYTES && dirty <= 3 * EXTENT_BYTES, "the extents to be written are present: " + dirty);
        }
        try (Pool pool = Pool.open(directory, durable)) {
            assertEquals(0, DirtyPages.bytesUnder(directory), "what the emulation left is written back by the opening");
            pool.log("x").append(new byte[100]);
        }
    }

    @Test
    void aReaderDirtiesNothing() {
        PoolOptions options = options(Durability.POWER_FAILURE);
        Path directory = poolOf(options);
        try (Pool pool = Pool.open(directory, options.forReading())) {
            assertTrue(Pools.entries(pool.log("x")).size() > EXTENTS);
            assertEquals(0, DirtyPages.bytesUnder(directory));
        }
    }

    @Test
    void anExtentThatSomebodyCouldHaveWrittenIsPersistedByItsClose() {
        Path file = scratch.path("extent");
        ExtentOptions options = ExtentOptions.ofLength(EXTENT_BYTES);
        Extent.create(file, options).close();
        try (Extent extent = Extent.open(file, options)) {
            extent.segment().set(ValueLayout.JAVA_LONG, 2 * PAGE_BYTES, 42);
            // A store to one page dirties the whole folio that holds it.
            assertTrue(DirtyPages.bytesUnder(file.getParent()) >= PAGE_BYTES);
        }
        assertEquals(0, dirtyIn(file));
    }

    @Test
    void anOwnerThatPersistsWhatItStoresClosesWithoutAnotherWriteBack() {
        Path file = scratch.path("extent");
        ExtentOptions options = ExtentOptions.ofLength(EXTENT_BYTES);
        Extent.create(file, options).close();
        Extent extent = Extent.open(file, options);
        extent.segment().set(ValueLayout.JAVA_LONG, 2 * PAGE_BYTES, 42);
        extent.closePersisted();
        assertTrue(dirtyIn(file) >= PAGE_BYTES, "it was left to the kernel");
    }

    /** The page cache knows which pages are dirty, whoever maps them. */
    private static long dirtyIn(Path file) {
        try (Extent extent = Extent.open(file, ExtentOptions.asFound().withReadOnly(true))) {
            long sum = 0;
            for (long at = 0; at < EXTENT_BYTES; at += PAGE_BYTES) {
                sum += extent.segment().get(ValueLayout.JAVA_BYTE, at);
            }
            assertEquals(42, sum);
            return DirtyPages.bytesUnder(file.getParent());
        }
    }
}
