// SPDX-License-Identifier: Apache-2.0
package org.selkie.extent;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.log.Log;
import org.selkie.os.Linux;
import org.selkie.persist.Durability;
import org.selkie.persist.Granularity;
import org.selkie.seal.SealMarker;
import org.selkie.seal.SealTier;
import org.selkie.testing.Pools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * On every medium of the virtual machine: what probe and open say, which the machine that made the medium knows as well, and
 * a log on it. {@code selkie.medium} names the medium, {@code selkie.medium.path} a directory or device that is spoiled.
 */
@Tag("dax")
final class MediaTest {
    private static final long LENGTH = 4 << 20;
    private static final int RECORDS = 300;

    private Medium expected = Medium.PAGE_CACHE;
    private Path path = Path.of("");

    @BeforeEach
    void readWhatTheMachineMade() {
        String name = System.getProperty("selkie.medium");
        Assumptions.assumeTrue(name != null, "skipped: selkie.medium names no medium, as the VM does");
        expected = Medium.valueOf(name);
        path = Path.of(System.getProperty("selkie.medium.path"));
    }

    @AfterEach
    void removeThePool() throws IOException {
        if (onDevice()) {
            return;
        }
        SealMarker.recover(path.resolve("extent"));
        Files.deleteIfExists(path.resolve("extent"));
        Path pool = path.resolve("pool");
        if (Files.isDirectory(pool)) {
            SealMarker.recoverAll(pool);
            List<Path> files;
            try (Stream<Path> walk = Files.walk(pool)) {
                files = new ArrayList<>(walk.toList());
            }
            for (Path file : files.reversed()) {
                Files.delete(file);
            }
        }
    }

    private boolean onDevice() {
        return expected == Medium.DEVICE_DAX;
    }

    private boolean onMemory() {
        return expected == Medium.TMPFS;
    }

    private Durability level() {
        return onMemory() ? Durability.PROCESS_CRASH : Durability.POWER_FAILURE;
    }

    /** What makes a store durable, from the medium and what the machine was started with. */
    private Granularity granularity() {
        return switch (expected) {
            case FS_DAX, DEVICE_DAX ->
                System.getProperty("selkie.domain", "").equals("cpu")
                        ? Granularity.BYTE
                        : Granularity.CACHE_LINE;
            case TMPFS -> Granularity.CACHE_LINE;
            default -> Granularity.PAGE;
        };
    }

    private Extent open() {
        ExtentOptions options = ExtentOptions.ofLength(LENGTH).withRequiredDurability(level());
        return onDevice() ? Extent.openDevice(path, 0, options) : Extent.create(path.resolve("extent"), options);
    }

    @Test
    void probeAndOpenReportTheMediumTheLevelAndTheTier() {
        ProbeReport report = PathProbe.probe(path, 0);
        assertEquals(Optional.of(expected), report.medium(), report::toString);
        assertEquals(Optional.of(level()), report.durability(), report::toString);
        assertEquals(expected == Medium.FS_DAX || onDevice(), report.mapSync().yes(), report::toString);
        try (Extent extent = open()) {
            assertEquals(expected, extent.medium());
            assertEquals(level(), extent.durability());
            assertEquals(report.tier(), Optional.of(extent.seal().tier()), report::toString);
            if (!onMemory()) {
                assertEquals(granularity(), extent.persister().granularity());
                assertEquals(report.granularity(), Optional.of(extent.persister().granularity()), report::toString);
            }
            if (expected == Medium.FS_DAX_ASYNC || expected == Medium.PAGE_CACHE || onMemory()) {
                assertEquals(SealTier.ADVISORY, extent.seal().tier());
            }
            extent.verify();
        }
    }

    @Test
    void theLogKeepsWhatItAcknowledgedAcrossAnOpen() {
        PoolOptions options = PoolOptions.defaults().withDurability(level()).withExtentBytes(onDevice() ? 8 << 20 : 1 << 20);
        Path at = onDevice() ? path : path.resolve("pool");
        if (onDevice()) {
            // A pool takes a device only where its beginning is blank, and other tests have been here.
            try (Extent whole = Extent.openDevice(path, 0, ExtentOptions.asFound())) {
                whole.segment().asSlice(0, LENGTH).fill((byte) 0);
            }
        }
        List<Pools.Entry> appended = new ArrayList<>();
        try (Pool pool = Pool.open(at, options)) {
            assertEquals(level(), pool.durability());
            assertEquals(expected, pool.report().medium());
            Log log = pool.log("media");
            for (int i = 0; i < RECORDS; i++) {
                byte[] payload = Pools.payload(i, 1 + i * 37 % 9000);
                appended.add(new Pools.Entry(log.append(payload), payload));
            }
            pool.audit();
        }
        try (Pool pool = Pool.open(at, options)) {
            for (Pools.Entry entry : appended) {
                assertEquals(entry, new Pools.Entry(entry.position(), pool.log("media").read(entry.position())));
            }
        }
    }

    @Test
    void whereTheMediumAllowsItAStoreIsMappedByAPageOf2MiB() throws IOException {
        Assumptions.assumeTrue(expected == Medium.FS_DAX || onDevice(), "skipped: no DAX mapping, so no pages of 2 MiB");
        try (Extent extent = open()) {
            assertEquals(0, Math.floorMod(extent.address(), Linux.HUGE_PAGE_BYTES));
            assertTrue(extent.report().hugePagesPossible(), extent.report()::toString);
            long before = faults();
            for (long at = 0; at < LENGTH; at += Linux.pageSizeBytes()) {
                extent.segment().set(ValueLayout.JAVA_LONG, at, at);
            }
            long during = faults() - before;
            // 1024 pages of 4 KiB were touched; the JVM's own faults are fewer than that by far.
            assertTrue(extent.report().populated() && during < 512, () -> during + " minor faults for 1024 pages");
        }
        try (Extent extent = onDevice()
                ? Extent.openDevice(path, 0, ExtentOptions.ofLength(LENGTH).withPopulate(false))
                : Extent.open(path.resolve("extent"), ExtentOptions.asFound().withPopulate(false))) {
            long before = faults();
            for (long at = 0; at < LENGTH; at += Linux.pageSizeBytes()) {
                extent.segment().set(ValueLayout.JAVA_LONG, at, at);
            }
            long during = faults() - before;
            assertTrue(during < 512, () -> during + " minor faults: the mapping is in pages of 4 KiB");
        }
    }

    /** The minor faults of this process so far. */
    private static long faults() throws IOException {
        String stat;
        try (InputStream file = Files.newInputStream(Path.of("/proc/self/stat"))) {
            stat = new String(file.readAllBytes(), StandardCharsets.US_ASCII);
        }
        return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[7]);
    }
}
