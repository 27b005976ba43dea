// SPDX-License-Identifier: Apache-2.0
package org.selkie.seal;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.selkie.seal.SimulatedSeal.Crash;
import org.selkie.seal.SimulatedSeal.Disk;
import org.selkie.seal.SimulatedSeal.Sync;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Every state that crashes may leave of the immutable flag and its marker: before every step of taking the seal, giving it back
 * and recovering it the process is killed, or the power goes, in which case of what was not synced anything may be durable and
 * anything else not, the marker torn. From each such state it goes on the same way, until there is no new one.
 */
final class SealCrashStatesTest {

    private static final Path FILE = Path.of("extent");

    /** All states that are reached, from a file without a seal on, by a machine that leaves out a kind of sync. */
    private static final class Walk {

        private final Set<Sync> without;
        private final Set<Disk> known = new HashSet<>();
        private final Deque<Disk> open = new ArrayDeque<>();
        private int crashes;

        Walk(Set<Sync> without) {
            this.without = without;
        }

        void run() {
            reach(Disk.untouched());
            while (!open.isEmpty()) {
                Disk disk = open.remove();
                crashEverywhere(disk, SealCrashStatesTest::recover);
                Disk recovered = whole(disk, SealCrashStatesTest::recover);
                assertFalse(recovered.isImmutable(), () -> "recovery left the flag: " + disk + " became " + recovered);
                assertFalse(recovered.hasMarker(), () -> "recovery left the marker: " + disk + " became " + recovered);
                // Nothing of ours is left: a flag that an administrator sets from now on must not be taken for ours. Where
                // recovery found no marker it does nothing, and one whose removal was not synced may come back, without a flag.
                recovered.afterPowerFailures().forEach(left -> assertFalse(disk.hasMarker() && left.hasMarker()
                        || left.isImmutable(), () -> "after recovery of " + disk + " a loss of power leaves " + left));
                reach(recovered);
                crashEverywhere(recovered, SealCrashStatesTest::sealAndRelease);
                Disk released = whole(recovered, SealCrashStatesTest::sealAndRelease);
                released.afterPowerFailures().forEach(left -> assertFalse(left.hasMarker() || left.isImmutable(),
                        () -> "after a release a loss of power leaves " + left));
                reach(released);
            }
        }

        private void crashEverywhere(Disk disk, Consumer<SimulatedSeal> work) {
            boolean crashed = true;
            for (int steps = 0; crashed; steps++) {
                SimulatedSeal seal = new SimulatedSeal(disk, steps, without);
                crashed = crashes(seal, work);
                if (crashed) {
                    crashes++;
                    reach(seal.disk());
                    seal.disk().afterPowerFailures().forEach(this::reach);
                }
            }
        }

        private static boolean crashes(SimulatedSeal seal, Consumer<SimulatedSeal> work) {
            try {
                work.accept(seal);
                return false;
            } catch (Crash e) {
                return true;
            }
        }

        private Disk whole(Disk disk, Consumer<SimulatedSeal> work) {
            SimulatedSeal seal = new SimulatedSeal(disk, Integer.MAX_VALUE, without);
            work.accept(seal);
            return seal.disk();
        }

        private void reach(Disk disk) {
            for (Disk left : disk.afterPowerFailures()) {
                assertTrue(!left.isImmutable() || left.isNamed(), () -> "a flag without a marker that names it: " + left);
            }
            if (known.add(disk)) {
                open.add(disk);
            }
        }
    }

    /** What {@link SealMarker#recover(Path)} does with a file that is there and that nobody holds. */
    private static void recover(SimulatedSeal seal) {
        if (seal.disk().hasMarker()) {
            SealMarker.recover(seal, FILE);
        }
    }

    private static void sealAndRelease(SimulatedSeal seal) {
        SealMarker.set(seal);
        SealMarker.clear(seal);
    }

    @Test
    void noCrashLeavesAFlagWithoutAMarkerThatNamesItAndRecoveryClearsBothThoughItIsCrashedAsWell() {
        Walk walk = new Walk(EnumSet.noneOf(Sync.class));
        assertDoesNotThrow(walk::run);
        System.out.println("SealCrashStatesTest: " + walk.known.size() + " states, " + walk.crashes + " crash points");
        assertTrue(walk.known.size() > 10 && walk.crashes > 100, "too few of them");
    }

    @ParameterizedTest
    @EnumSource
    void withoutOneOfItsSyncsACrashIsFoundThatBreaksThePromise(Sync sync) {
        assertThrows(AssertionError.class, () -> new Walk(EnumSet.of(sync)).run());
    }

    @Test
    void aKilledHolderThatHadClearedTheFlagAndNotDurablyIsRecoveredDurably() {
        Disk sealed = new Walk(Set.of()).whole(Disk.untouched(), SealMarker::set);
        SimulatedSeal killed = new SimulatedSeal(sealed, 1, Set.of());
        assertThrows(Crash.class, () -> SealMarker.clear(killed));
        assertFalse(killed.disk().isImmutable());
        List<Disk> sealedStill = killed.disk().afterPowerFailures().stream().filter(Disk::isImmutable).toList();
        assertFalse(sealedStill.isEmpty(), "the flag's clearing was not durable");
        Disk recovered = new Walk(Set.of()).whole(killed.disk(), SealCrashStatesTest::recover);
        assertTrue(recovered.afterPowerFailures().stream().noneMatch(Disk::isImmutable), recovered.toString());
    }
}
