// SPDX-License-Identifier: Apache-2.0
package org.selkie.seal;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.selkie.extent.MappableDirectory;
import org.selkie.os.Errno;
import org.selkie.os.FileHandle;
import org.selkie.os.KernelAbi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

final class MapDirectTest {
    private static final int CREATE = KernelAbi.O_RDWR | KernelAbi.O_CREAT | KernelAbi.O_EXCL;
    private static final int FREE_BIT = 0x200000;

    @TempDir(factory = MappableDirectory.class)
    private Path temporary;

    @Test
    void everyNumberThatTheSeriesUsedMeansSomethingElseToday() {
        Map<Integer, String> dead = Map.of(
                0x40, "0x40 is MAP_32BIT (the bit of the fourth MAP_DIRECT series) in Linux today",
                0x80000, "0x80000 is MAP_SYNC (the bit of the later MAP_DIRECT series) in Linux today",
                0x100000, "0x100000 is MAP_FIXED_NOREPLACE in Linux today");
        dead.forEach((bit, reason) -> assertEquals(Optional.of(reason), MapDirect.objection(bit)));
    }

    @Test
    void aNumberThatIsNoSingleFreeBitIsObjectedTo() {
        for (int bit : new int[] {0, 0x3, 0x43, 0x600000, 0x1, 0x8, 0x10, 0x20, 0x40000, 0x4000000, 0x80000000}) {
            assertTrue(MapDirect.objection(bit).isPresent(), () -> "0x" + Integer.toHexString(bit));
        }
        for (int bit : new int[] {0x200, 0x400, 0x200000, 0x400000, 0x800000, 0x1000000, 0x2000000}) {
            assertEquals(Optional.empty(), MapDirect.objection(bit), () -> "0x" + Integer.toHexString(bit));
        }
    }

    @Test
    void aKernelThatRefusesTheBitHasNoMapDirect() {
        try (FileHandle scratch = FileHandle.open(temporary.resolve("scratch"), CREATE)) {
            MapDirect.Proof proof = MapDirect.prove(scratch, KernelAbi.MAP_SHARED_VALIDATE | FREE_BIT);
            assertFalse(proof.proven());
            assertEquals(Errno.EOPNOTSUPP, proof.errno());
        }
    }

    @Test
    void aKernelThatTakesTheBitAndDoesNotBehaveIsNotBelieved() {
        // MAP_SHARED ignores unknown bits, as the kernel did for which the flag was proposed: mmap succeeds and seals
        // nothing.
        try (FileHandle scratch = FileHandle.open(temporary.resolve("scratch"), CREATE)) {
            MapDirect.Proof proof = MapDirect.prove(scratch, KernelAbi.MAP_SHARED | FREE_BIT);
            assertFalse(proof.proven());
            assertEquals(0, proof.errno());
            assertEquals(
                    "the kernel took the bit, but a hole under the mapping gave success and not ETXTBSY: not proven",
                    proof.reason());
        }
    }

    @Test
    void aMappingWithoutTheBitIsNotBelieved() {
        try (FileHandle scratch = FileHandle.memfd("scratch", 0)) {
            assertFalse(MapDirect.prove(scratch, KernelAbi.MAP_SHARED_VALIDATE).proven());
            assertFalse(MapDirect.isSealed(scratch));
        }
    }
}
