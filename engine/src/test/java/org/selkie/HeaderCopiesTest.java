// SPDX-License-Identifier: Apache-2.0
package org.selkie;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.selkie.fault.PoolFormatException;
import org.selkie.log.Finding;
import org.selkie.log.RecoveryMode;
import org.selkie.testing.Damage;
import org.selkie.testing.Pools;
import org.selkie.testing.PowerRecorder;
import org.selkie.testing.Scratch;
import org.selkie.testing.Seed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** An extent's header stands there twice, and stays so: a damaged copy is mended while the other one is whole. */
final class HeaderCopiesTest {

    private static final int SLOT_BYTES = 512;

    @RegisterExtension
    private static final Seed SEED = new Seed();

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    private Path pool() {
        Path directory = scratch.path("pool");
        try (Pool pool = Pools.open(directory)) {
            for (int i = 0; i < 3; i++) {
                pool.log("x").append(Pools.payload(i, Pools.MAX_PAYLOAD_BYTES));
            }
        }
        return directory;
    }

    private static byte[] slot(Path file, int slot) throws IOException {
        return Arrays.copyOfRange(Files.readAllBytes(file), slot * SLOT_BYTES, (slot + 1) * SLOT_BYTES);
    }

    private static void assertMended(Path directory) throws IOException {
        for (Path file : Damage.extents(directory)) {
            assertArrayEquals(slot(file, 0), slot(file, 1), file.toString());
        }
        try (Pool pool = Pool.open(directory, Pools.small().withRecoveryMode(RecoveryMode.STRICT))) {
            assertEquals(3, Pools.entries(pool.log("x")).size());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aDamagedCopyIsReportedAndWrittenAnew(int slot) throws IOException {
        Path directory = pool();
        Path second = Damage.extents(directory).get(1);
        Damage.flip(second, (long) slot * SLOT_BYTES + 100, 4);
        try (Pool reader = Pool.open(directory, Pools.small().forReading())) {
            assertEquals(Finding.Kind.HEADER_COPY, reader.recovery().allFindings().getFirst().kind());
        }
        assertThrows(PoolFormatException.class,
                () -> Pool.open(directory, Pools.small().withRecoveryMode(RecoveryMode.STRICT)));
        assertFalse(Arrays.equals(slot(second, 0), slot(second, 1)), "a refusal and a reader change nothing");
        try (Pool pool = Pools.open(directory)) {
            List<Finding> findings = pool.recovery().allFindings();
            assertEquals(List.of(Finding.Kind.HEADER_COPY), findings.stream().map(Finding::kind).toList());
            assertEquals(second.toString(), findings.getFirst().extent());
            assertFalse(pool.recovery().hasLoss());
            assertEquals(3, Pools.entries(pool.log("x")).size());
        }
        assertMended(directory);
    }

    @Test
    void aCopyThatIsAnotherExtentsIsWrittenAnew() throws IOException {
        Path directory = pool();
        List<Path> extents = Damage.extents(directory);
        Damage.write(extents.get(1), 0, slot(extents.get(0), 0));
        try (Pool pool = Pools.open(directory)) {
            assertEquals(Finding.Kind.HEADER_COPY, pool.recovery().allFindings().getFirst().kind());
        }
        assertMended(directory);
    }

    @Test
    void aCopyThatACrashLeftBehindIsBroughtUpWithoutAWord() throws IOException {
        Path directory = scratch.path("pool");
        byte[] before;
        Path first;
        try (Pool pool = Pools.open(directory)) {
            first = Damage.extents(directory).getFirst();
            before = slot(first, 0);
            for (int i = 0; i < 3; i++) {
                pool.log("x").append(Pools.payload(i, Pools.MAX_PAYLOAD_BYTES));
            }
        }
        // The copy that is written second: that of the generation before stays.
        int generation = slot(first, 0)[40] & 1;
        Damage.write(first, (1 - generation) * SLOT_BYTES, before);
        try (Pool pool = Pools.open(directory)) {
            assertTrue(pool.recovery().isClean(), pool.recovery()::toString);
        }
        assertMended(directory);
    }

    @Test
    void aFreeExtentsCopyIsMendedToo() throws IOException {
        Path directory = pool();
        try (Pool pool = Pools.open(directory)) {
            pool.log("x").trim(pool.log("x").persistedPosition());
        }
        Path free = Damage.extents(directory).getFirst();
        Damage.flip(free, 20, 1);
        try (Pool pool = Pools.open(directory)) {
            assertEquals(Finding.Kind.HEADER_COPY, pool.recovery().allFindings().getFirst().kind());
        }
        assertArrayEquals(slot(free, 0), slot(free, 1));
    }

    @Test
    @SuppressWarnings("try") // The pool is opened for what that stores.
    void aCrashWhileACopyIsMendedLosesNothing() throws IOException {
        SplittableRandom random = SEED.random("images");
        for (int slot = 0; slot < 2; slot++) {
            Path directory = pool();
            Damage.flip(Damage.extents(directory).get(1), (long) slot * SLOT_BYTES + 100, 4);
            PowerRecorder recorder = new PowerRecorder(directory, () -> { });
            AtomicInteger ticks = new AtomicInteger();
            try (Pool pool = Pool.open(directory, Pools.small().withPersister(recorder.over(persister -> persister)))) {
                assertFalse(pool.recovery().isClean(), "the damage was not found");
                ticks.set((int) recorder.tick());
                assertTrue(ticks.get() > 1, "nothing was stored");
            }
            for (int tick = 1; tick <= ticks.get(); tick++) {
                for (int i = 0; i < 5; i++) {
                    Path image = scratch.path("image");
                    recorder.writeImage(tick, random, image);
                    try (Pool pool = Pools.open(image)) {
                        assertEquals(3, Pools.entries(pool.log("x")).size());
                    }
                    assertMended(image);
                }
            }
        }
    }
}
