// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.testing.Pools;
import org.selkie.testing.Scratch;
import org.selkie.testing.Seed;

import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Power failures without hardware: at every store, any of the lines in flight are missing. {@code -Dselkie.crashes=N} says
 * how many steps the drawn histories have.
 */
final class LostLinesTest {

    private static final int STEPS = Integer.getInteger("selkie.crashes", 40);
    private static final int EXHAUSTIVE = 4096;

    @RegisterExtension
    static final Seed SEED = new Seed();

    @RegisterExtension
    final Scratch scratch = Scratch.any();

    @Test
    void everySubsetOfTheLinesOfTwoAppendsIsSurvivedInBothOrdersOfAcknowledgement() {
        for (int first = 0; first < 2; first++) {
            CrashChecks checks = checks(EXHAUSTIVE, false, "two");
            try (CrashingLog log = new CrashingLog(scratch.path("pool"), 2, checks, SEED.random("two"))) {
                log.begin(0, List.of(Pools.payload(1, 100)));
                log.begin(1, List.of(Pools.payload(2, 36)));
                log.acknowledge(first);
                log.begin(first, List.of(Pools.payload(3, 90)));
                log.acknowledge(1 - first);
                log.acknowledge(first);
                log.requireNoFailure();
            }
        }
    }

    @Test
    void everySubsetOfTheLinesOfABatchIsSurvivedBetweenTwoRecordsInFlight() {
        CrashChecks checks = checks(EXHAUSTIVE, false, "batch");
        try (CrashingLog log = new CrashingLog(scratch.path("pool"), 3, checks, SEED.random("batch"))) {
            log.begin(0, List.of(Pools.payload(1, 10)));
            log.begin(1, List.of(Pools.payload(2, 20), Pools.payload(3, 60), Pools.payload(4, 0)));
            log.begin(2, List.of(Pools.payload(5, 30)));
            log.acknowledge(2);
            log.acknowledge(0);
            log.requireNoFailure();
        }
        System.out.println("LostLinesTest: " + checks.images() + " images around a batch");
    }

    @Test
    void linesAreLostInADrawnHistoryOfThreeThreadsWithRollOverTrimAndClose() {
        history(false);
    }

    @Test
    void wordsAreLostInADrawnHistoryOfThreeThreadsWithRollOverTrimAndClose() {
        history(true);
    }

    private void history(boolean words) {
        SplittableRandom random = SEED.random("history", words ? 1 : 0);
        CrashChecks checks = checks(6, words, "history");
        try (CrashingLog log = new CrashingLog(scratch.path("pool"), 3, checks, random)) {
            for (int step = 0; step < STEPS; step++) {
                int lane = random.nextInt(log.lanes());
                int kind = random.nextInt(20);
                if (log.isBusy(lane)) {
                    log.acknowledge(lane);
                } else if (kind == 0) {
                    log.reopen();
                } else if (kind < 4) {
                    log.trim();
                } else {
                    log.begin(lane, payloads(random));
                }
                log.requireNoFailure();
            }
        }
        assertTrue(checks.images() > STEPS, () -> "only " + checks.images() + " images");
        System.out.println("LostLinesTest: " + checks.images() + " images, " + checks.repairCrashes()
                + " crashes within a recovery");
    }

    private static List<byte[]> payloads(SplittableRandom random) {
        List<byte[]> payloads = new ArrayList<>();
        int members = random.nextInt(3) == 0 ? 2 + random.nextInt(4) : 1;
        for (int i = 0; i < members; i++) {
            // Long ones, so that extents fill up.
            int bytes = random.nextInt(3) == 0 ? random.nextInt(12_000) : random.nextInt(400);
            payloads.add(Pools.payload(random.nextLong(), bytes));
        }
        return payloads;
    }

    private CrashChecks checks(int mostImages, boolean words, String purpose) {
        return new CrashChecks(scratch.path("crashed"), mostImages, words, SEED.random(purpose, 99));
    }
}
