// SPDX-License-Identifier: Apache-2.0
package org.selkie;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.extent.Extent;
import org.selkie.extent.ExtentOptions;
import org.selkie.fault.MediumRefusedException;
import org.selkie.fault.SelkieException;
import org.selkie.log.RecoveryMode;
import org.selkie.os.Command;
import org.selkie.os.FileHandle;
import org.selkie.os.LockTable;
import org.selkie.persist.Durability;
import org.selkie.seal.SealTier;
import org.selkie.testing.Damage;
import org.selkie.testing.Pools;
import org.selkie.testing.Scratch;
import org.selkie.testing.WrappedPersister;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What fails half way leaves no file, no mapping, no lock and no lease, whichever step it was. */
final class HalfMadeTest {

    private static final int STORES = 4;

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    /** Fails at the n-th store, counted from 0. */
    private static PoolOptions failingAt(int store, PoolOptions options) {
        AtomicInteger stores = new AtomicInteger();
        return options.withPersister(persister -> new WrappedPersister(persister) {
            @Override
            protected void store(long to, long lengthBytes, Runnable stored) {
                if (stores.getAndIncrement() == store) {
                    throw new SelkieException("the store fails, as the test wants it");
                }
                stored.run();
            }
        });
    }

    private static void assertNothingOf(Path directory) throws IOException {
        assertFalse(Files.readString(Path.of("/proc/self/maps")).contains(directory.toString()), "something is mapped");
        String open = Command.run("sh", "-c", "ls -l /proc/" + ProcessHandle.current().pid() + "/fd").output();
        assertFalse(open.contains(directory.toString()), open);
    }

    @Test
    void aPoolWhoseFirstExtentFailsLeavesNothing() throws Exception {
        for (SealTier tier : List.of(SealTier.ADVISORY, SealTier.LEASE)) {
            for (int store = 0; store < 2; store++) {
                Path directory = scratch.path("pool");
                PoolOptions options = failingAt(store, Pools.small().withSealTier(tier));
                assertThrows(SelkieException.class, () -> Pool.open(directory, options));
                assertFalse(Files.exists(directory), "after store " + store);
                assertNothingOf(directory);
            }
        }
    }

    @Test
    void anExtentThatFailsWhileItIsMadeForALogLeavesThePoolAsItWas() throws Exception {
        for (SealTier tier : List.of(SealTier.ADVISORY, SealTier.LEASE)) {
            for (int store = 2; store < 2 + STORES; store++) {
                Path directory = scratch.path("pool");
                try (Pool pool = Pool.open(directory, failingAt(store, Pools.small().withSealTier(tier)))) {
                    // The first one takes the extent that is there, which fails or not; the others have one made.
                    for (String name : List.of("a", "b", "c")) {
                        try {
                            pool.log(name).append(new byte[1]);
                        } catch (SelkieException e) {
                            assertTrue(e.getMessage().contains("as the test wants it"), e.getMessage());
                        }
                    }
                }
                assertNothingOf(directory);
                for (Path file : Damage.extents(directory)) {
                    assertEquals(List.of(), LockTable.of(FileHandle.statusOf(file).identity()), file.toString());
                }
                try (Pool pool = Pools.open(directory)) {
                    assertFalse(pool.recovery().hasLoss(), pool.recovery()::toString);
                    for (String name : pool.logs()) {
                        assertTrue(Pools.entries(pool.log(name)).size() <= 1);
                    }
                }
            }
        }
    }

    @Test
    void anExtentWhoseSealIsRefusedAfterItWasMappedLeavesNothing() throws Exception {
        Path directory = Files.createDirectories(scratch.path("extents"));
        for (SealTier tier : List.of(SealTier.MEMFD, SealTier.DEVICE, SealTier.IMMUTABLE, SealTier.OBSERVED)) {
            ExtentOptions options = ExtentOptions.ofLength(1 << 20).withRequiredDurability(Durability.PROCESS_CRASH)
                    .withSealTier(tier);
            assertThrows(SelkieException.class, () -> Extent.create(directory.resolve("extent"), options).close());
            try (var left = Files.list(directory)) {
                assertEquals(List.of(), left.toList(), tier.toString());
            }
            assertNothingOf(directory);
        }
    }

    @Test
    void theRefusalOfAnExtentWithAHoleSaysThatSalvageOpensTheRest() {
        Path directory = scratch.path("pool");
        try (Pool pool = Pools.open(directory)) {
            pool.log("x").append(new byte[1]);
        }
        Path first = Damage.extents(directory).getFirst();
        Command.check("fallocate", "-p", "-o", "32768", "-l", "8192", first.toString());
        var refusal = assertThrows(MediumRefusedException.class, () -> Pools.open(directory));
        assertTrue(refusal.getMessage().contains("it is sparse"), refusal.getMessage());
        assertTrue(refusal.getMessage().contains("RecoveryMode.SALVAGE"), refusal.getMessage());
        try (Pool pool = Pool.open(directory, Pools.small().withRecoveryMode(RecoveryMode.SALVAGE))) {
            assertEquals(1, Pools.entries(pool.log("x")).size());
        }
    }
}
