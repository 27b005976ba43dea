// SPDX-License-Identifier: Apache-2.0
package org.selkie.extent;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.selkie.fault.DmaRefusedException;
import org.selkie.fault.ExtentPinnedException;
import org.selkie.fault.ReadOnlyException;
import org.selkie.fault.SealBrokenException;
import org.selkie.os.Command;
import org.selkie.os.FileHandle;
import org.selkie.os.Mount;
import org.selkie.persist.Durability;
import org.selkie.persist.Granularity;
import org.selkie.seal.SealEvent;
import org.selkie.seal.SealState;
import org.selkie.seal.SealTier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

final class ExtentTest {
    private static final long LENGTH = 4 << 20;
    private static final ExtentOptions DURABLE = ExtentOptions.ofLength(LENGTH);
    private static final ExtentOptions EMULATED = DURABLE.withRequiredDurability(Durability.PROCESS_CRASH);
    private static final ExtentOptions AS_FOUND = EMULATED.withLengthBytes(0);

    @TempDir(factory = MappableDirectory.class)
    private Path temporary;

    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = temporary.resolve("extent");
    }

    @Test
    void anExtentOnAnOrdinaryFileSurvivesAPowerFailureByMsyncAndSaysSo() {
        try (Mount mount = Mount.ext4(temporary);
                Extent extent = Extent.create(mount.directory().resolve("extent"), DURABLE)) {
            ExtentReport report = extent.report();
            assertEquals(Medium.PAGE_CACHE, extent.medium());
            assertEquals(Durability.POWER_FAILURE, extent.durability());
            assertEquals(Granularity.PAGE, extent.persister().granularity());
            assertEquals("a file behind the page cache: msync of the pages", report.durabilityReason());
            assertEquals(SealTier.ADVISORY, report.tier());
            assertEquals(Optional.empty(), report.tierAsked());
            assertTrue(report.populated() && report.hugePagesPossible(), report::toString);
            assertEquals(LENGTH, extent.lengthBytes());
            assertEquals(LENGTH, extent.segment().byteSize());
            assertEquals(extent.address(), extent.segment().address());
            extent.verify();
        }
    }

    @Test
    void theEmulationFlushesAsIfItWerePersistentMemory() {
        try (Mount mount = Mount.tmpfs(temporary, 2 * LENGTH);
                Extent extent = Extent.create(mount.directory().resolve("extent"), EMULATED)) {
            assertEquals(Medium.TMPFS, extent.medium());
            assertEquals(Durability.PROCESS_CRASH, extent.durability());
            assertEquals(Granularity.CACHE_LINE, extent.persister().granularity());
            extent.verify();
        }
    }

    @Test
    void whatWasPersistedIsThereWhenItIsOpenedAgain() {
        try (Extent extent = Extent.create(file, EMULATED)) {
            extent.segment().set(ValueLayout.JAVA_LONG, 4096, 42L);
            extent.persister().persist(extent.address() + 4096, Long.BYTES);
        }
        try (Extent extent = Extent.open(file, AS_FOUND)) {
            assertEquals(LENGTH, extent.lengthBytes());
            assertEquals(42L, extent.segment().get(ValueLayout.JAVA_LONG, 4096));
            assertEquals(0L, extent.segment().get(ValueLayout.JAVA_LONG, LENGTH - Long.BYTES));
        }
    }

    @Test
    void everyBlockIsWrittenBeforeTheFirstStore() throws Exception {
        try (Mount mount = Mount.xfs(temporary);
                Extent extent = Extent.create(mount.directory().resolve("extent"), DURABLE)) {
            String map = Command.check("filefrag", "-v", extent.report().name());
            assertFalse(map.contains("unwritten") || map.contains("delalloc"), map);
            extent.segment().fill((byte) 1);
            extent.persister().persist(extent.address(), LENGTH);
            extent.verify();
        }
    }

    @Test
    void aReaderTakesNoLockSeesStoresAndCannotStore() {
        try (Extent writer = Extent.create(file, EMULATED);
                Extent reader = Extent.open(file, AS_FOUND.withReadOnly(true))) {
            writer.segment().set(ValueLayout.JAVA_INT, 0, 7);
            assertEquals(7, reader.segment().get(ValueLayout.JAVA_INT, 0));
            assertThrows(
                    IllegalArgumentException.class, () -> reader.segment().set(ValueLayout.JAVA_INT, 0, 8));
            assertThrows(ReadOnlyException.class, reader::persister);
            assertEquals(SealTier.OBSERVED, reader.seal().tier());
            reader.verify();
            writer.verify();
        }
    }

    @Test
    void aReaderOfMemoryNeedsNoPromise() {
        try (Mount mount = Mount.tmpfs(temporary, 2 * LENGTH)) {
            Path inMemory = mount.directory().resolve("extent");
            Extent.create(inMemory, EMULATED).close();
            try (Extent reader = Extent.open(inMemory, ExtentOptions.asFound().withReadOnly(true))) {
                assertEquals(Durability.PROCESS_CRASH, reader.durability());
            }
        }
    }

    @Test
    void aTruncatedFileIsFoundByTheNextAudit() {
        List<SealEvent> events = new ArrayList<>();
        try (Extent extent = Extent.create(file, EMULATED.withBreakListener(events::add))) {
            extent.verify();
            Command.check("truncate", "-s", "4096", file.toString());
            SealBrokenException e = assertThrows(SealBrokenException.class, extent::verify);
            assertTrue(e.getMessage().contains("its size was 4194304 and is 4096"), e.getMessage());
            assertThrows(SealBrokenException.class, extent::segment);
            assertInstanceOf(SealState.Revoked.class, events.getLast().after());
        }
    }

    @Test
    void aPunchedHoleIsFoundByTheNextAuditOnEveryMedium() {
        try (Mount ext4 = Mount.ext4(temporary);
                Mount xfs = Mount.xfs(temporary);
                Mount tmpfs = Mount.tmpfs(temporary, 2 * LENGTH)) {
            for (Mount mount : List.of(ext4, xfs, tmpfs)) {
                Path on = mount.directory().resolve("extent");
                try (Extent extent = Extent.create(on, EMULATED)) {
                    extent.verify();
                    Command.check("fallocate", "-p", "-o", "8192", "-l", "4096", on.toString());
                    assertThrows(SealBrokenException.class, extent::verify, on::toString);
                }
            }
        }
    }

    @Test
    void aCloneOfTheFileIsFoundByTheNextAudit() {
        try (Mount mount = Mount.xfs(temporary)) {
            Path on = mount.directory().resolve("extent");
            try (Extent extent = Extent.create(on, DURABLE)) {
                Command.check("cp", "--reflink=always", on.toString(), on + ".clone");
                SealBrokenException e = assertThrows(SealBrokenException.class, extent::verify);
                assertTrue(e.getMessage().contains("shared with another file"), e.getMessage());
            }
        }
    }

    @Test
    void anAnonymousExtentIsSealedByTheKernelAndGrantsDma() {
        try (Extent extent = Extent.anonymous("pool", EMULATED)) {
            assertEquals(Medium.MEMFD, extent.medium());
            assertEquals(SealTier.MEMFD, extent.seal().tier());
            extent.segment().fill((byte) 3);
            extent.persister().persist(extent.address(), LENGTH);
            extent.verify();
            RangePin pin = extent.registerForDma(4096, 4096);
            assertEquals(4096, pin.requestedOffsetBytes());
            assertEquals(4096, pin.requestedLengthBytes());
            assertEquals(0, pin.effectiveOffsetBytes());
            assertEquals(LENGTH, pin.effectiveLengthBytes());
            pin.close();
        }
    }

    @Test
    void dmaIsRefusedWhereTheKernelDoesNotKeepTheBlocks() {
        try (Extent extent = Extent.create(file, EMULATED)) {
            DmaRefusedException e =
                    assertThrows(DmaRefusedException.class, () -> extent.registerForDma(0, LENGTH));
            assertTrue(e.getMessage().contains("its ADVISORY seal only detects"), e.getMessage());
        }
    }

    @Test
    void anExtentDoesNotCloseUnderAPin() {
        Extent extent = Extent.create(file, EMULATED);
        RangePin one = extent.pinRange(0, 4096);
        RangePin two = extent.pinRange(4096, 1);
        one.close();
        one.close();
        assertThrows(ExtentPinnedException.class, extent::close);
        extent.verify();
        two.close();
        extent.close();
        assertThrows(IndexOutOfBoundsException.class, () -> pinBeyondTheEnd());
    }

    private void pinBeyondTheEnd() {
        try (Extent extent = Extent.open(file, AS_FOUND)) {
            extent.pinRange(LENGTH - 1, 2).close();
        }
    }

    @Test
    void closingTwiceDoesNothingAndEveryLaterAccessIsTyped() {
        Extent extent = Extent.create(file, EMULATED);
        MemorySegment segment = extent.segment();
        extent.close();
        extent.close();
        assertThrows(SealBrokenException.class, extent::segment);
        assertThrows(SealBrokenException.class, extent::address);
        assertThrows(SealBrokenException.class, extent::persister);
        assertThrows(SealBrokenException.class, extent::verify);
        assertThrows(IllegalStateException.class, () -> segment.get(ValueLayout.JAVA_BYTE, 0));
        assertEquals(new SealState.Released(), extent.seal().state());
    }

    @Test
    void anExtentThatWasTruncatedAwayStillCloses() throws Exception {
        Extent extent = Extent.create(file, EMULATED);
        Command.check("truncate", "-s", "0", file.toString());
        assertThrows(SealBrokenException.class, extent::verify);
        extent.close();
        String open = Files.readString(Path.of("/proc/self/maps"));
        assertFalse(open.contains(file.toString()), open);
    }

    @Test
    void nothingIsLeftOpenOrMappedAfterManyExtents() throws Exception {
        for (int i = 0; i < 50; i++) {
            Path each = temporary.resolve("extent" + i);
            Extent.create(each, EMULATED.withLengthBytes(64 << 10)).close();
            Extent.open(each, AS_FOUND).close();
        }
        assertEquals(0, openFilesUnder(temporary));
        assertFalse(Files.readString(Path.of("/proc/self/maps")).contains(temporary.toString()));
    }

    private static long openFilesUnder(Path directory) {
        String links = Command.run(
                "sh", "-c", "ls -l /proc/" + ProcessHandle.current().pid() + "/fd").output();
        return links.lines().filter(line -> line.contains(directory.toString())).count();
    }

    @Test
    void aFlagThatACrashedHolderLeftIsClearedByTheOpen() {
        try (Mount mount = Mount.ext4(temporary)) {
            Path on = mount.directory().resolve("extent");
            Extent.create(on, DURABLE).close();
            ImmutableLeftover.leave(on);
            assertTrue(FileHandle.statusOf(on).isImmutable());
            try (Extent extent = Extent.open(on, ExtentOptions.asFound())) {
                extent.verify();
                assertFalse(FileHandle.statusOf(on).isImmutable());
            }
        }
    }

    @Test
    void theHandleIsTheOnlyOneThatAnExtentKeeps() {
        try (Extent extent = Extent.create(file, EMULATED)) {
            assertEquals(1, openFilesUnder(temporary));
            assertTrue(extent.toString().endsWith(" by CACHE_LINE, sealed ADVISORY, HELD"), extent::toString);
        }
    }
}
