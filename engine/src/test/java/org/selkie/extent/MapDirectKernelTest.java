// SPDX-License-Identifier: Apache-2.0
package org.selkie.extent;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.extent.ProbeReport.DirectOutcome;
import org.selkie.fault.MapDirectRefusedException;
import org.selkie.fault.MediumRefusedException;
import org.selkie.os.ChildJvm;
import org.selkie.os.Command;
import org.selkie.os.Errno;
import org.selkie.os.FileHandle;
import org.selkie.os.KernelAbi;
import org.selkie.os.LongTermPin;
import org.selkie.os.Mapping;
import org.selkie.persist.Durability;
import org.selkie.seal.SealTier;
import org.selkie.testing.Pools;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * The MAP_DIRECT tier on a kernel that has it ({@code selkie vm build-kernel}). {@code selkie.mapdirect.bit} is the bit of its
 * boot option, {@code selkie.mapdirect.kind} is {@code real}, or {@code lie} or {@code lease} for a kernel that takes the bit
 * and means something else.
 */
@Tag("dax")
final class MapDirectKernelTest {
    private static final int LENGTH = 4 << 20;
    private static final int ANOTHER_FREE_BIT = 0x2000000;
    private static final int DAX = KernelAbi.MAP_SHARED_VALIDATE | KernelAbi.MAP_SYNC;

    private int bit;
    private Path directory = Path.of("");
    private Path file = Path.of("");

    @BeforeEach
    void readTheConfiguration() {
        String configured = System.getProperty("selkie.mapdirect.bit");
        Assumptions.assumeTrue(configured != null, "skipped: no kernel with MAP_DIRECT (selkie vm build-kernel)");
        bit = Integer.decode(configured);
        directory = Path.of(System.getProperty("selkie.dax.directory"));
        file = directory.resolve("direct");
    }

    @AfterEach
    void removeTheFiles() throws IOException {
        for (String name : List.of("direct", "second", "clone", "moved")) {
            Files.deleteIfExists(directory.resolve(name));
        }
    }

    private static void requireKind(String kind) {
        String here = System.getProperty("selkie.mapdirect.kind", "real");
        Assumptions.assumeTrue(here.equals(kind), () -> "skipped: this kernel's MAP_DIRECT is " + here + ", not " + kind);
    }

    private ExtentOptions direct() {
        return ExtentOptions.ofLength(LENGTH).withMapDirectBit(bit);
    }

    private static boolean onXfs(Path path) {
        try (FileHandle handle = FileHandle.open(path, KernelAbi.O_RDONLY | KernelAbi.O_DIRECTORY)) {
            return handle.fileSystem().type() == KernelAbi.XFS_SUPER_MAGIC;
        }
    }

    /** What another process is told that tries a change of the block map. */
    private static void assertBusy(Path path, String... commands) {
        for (String command : commands) {
            String output = Command.run("xfs_io", "-c", command, path.toString()).output();
            assertTrue(output.contains("Text file busy"), () -> command + ": " + output);
        }
    }

    private static void assertNotBusy(Path path, String command) {
        Command.Outcome outcome = Command.run("xfs_io", "-c", command, path.toString());
        assertTrue(outcome.status() == 0 && outcome.output().isEmpty(), () -> command + ": " + outcome.output());
    }

    @Test
    void theProbeProvesTheBehaviourAndTheExtentHasTheTier() {
        requireKind("real");
        ProbeReport report = PathProbe.probe(directory, bit);
        assertEquals(DirectOutcome.PROVEN, report.mapDirect().outcome(), report::toString);
        assertEquals(Optional.of(SealTier.MAP_DIRECT), report.tier());
        try (Extent extent = Extent.create(file, direct())) {
            assertEquals(SealTier.MAP_DIRECT, extent.seal().tier());
            assertEquals(Durability.POWER_FAILURE, extent.durability());
            assertEquals(Medium.FS_DAX, extent.medium());
            extent.segment().fill((byte) 3);
            extent.persister().persist(extent.address(), LENGTH);
            extent.verify();
        }
    }

    @Test
    void everyChangeOfTheBlockMapIsRefusedToAnotherProcessAndStoresGoOn() {
        requireKind("real");
        Path second = directory.resolve("second");
        Command.check("dd", "if=/dev/zero", "of=" + second, "bs=1M", "count=4", "status=none", "conv=fsync");
        try (Extent extent = Extent.create(file, direct())) {
            assertBusy(file, "fpunch 0 4096", "fcollapse 0 4096", "finsert 0 4096", "fzero 0 4096", "falloc 0 8388608",
                    "falloc -k 0 4096", "truncate 4096", "truncate 8388608", "pwrite -q 4194304 4096", "pwrite -q 4190208 8192");
            assertNotEquals(0, Command.run("sh", "-c", ": > " + file).status(), "O_TRUNC");
            if (onXfs(directory)) {
                // Into the file, out of the file, a part of it, and the same blocks found by comparison.
                assertBusy(file, "reflink " + second, "reflink " + second + " 0 0 4096", "dedupe " + second + " 0 0 4096");
                assertBusy(second, "reflink " + file);
                assertNotEquals(0, Command.run("cp", "--reflink=always", file.toString(), second.toString()).status());
                assertNotEquals("", Command.run("xfs_io", "-c", "swapext " + second, file.toString()).output());
            }
            extent.verify();
            // In place, renamed, unlinked: none of that moves a block.
            assertNotBusy(file, "pwrite -q -S 0x21 4096 4096");
            assertEquals((byte) 0x21, extent.segment().get(ValueLayout.JAVA_BYTE, 4096));
            Command.check("mv", file.toString(), directory.resolve("moved").toString());
            extent.segment().fill((byte) 4);
            extent.persister().persist(extent.address(), LENGTH);
            extent.verify();
        }
        for (String command : new String[] {"fpunch 0 4096", "truncate 4096"}) {
            assertNotBusy(directory.resolve("moved"), command);
        }
    }

    @Test
    void twoMappingsHoldTheSealAndTheLastOneLetsGo() {
        requireKind("real");
        Extent.create(file, direct()).close();
        try (FileHandle handle = FileHandle.open(file, KernelAbi.O_RDWR)) {
            Mapping one = Mapping.map(handle, 0, LENGTH / 2, true, DAX | bit);
            Mapping other = Mapping.map(handle, LENGTH / 2, LENGTH / 2, true, DAX | bit);
            one.close();
            assertBusy(file, "fpunch 0 4096");
            other.close();
            assertNotBusy(file, "fpunch 0 4096");
        }
    }

    @Test
    void aMappingOfWhichAPartIsUnmappedHoldsTheSealAndTheRestLetsGo() throws IOException {
        requireKind("real");
        Extent.create(file, direct()).close();
        try (Holder holder = new Holder(file, bit, "part")) {
            // It has closed the file: a descriptor is not what holds.
            holder.expect("held");
            assertBusy(file, "fpunch 0 4096");
            holder.next("split");
            assertBusy(file, "fpunch 0 4096", "fpunch 1048576 4096");
            holder.next("less");
            assertBusy(file, "fpunch 0 4096");
            holder.next("gone");
            assertNotBusy(file, "fpunch 0 4096");
        }
    }

    @Test
    void twoExtentsAreSealedApart() throws IOException {
        requireKind("real");
        Path second = directory.resolve("second");
        try (Extent one = Extent.create(file, direct())) {
            Extent.create(second, direct()).close();
            assertNotBusy(second, "fpunch 0 4096");
            assertBusy(file, "fpunch 0 4096");
            Files.delete(second);
            try (Extent other = Extent.create(second, direct())) {
                assertBusy(second, "fpunch 0 4096");
                other.verify();
            }
            assertBusy(file, "fpunch 0 4096");
            one.verify();
        }
    }

    @Test
    void aForkedChildKeepsTheSealAfterItsParentWasKilled() throws Exception {
        requireKind("real");
        Extent.create(file, direct()).close();
        try (Holder holder = new Holder(file, bit, "fork")) {
            String child = holder.expect("held");
            assertBusy(file, "fpunch 0 4096");
            holder.kill();
            assertBusy(file, "fpunch 0 4096");
            Command.check("kill", "-9", child);
            for (int i = 0; i < 200 && Files.exists(Path.of("/proc", child, "maps")); i++) {
                Thread.sleep(50);
            }
            eventuallyNotBusy();
        }
    }

    @Test
    void anExitReleasesTheSeal() throws Exception {
        requireKind("real");
        Extent.create(file, direct()).close();
        try (Holder holder = new Holder(file, bit, "exit")) {
            holder.expect("held");
            assertBusy(file, "fpunch 0 4096");
            holder.end();
            assertNotBusy(file, "fpunch 0 4096");
        }
    }

    /** The kernel takes a killed process apart when it is its turn. */
    private void eventuallyNotBusy() throws InterruptedException {
        for (int i = 0; i < 100; i++) {
            if (Command.run("xfs_io", "-c", "fpunch 0 4096", file.toString()).output().isEmpty()) {
                return;
            }
            Thread.sleep(50);
        }
        assertNotBusy(file, "fpunch 0 4096");
    }

    /** {@code tools/vm/guest/hold.c}. */
    private static final class Holder implements AutoCloseable {
        private final Process process;
        private final BufferedReader lines;

        Holder(Path file, int bit, String how) {
            process = Command.start(System.getProperty("selkie.mapdirect.holder"), file.toString(), Integer.toString(bit), how);
            lines = process.inputReader(StandardCharsets.US_ASCII);
        }

        /** The number that stands behind the expected word. */
        String expect(String word) throws IOException {
            String line = String.valueOf(lines.readLine());
            assertTrue(line.startsWith(word + " "), line);
            return line.substring(word.length() + 1);
        }

        void next(String word) throws IOException {
            process.getOutputStream().write('\n');
            process.getOutputStream().flush();
            expect(word);
        }

        void end() throws IOException, InterruptedException {
            process.getOutputStream().write('\n');
            process.getOutputStream().flush();
            assertEquals(0, process.waitFor());
        }

        void kill() {
            process.destroyForcibly();
            process.onExit().join();
        }

        @Override
        public void close() {
            kill();
        }
    }

    @Test
    void theSealOfAKilledJvmIsGoneAndItsBytesAreThere() {
        requireKind("real");
        try (ChildJvm holder =
                ChildJvm.start(HoldsADirectExtent.class, file.toString(), Integer.toString(bit)).expect("held")) {
            assertBusy(file, "fpunch 0 4096");
            holder.kill();
        }
        try (Extent extent = Extent.open(file, ExtentOptions.asFound().withMapDirectBit(bit))) {
            assertEquals(7L, extent.segment().get(ValueLayout.JAVA_LONG, 0));
            assertEquals(SealTier.MAP_DIRECT, extent.seal().tier());
        }
        assertNotBusy(file, "fpunch 0 4096");
    }

    @Test
    void aFileThatIsSparseUnwrittenOrSharedIsRefusedByTheEngineAndByTheKernel() {
        requireKind("real");
        Command.check("truncate", "-s", Integer.toString(LENGTH), file.toString());
        assertRefused(Errno.ENXIO);
        Command.check("fallocate", "-l", Integer.toString(LENGTH), file.toString());
        assertRefused(Errno.ENXIO);
        if (onXfs(directory)) {
            Command.check("dd", "if=/dev/zero", "of=" + file, "bs=1M", "count=4", "status=none", "conv=fsync");
            Command.check("cp", "--reflink=always", file.toString(), directory.resolve("clone").toString());
            assertRefused(Errno.EPERM);
        }
    }

    private void assertRefused(int errno) {
        assertThrows(MediumRefusedException.class,
                () -> Extent.open(file, ExtentOptions.asFound().withMapDirectBit(bit)).close());
        try (FileHandle handle = FileHandle.open(file, KernelAbi.O_RDWR)) {
            assertEquals(Errno.name(errno), Errno.name(Mapping.tryMap(handle, LENGTH, true, DAX | bit)));
        }
    }

    @Test
    void aMappingForReadingAloneIsRefusedAndOtherBitsAreNotKnown() {
        requireKind("real");
        Extent.create(file, direct()).close();
        try (FileHandle handle = FileHandle.open(file, KernelAbi.O_RDWR)) {
            assertEquals(Errno.EACCES, Mapping.tryMap(handle, LENGTH, false, DAX | bit));
            assertEquals(Errno.EINVAL, Mapping.tryMap(handle, LENGTH, true, KernelAbi.MAP_PRIVATE | bit));
            int other = bit == ANOTHER_FREE_BIT ? 0x200000 : ANOTHER_FREE_BIT;
            assertEquals(Errno.EOPNOTSUPP, Mapping.tryMap(handle, LENGTH, true, DAX | other));
        }
        MapDirectRefusedException e = assertThrows(MapDirectRefusedException.class,
                () -> Extent.open(file, ExtentOptions.asFound().withMapDirectBit(bit).withReadOnly(true)).close());
        assertTrue(e.getMessage().contains("PROT_WRITE"), e.getMessage());
        Path shm = Path.of("/dev/shm");
        assertNotEquals(DirectOutcome.PROVEN, PathProbe.probe(shm, bit).mapDirect().outcome());
    }

    @Test
    void dmaIsGrantedAndTheKernelPinsForLong() {
        requireKind("real");
        try (Extent extent = Extent.create(file, direct())) {
            try (RangePin pin = extent.registerForDma(0, LENGTH)) {
                assertEquals("the MAP_DIRECT seal keeps the whole extent", pin.note());
                assertEquals(0, LongTermPin.tryPin(extent.segment()));
            }
            extent.verify();
        }
    }

    @Test
    void aLogOnAPoolWithMapDirectKeepsWhatItAcknowledged() {
        requireKind("real");
        Path pool = directory.resolve("pool-direct-" + bit);
        PoolOptions options = PoolOptions.defaults().withExtentBytes(1 << 20).withMapDirectBit(bit);
        long position;
        try (Pool opened = Pool.open(pool, options)) {
            assertEquals(SealTier.MAP_DIRECT, opened.report().tier());
            for (int i = 0; i < 400; i++) {
                opened.log("direct").append(Pools.payload(i, 5000));
            }
            position = opened.log("direct").append(Pools.payload(400, 5000));
            opened.audit();
        }
        try (Pool opened = Pool.open(pool, options)) {
            assertArrayEquals(Pools.payload(400, 5000), opened.log("direct").read(position));
        }
    }

    @Test
    void aKernelThatLiesIsNotMistakenForIt() {
        requireKind("lie");
        assertNotProven();
    }

    /** The probe breaks its own lease on the scratch file; the signal that this brings must not end the JVM. */
    @Test
    void aKernelWhoseMapDirectIsALeaseIsNotMistakenForIt() {
        requireKind("lease");
        assertNotProven();
    }

    private void assertNotProven() {
        ProbeReport report = PathProbe.probe(directory, bit);
        assertEquals(DirectOutcome.NOT_PROVEN, report.mapDirect().outcome(), report::toString);
        try (Extent extent = Extent.create(file, direct())) {
            assertNotEquals(SealTier.MAP_DIRECT, extent.seal().tier());
            assertTrue(extent.report().tierReason().contains("not proven"), extent.report()::toString);
            extent.verify();
        }
        assertThrows(MapDirectRefusedException.class,
                () -> Extent.create(directory.resolve("second"), direct().withSealTier(SealTier.MAP_DIRECT)).close());
    }

    /** Holds a sealed extent until it is killed. */
    static final class HoldsADirectExtent {
        private HoldsADirectExtent() {}

        public static void main(String[] arguments) throws InterruptedException {
            ExtentOptions options = ExtentOptions.ofLength(LENGTH).withMapDirectBit(Integer.parseInt(arguments[1]));
            try (Extent extent = Extent.create(Path.of(arguments[0]), options)) {
                extent.segment().set(ValueLayout.JAVA_LONG, 0, 7L);
                extent.persister().persist(extent.address(), Long.BYTES);
                System.out.println("held");
                Thread.sleep(Duration.ofMinutes(5));
            }
        }
    }
}
