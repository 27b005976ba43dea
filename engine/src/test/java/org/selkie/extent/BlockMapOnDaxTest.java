// SPDX-License-Identifier: Apache-2.0
package org.selkie.extent;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.selkie.fault.DmaRefusedException;
import org.selkie.fault.ExtentLengthException;
import org.selkie.fault.MediumRefusedException;
import org.selkie.fault.SealBrokenException;
import org.selkie.os.Capabilities;
import org.selkie.os.Command;
import org.selkie.os.Errno;
import org.selkie.os.FileHandle;
import org.selkie.os.KernelAbi;
import org.selkie.os.LongTermPin;
import org.selkie.seal.BlockMap;
import org.selkie.seal.BlockMapSeal;
import org.selkie.seal.SealEvent;
import org.selkie.seal.SealMarker;
import org.selkie.seal.SealState;
import org.selkie.seal.SealTier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * What happens to the block map of a DAX file on a kernel without MAP_DIRECT, change by change: refused, prevented, or reported
 * by the audit, as the tier promises. The properties are those of {@link DaxTest}.
 */
@Tag("dax")
final class BlockMapOnDaxTest {
    private static final long LENGTH = 4 << 20;
    private static final ExtentOptions DURABLE = ExtentOptions.ofLength(LENGTH);

    private Path directory = Path.of("");
    private Path file = Path.of("");

    @BeforeEach
    void requireDax() {
        String value = System.getProperty("selkie.dax.directory");
        Assumptions.assumeTrue(value != null, "skipped: no DAX here; the VM names some");
        directory = Path.of(value);
        file = directory.resolve("mapped");
    }

    @AfterEach
    void removeTheFiles() throws IOException {
        if (!file.toString().isEmpty()) {
            SealMarker.recover(file);
            Files.deleteIfExists(file);
            Files.deleteIfExists(directory.resolve("other"));
        }
    }

    private boolean onXfs() {
        try (FileHandle handle = FileHandle.open(directory, KernelAbi.O_DIRECTORY)) {
            return handle.fileSystem().type() == KernelAbi.XFS_SUPER_MAGIC;
        }
    }

    private void requireXfs() {
        Assumptions.assumeTrue(onXfs(), "skipped: the DAX directory is not on xfs");
    }

    private Extent advisory() {
        return Extent.create(file, DURABLE.withSealTier(SealTier.ADVISORY));
    }

    private Path other() {
        Path other = directory.resolve("other");
        Command.check("dd", "if=/dev/zero", "of=" + other, "bs=1M", "count=4", "status=none", "conv=fsync");
        return other;
    }

    /** A change that another process makes; the audit must find it within one look. */
    private void assertReported(String command) throws IOException {
        try (Extent extent = advisory()) {
            extent.verify();
            Command.check("xfs_io", "-c", command, file.toString());
            SealBrokenException e = assertThrows(SealBrokenException.class, extent::verify, command);
            assertTrue(e.getMessage().contains("is not what was sealed"), e.getMessage());
            assertInstanceOf(SealState.Revoked.class, extent.seal().state());
            assertThrows(SealBrokenException.class, extent::segment);
        }
        Files.delete(file);
    }

    @Test
    void everyChangeByAnotherProcessIsReportedByTheAuditOfAnAdvisorySeal() throws IOException {
        for (String command : List.of("fpunch 8192 4096", "fzero 8192 4096", "fcollapse 8192 4096", "finsert 8192 4096",
                "truncate 8192", "truncate 8388608")) {
            // On xfs zeroed blocks may stay where they are and be written: then nothing has moved.
            if (!(command.startsWith("fzero") && onXfs())) {
                assertReported(command);
            }
        }
    }

    @Test
    void aCloneOfALiveExtentIsReportedAndSoIsTheCopyThatMovesItsBlock() {
        requireXfs();
        try (Extent extent = advisory();
                FileHandle handle = FileHandle.open(file, KernelAbi.O_RDONLY)) {
            BlockMap before = BlockMap.read(handle, LENGTH, true);
            Command.check("cp", "--reflink=always", file.toString(), directory.resolve("other").toString());
            BlockMap shared = BlockMap.read(handle, LENGTH, false);
            String drift = before.driftTo(shared).orElse("");
            assertTrue(drift.contains("shared with another file"), drift);
            extent.segment().set(ValueLayout.JAVA_LONG, 0, 1L);
            extent.persister().persist(extent.address(), Long.BYTES);
            BlockMap moved = BlockMap.read(handle, LENGTH, false);
            assertNotEquals(before.runs().orElseThrow().getFirst().physicalBytes(),
                    moved.runs().orElseThrow().getFirst().physicalBytes(), "the store went to a copy");
            assertFalse(extent.seal().audit().isIntact());
        }
    }

    @Test
    void theHandleSealOfAReflinkedFileReportsTheCopyOfOneBlock() throws IOException {
        requireXfs();
        Path other = other();
        Command.check("cp", "--reflink=always", other.toString(), file.toString());
        try (BlockMapSeal seal = BlockMapSeal.on(file)) {
            assertTrue(seal.set());
            assertFalse(seal.set(), "setting twice does nothing");
            assertTrue(seal.get().orElseThrow().isIntact());
            Command.check("xfs_io", "-c", "pwrite -q 0 4096", "-c", "fsync", file.toString());
            assertFalse(seal.get().orElseThrow().isIntact());
            assertTrue(seal.clear());
            assertEquals(Optional.empty(), seal.get());
        }
        assertThrows(MediumRefusedException.class, () -> Extent.open(file, ExtentOptions.asFound()).close());
    }

    @Test
    void aCloneIntoALiveExtentIsReported() {
        requireXfs();
        Path other = other();
        try (Extent extent = advisory()) {
            Command.check("xfs_io", "-c", "reflink " + other, file.toString());
            assertFalse(extent.seal().audit().isIntact());
        }
    }

    @Test
    void theReorganiserOfXfsLeavesALiveExtentWhereItIs() {
        requireXfs();
        Command.require("xfs_fsr", "xfsdump");
        try (Extent extent = advisory()) {
            Command.run("xfs_fsr", "-v", file.toString());
            extent.verify();
        }
    }

    @Test
    void aLeaseMakesACloneWaitUntilTheHolderHasDrainedPersistedAndLetGo() throws Exception {
        BlockingQueue<SealEvent> events = new LinkedBlockingQueue<>();
        Extent extent = Extent.create(file, DURABLE.withSealTier(SealTier.LEASE).withBreakListener(events::add));
        Process breaker = Command.start("dd", "if=/dev/zero", "of=" + file, "bs=4096", "count=1");
        try {
            SealEvent event = Optional.ofNullable(events.poll(60, TimeUnit.SECONDS)).orElseThrow();
            assertInstanceOf(SealState.Breaking.class, event.after());
            assertThrows(SealBrokenException.class, extent.seal()::requireWritable);
            assertTrue(breaker.isAlive());
            assertEquals(LENGTH, FileHandle.statusOf(file).sizeBytes());
            extent.segment().set(ValueLayout.JAVA_LONG, 64, 5L);
            extent.persister().persist(extent.address() + 64, Long.BYTES);
            extent.close();
            assertTrue(breaker.waitFor(60, TimeUnit.SECONDS));
            assertEquals(0, breaker.exitValue());
            assertEquals(4096, FileHandle.statusOf(file).sizeBytes());
        } finally {
            breaker.destroyForcibly();
            extent.close();
        }
    }

    @Test
    void aHolderThatDoesNotLetGoIsRevoked() throws Exception {
        BlockingQueue<SealEvent> events = new LinkedBlockingQueue<>();
        ExtentOptions impatient = DURABLE.withSealTier(SealTier.LEASE).withBreakListener(events::add)
                .withLongestGrace(Duration.ofMillis(500));
        try (Extent extent = Extent.create(file, impatient)) {
            Process breaker = Command.start("dd", "if=/dev/zero", "of=" + file, "bs=4096", "count=1");
            assertInstanceOf(SealState.Breaking.class,
                    Optional.ofNullable(events.poll(60, TimeUnit.SECONDS)).orElseThrow().after());
            assertInstanceOf(SealState.Revoked.class,
                    Optional.ofNullable(events.poll(60, TimeUnit.SECONDS)).orElseThrow().after());
            assertThrows(SealBrokenException.class, extent::segment);
            assertThrows(SealBrokenException.class, extent::address);
            assertTrue(breaker.waitFor(60, TimeUnit.SECONDS));
        }
    }

    @Test
    void everyChangeUnderAnImmutableSealIsRefusedAndStoresGoOn() {
        Assumptions.assumeFalse(onXfs(), "skipped: an immutable file of xfs can still be truncated");
        Assumptions.assumeTrue(Capabilities.has(KernelAbi.CAP_LINUX_IMMUTABLE), "skipped: CAP_LINUX_IMMUTABLE is missing");
        Extent.create(file, DURABLE).close();
        try (FileHandle before = FileHandle.open(file, KernelAbi.O_RDWR);
                Extent extent = Extent.open(file, ExtentOptions.asFound())) {
            assertEquals(SealTier.IMMUTABLE, extent.seal().tier());
            for (int mode : new int[] {0, KernelAbi.FALLOC_FL_KEEP_SIZE, 0x3, 0x8, 0x10, 0x11, 0x20}) {
                assertEquals(Errno.EPERM, before.tryAllocate(mode, 8192, 4096), () -> "fallocate mode " + mode);
            }
            for (String command : List.of("truncate 0", "pwrite -q 0 4096", "fpunch 0 4096")) {
                assertNotEquals(0, Command.run("xfs_io", "-c", command, file.toString()).status(), command);
            }
            extent.segment().fill((byte) 9);
            extent.persister().persist(extent.address(), LENGTH);
            extent.verify();
        }
    }

    @Test
    void dmaIsRefusedWithTheReasonWhereTheKernelPinsNothingForLong() {
        try (Extent extent = Extent.create(file, DURABLE)) {
            DmaRefusedException e =
                    assertThrows(DmaRefusedException.class, () -> extent.registerForDma(0, LENGTH).close());
            assertTrue(e.getMessage().contains("is refused"), e.getMessage());
            extent.pinRange(0, LENGTH).close();
            assertEquals(Errno.EOPNOTSUPP, LongTermPin.tryPin(extent.segment()));
        }
    }

    private static Path device() {
        String device = System.getProperty("selkie.dax.device");
        Assumptions.assumeTrue(device != null, "skipped: no /dev/dax here");
        return Path.of(device);
    }

    @Test
    void dmaIntoADeviceIsGrantedAndTheKernelPinsItForLong() {
        try (Extent extent = Extent.openDevice(device(), 0, DURABLE)) {
            try (RangePin pin = extent.registerForDma(0, LENGTH)) {
                assertEquals(0, pin.effectiveOffsetBytes());
                assertEquals(0, LongTermPin.tryPin(extent.segment()));
            }
        }
    }

    @Test
    void aSliceThatIsAByteOffTheAlignmentOfTheDeviceIsRefused() {
        Path device = device();
        for (long off : new long[] {-1, 1}) {
            assertThrows(ExtentLengthException.class, () -> Extent.openDevice(device, (2 << 20) + off, DURABLE).close());
            assertThrows(ExtentLengthException.class,
                    () -> Extent.openDevice(device, 0, DURABLE.withLengthBytes(LENGTH + off)).close());
        }
    }
}
