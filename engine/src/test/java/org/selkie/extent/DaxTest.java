// SPDX-License-Identifier: Apache-2.0
package org.selkie.extent;

import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.selkie.fault.ExtentBusyException;
import org.selkie.fault.ExtentLengthException;
import org.selkie.fault.SystemCallException;
import org.selkie.os.Capabilities;
import org.selkie.os.ChildJvm;
import org.selkie.os.Command;
import org.selkie.os.Errno;
import org.selkie.os.FileHandle;
import org.selkie.os.KernelAbi;
import org.selkie.persist.Durability;
import org.selkie.persist.Granularity;
import org.selkie.persist.PersistenceDomain;
import org.selkie.seal.SealMarker;
import org.selkie.seal.SealTier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * What only real DAX shows. Runs where the properties {@code selkie.dax.directory} (on ext4 or xfs with {@code -o dax})
 * and {@code selkie.dax.device} (a {@code /dev/dax}) name some; their content is spoiled.
 */
@Tag("dax")
final class DaxTest {
    private static final long LENGTH = 4 << 20;
    private static final ExtentOptions DURABLE = ExtentOptions.ofLength(LENGTH);

    private static Path file() {
        return named("selkie.dax.directory").resolve("extent");
    }

    private static Path named(String property) {
        String value = System.getProperty(property);
        Assumptions.assumeTrue(
                value != null, () -> "skipped: no DAX here; name some with -D" + property + "=PATH, as the VM does");
        return Path.of(value);
    }

    @AfterEach
    void removeTheFile() throws Exception {
        if (System.getProperty("selkie.dax.directory") != null) {
            SealMarker.recover(file());
            Files.deleteIfExists(file());
        }
    }

    private static boolean onExt4() {
        try (FileHandle handle = FileHandle.open(named("selkie.dax.directory"), KernelAbi.O_DIRECTORY)) {
            return handle.fileSystem().type() == KernelAbi.EXT4_SUPER_MAGIC;
        }
    }

    private static void requireExt4WithTheCapability() {
        Assumptions.assumeTrue(onExt4(), "skipped: the DAX directory is not on ext4");
        Assumptions.assumeTrue(
                Capabilities.has(KernelAbi.CAP_LINUX_IMMUTABLE),
                "skipped: CAP_LINUX_IMMUTABLE is missing, run as root");
    }

    @Test
    void aFileWithMapSyncIsDurableByWriteBackAlone() {
        try (Extent extent = Extent.create(file(), DURABLE)) {
            assertEquals(Medium.FS_DAX, extent.medium());
            assertEquals(Durability.POWER_FAILURE, extent.durability());
            assertNotEquals(Granularity.PAGE, extent.persister().granularity());
            extent.segment().set(ValueLayout.JAVA_LONG, 64, 42L);
            extent.persister().persist(extent.address() + 64, Long.BYTES);
            extent.verify();
        }
        try (Extent extent = Extent.open(file(), ExtentOptions.asFound())) {
            assertEquals(42L, extent.segment().get(ValueLayout.JAVA_LONG, 64));
        }
    }

    @Test
    void theProbePromisesWhatTheExtentGets() {
        ProbeReport report = PathProbe.probe(named("selkie.dax.directory"), 0);
        assertTrue(report.mapSync().yes() && report.daxAttribute(), report::toString);
        try (Extent extent = Extent.create(file(), DURABLE)) {
            assertEquals(report.medium(), Optional.of(extent.medium()));
            assertEquals(report.tier(), Optional.of(extent.seal().tier()), report::toString);
            assertEquals(report.granularity(), Optional.of(extent.persister().granularity()));
        }
    }

    @Test
    void anImmutableSealKeepsTheMappingWritableAndRefusesEverybodyElse() {
        requireExt4WithTheCapability();
        Path file = file();
        FileHandle opened;
        try (Extent extent = Extent.create(file, DURABLE)) {
            assertEquals(SealTier.IMMUTABLE, extent.seal().tier());
            assertTrue(FileHandle.statusOf(file).isImmutable());
            assertTrue(Files.exists(SealMarker.of(file)));
            extent.segment().fill((byte) 5);
            extent.persister().persist(extent.address(), LENGTH);
            extent.verify();

            assertEquals("EPERM", errnoName(() -> FileHandle.open(file, KernelAbi.O_RDWR).close()));
            assertEquals("EPERM", errnoName(() -> FileHandle.unlink(file)));
            assertNotEquals(0, Command.run("mv", file.toString(), file + ".moved").status());
            assertNotEquals(0, Command.run("truncate", "-s", "0", file.toString()).status());
            assertNotEquals(0, Command.run("fallocate", "-p", "-l", "4096", file.toString()).status());
            opened = FileHandle.open(file, KernelAbi.O_RDONLY);
        }
        try (opened) {
            assertFalse(opened.status().isImmutable());
            assertFalse(Files.exists(SealMarker.of(file)));
        }
    }

    @Test
    void anImmutableSealHoldsAgainstADescriptorThatWasOpenBefore() {
        requireExt4WithTheCapability();
        Path file = file();
        Extent.create(file, DURABLE).close();
        try (FileHandle before = FileHandle.open(file, KernelAbi.O_RDWR);
                Extent extent = Extent.open(file, ExtentOptions.asFound())) {
            assertEquals(SealTier.IMMUTABLE, extent.seal().tier());
            assertEquals("EPERM", errnoName(() -> before.truncate(0)));
            assertEquals("EPERM", errnoName(() -> before.write(0, new byte[1])));
            int punch = KernelAbi.FALLOC_FL_KEEP_SIZE | KernelAbi.FALLOC_FL_PUNCH_HOLE;
            for (int mode : new int[] {0, punch, KernelAbi.FALLOC_FL_ZERO_RANGE}) {
                assertEquals(Errno.EPERM, before.tryAllocate(mode, 0, 4096), () -> "mode " + mode);
            }
            extent.segment().fill((byte) 6);
            extent.persister().persist(extent.address(), LENGTH);
            extent.verify();
        }
    }

    @Test
    void aFenceIsEnoughOnlyWhereEveryRegionKeepsTheCaches() {
        PersistenceDomain domain = PersistenceDomain.ofThisMachine();
        try (Extent extent = Extent.create(file(), DURABLE)) {
            boolean everywhere = domain.regions().values().stream().allMatch("cpu_cache"::equals);
            assertEquals(
                    everywhere ? Granularity.BYTE : Granularity.CACHE_LINE,
                    extent.persister().granularity(),
                    domain::description);
        }
    }

    private static String errnoName(Runnable call) {
        return assertThrows(SystemCallException.class, call::run).errnoName();
    }

    @Test
    void theFlagOfAKilledHolderIsClearedByTheNextOpenAndTheBytesAreThere() {
        requireExt4WithTheCapability();
        Path file = file();
        try (ChildJvm holder = ChildJvm.start(HoldsAnExtent.class, file.toString()).expect("held")) {
            assertThrows(ExtentBusyException.class, () -> SealMarker.recover(file));
            holder.kill();
        }
        assertTrue(FileHandle.statusOf(file).isImmutable(), "the flag outlives its holder");
        try (Extent extent = Extent.open(file, ExtentOptions.asFound())) {
            assertEquals(7L, extent.segment().get(ValueLayout.JAVA_LONG, 0));
            extent.verify();
        }
    }

    @Test
    void aLeaseCanBeHadByNameAndAPunchedHoleIsFound() {
        Path file = file();
        try (Extent extent = Extent.create(file, DURABLE.withSealTier(SealTier.ADVISORY))) {
            extent.verify();
            Command.check("fallocate", "-p", "-l", "4096", file.toString());
            assertFalse(extent.seal().audit().isIntact());
        }
        FileHandle.unlink(file);
        try (Extent extent = Extent.create(file, DURABLE.withSealTier(SealTier.LEASE))) {
            extent.verify();
            assertEquals(SealTier.LEASE, extent.seal().tier());
        }
    }

    @Test
    void aBitOfMapDirectThatTheKernelDoesNotKnowFallsBackToTheNextTier() {
        try (Extent extent = Extent.create(file(), DURABLE.withMapDirectBit(0x200000))) {
            assertNotEquals(SealTier.MAP_DIRECT, extent.seal().tier());
            assertTrue(extent.report().tierReason().startsWith("no MAP_DIRECT: "), extent.report()::toString);
        }
    }

    @Test
    void aSliceOfADeviceIsMappedWithoutAFileSystem() {
        Path device = named("selkie.dax.device");
        try (Extent extent = Extent.openDevice(device, 0, DURABLE)) {
            assertEquals(Medium.DEVICE_DAX, extent.medium());
            assertEquals(SealTier.DEVICE, extent.seal().tier());
            assertEquals(Durability.POWER_FAILURE, extent.durability());
            extent.segment().set(ValueLayout.JAVA_LONG, 0, 9L);
            extent.persister().persist(extent.address(), Long.BYTES);
            extent.verify();
            extent.registerForDma(0, LENGTH).close();

            ExtentBusyException e = assertThrows(
                    ExtentBusyException.class, () -> Extent.openDevice(device, 0, DURABLE).close());
            assertTrue(e.getMessage().contains("is open for writing already"), e.getMessage());
            Extent.openDevice(device, LENGTH, DURABLE).close();
        }
        try (Extent extent = Extent.openDevice(device, 0, DURABLE.withReadOnly(true))) {
            assertEquals(9L, extent.segment().get(ValueLayout.JAVA_LONG, 0));
        }
        assertTrue(PathProbe.probe(device, 0).tier().equals(Optional.of(SealTier.DEVICE)));
    }

    @Test
    void aSliceThatIsNotAlignedOrTooLongIsRefused() {
        Path device = named("selkie.dax.device");
        assertThrows(ExtentLengthException.class, () -> Extent.openDevice(device, 4096, DURABLE).close());
        assertThrows(
                ExtentLengthException.class,
                () -> Extent.openDevice(device, 0, DURABLE.withLengthBytes(LENGTH + 4096)).close());
        assertThrows(
                ExtentLengthException.class,
                () -> Extent.openDevice(device, 0, DURABLE.withLengthBytes(1L << 50)).close());
    }

    /** Stores, persists and holds an extent until it is killed. */
    static final class HoldsAnExtent {
        private HoldsAnExtent() {}

        public static void main(String[] arguments) throws InterruptedException {
            try (Extent extent = Extent.create(Path.of(arguments[0]), DURABLE)) {
                extent.segment().set(ValueLayout.JAVA_LONG, 0, 7L);
                extent.persister().persist(extent.address(), Long.BYTES);
                System.out.println("held");
                Thread.sleep(Duration.ofMinutes(5));
            }
        }
    }
}
