// SPDX-License-Identifier: Apache-2.0
package org.selkie.extent;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.selkie.fault.ExtentBusyException;
import org.selkie.fault.SealBrokenException;
import org.selkie.fault.SealUnavailableException;
import org.selkie.os.ChildJvm;
import org.selkie.os.Command;
import org.selkie.os.FileHandle;
import org.selkie.os.KernelAbi;
import org.selkie.os.Lease;
import org.selkie.os.LockTable;
import org.selkie.persist.Durability;
import org.selkie.seal.SealEvent;
import org.selkie.seal.SealState;
import org.selkie.seal.SealTier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * The seal that can be broken on purpose: the one who wants the file waits, the holder is told, and neither is lost.
 */
@Timeout(120)
final class LeasedExtentTest {
    private static final long LENGTH = 1 << 20;
    private static final ExtentOptions EMULATED =
            ExtentOptions.ofLength(LENGTH).withRequiredDurability(Durability.PROCESS_CRASH);
    private static final ExtentOptions LEASED = EMULATED.withSealTier(SealTier.LEASE);

    @TempDir(factory = MappableDirectory.class)
    private Path temporary;

    private final BlockingQueue<SealEvent> events = new LinkedBlockingQueue<>();
    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = temporary.resolve("extent");
    }

    /** Overwrites a file with 4096 bytes. It waits for a lease, where truncate(1) asks not to and gives up at once. */
    private static Process wants(Path file) {
        return Command.start("dd", "if=/dev/zero", "of=" + file, "bs=4096", "count=1");
    }

    private SealEvent nextEvent() throws InterruptedException {
        SealEvent event = events.poll(60, TimeUnit.SECONDS);
        if (event == null) {
            throw new AssertionError("no event came");
        }
        return event;
    }

    @Test
    void aBreakIsSeenTheHolderClosesAndTheOneWhoWaitedGoesOn() throws Exception {
        Extent extent = Extent.create(file, LEASED.withBreakListener(events::add));
        Process breaker = wants(file);
        try {
            SealEvent breaking = nextEvent();
            SealState.Breaking state = assertInstanceOf(SealState.Breaking.class, breaking.after());
            assertEquals(new SealState.Held(), breaking.before());
            assertTrue(state.deadline().isAfter(Instant.now()), state::toString);
            assertTrue(state.deadline().isBefore(Instant.now().plus(Lease.breakTime())), state::toString);

            // New writers are refused; what was begun may still be drained and persisted.
            assertThrows(SealBrokenException.class, extent.seal()::requireWritable);
            extent.persister().persist(extent.address(), 4096);
            assertTrue(breaker.isAlive(), "the kernel makes it wait");
            assertEquals(LENGTH, FileHandle.statusOf(file).sizeBytes());

            extent.close();
            assertTrue(breaker.waitFor(30, TimeUnit.SECONDS));
            assertEquals(0, breaker.exitValue());
            assertEquals(new SealState.Released(), nextEvent().after());
            assertEquals(4096, FileHandle.statusOf(file).sizeBytes());
        } finally {
            breaker.destroyForcibly();
            extent.close();
        }
    }

    @Test
    void aListenerThatClosesTheExtentLetsTheOtherOneOn() throws Exception {
        Extent[] extent = new Extent[1];
        extent[0] = Extent.create(file, LEASED.withBreakListener(event -> {
            events.add(event);
            if (event.after() instanceof SealState.Breaking) {
                extent[0].close();
            }
        }));
        long started = System.nanoTime();
        Process breaker = wants(file);
        assertTrue(breaker.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, breaker.exitValue());
        assertTrue(System.nanoTime() - started < TimeUnit.SECONDS.toNanos(30), "it waited for more than the holder");
        assertInstanceOf(SealState.Breaking.class, nextEvent().after());
        assertEquals(new SealState.Released(), nextEvent().after());
    }

    @Test
    void aHolderThatDoesNotLetGoIsRevokedBeforeTheFileChanges() throws Exception {
        ExtentOptions impatient =
                LEASED.withBreakListener(events::add).withLongestGrace(Duration.ofMillis(300));
        try (Extent extent = Extent.create(file, impatient)) {
            Process breaker = wants(file);
            try {
                assertInstanceOf(SealState.Breaking.class, nextEvent().after());
                SealEvent revoked = nextEvent();
                assertInstanceOf(SealState.Revoked.class, revoked.after());
                assertTrue(breaker.waitFor(30, TimeUnit.SECONDS));
                assertEquals(0, breaker.exitValue());
                assertEquals(4096, FileHandle.statusOf(file).sizeBytes());

                assertThrows(SealBrokenException.class, extent::segment);
                assertThrows(SealBrokenException.class, extent::address);
                assertThrows(SealBrokenException.class, extent::persister);
                SealBrokenException e = assertThrows(SealBrokenException.class, extent::verify);
                assertTrue(e.getMessage().contains("beyond the deadline"), e.getMessage());
            } finally {
                breaker.destroyForcibly();
            }
        }
    }

    @Test
    @Tag("slow")
    void theKernelsOwnDeadlineIsKeptWithAMargin() throws Exception {
        assumeTrue(
                Boolean.getBoolean("selkie.slow"),
                () -> "skipped: it lasts as long as /proc/sys/fs/lease-break-time, " + Lease.breakTime()
                        + "; run with -Dselkie.slow=true");
        try (Extent extent = Extent.create(file, LEASED.withBreakListener(events::add))) {
            Instant began = Instant.now();
            Process breaker = wants(file);
            try {
                SealState.Breaking breaking = assertInstanceOf(SealState.Breaking.class, nextEvent().after());
                assertInstanceOf(SealState.Revoked.class, nextEvent().after());
                Duration took = Duration.between(began, Instant.now());
                assertTrue(took.compareTo(Lease.breakTime()) < 0, took::toString);
                assertTrue(!Instant.now().isBefore(breaking.deadline()));
                assertTrue(breaker.waitFor(30, TimeUnit.SECONDS));
            } finally {
                breaker.destroyForcibly();
            }
            assertThrows(SealBrokenException.class, extent::address);
        }
    }

    @Test
    void anotherProcessIsRefusedWithoutBreakingTheLease() {
        try (ChildJvm holder = ChildJvm.start(HoldsALease.class, file.toString()).expect("held")) {
            for (boolean readOnly : new boolean[] {false, true}) {
                ExtentBusyException e = assertThrows(
                        ExtentBusyException.class,
                        () -> Extent.open(file, EMULATED.withReadOnly(readOnly)).close());
                assertTrue(
                        e.getMessage().startsWith("process " + holder.pid() + " holds a lease on " + file),
                        e.getMessage());
            }
            List<LockTable.Entry> locks = LockTable.of(FileHandle.statusOf(file).identity());
            assertTrue(locks.stream().anyMatch(lock -> lock.isLease() && lock.exclusive()), locks::toString);
        }
    }

    @Test
    void theDeathOfTheHolderFreesLockAndLease() {
        try (ChildJvm holder = ChildJvm.start(HoldsALease.class, file.toString()).expect("held")) {
            holder.kill();
            try (Extent extent = Extent.open(file, LEASED)) {
                extent.verify();
                assertEquals(SealTier.LEASE, extent.seal().tier());
            }
        }
    }

    @Test
    void aFileThatSomebodyElseHasOpenGetsNoLease() {
        Extent.create(file, EMULATED).close();
        try (FileHandle other = FileHandle.open(file, KernelAbi.O_RDONLY)) {
            SealUnavailableException e = assertThrows(
                    SealUnavailableException.class, () -> Extent.open(file, LEASED).close());
            assertTrue(e.getMessage().contains("= EAGAIN; somebody else has the file open"), e.getMessage());
            assertTrue(other.fd() >= 0);
        }
    }

    @Test
    void manyLeasesAreWatchedByOneThread() throws Exception {
        Extent one = Extent.create(temporary.resolve("one"), LEASED.withBreakListener(events::add));
        Extent two = Extent.create(temporary.resolve("two"), LEASED.withBreakListener(events::add));
        try (one; two) {
            long watchers = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().equals("selkie-lease-watch"))
                    .count();
            assertEquals(1, watchers);
            Process breaker = wants(temporary.resolve("two"));
            assertEquals(temporary.resolve("two").toString(), nextEvent().extent());
            assertEquals(new SealState.Held(), one.seal().state());
            two.seal().release();
            assertTrue(breaker.waitFor(30, TimeUnit.SECONDS));
            assertThrows(SealBrokenException.class, two::address);
        }
    }

    /** Holds an extent under a lease until it is killed. */
    static final class HoldsALease {
        private HoldsALease() {}

        public static void main(String[] arguments) throws InterruptedException {
            try (Extent extent = Extent.create(Path.of(arguments[0]), LEASED)) {
                extent.verify();
                System.out.println("held");
                Thread.sleep(Duration.ofMinutes(5));
            }
        }
    }
}
