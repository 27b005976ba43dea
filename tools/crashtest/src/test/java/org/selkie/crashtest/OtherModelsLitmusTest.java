// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.selkie.crashtest.model.PersistenceModel;
import org.selkie.crashtest.trace.RecordedRegion;
import org.selkie.crashtest.trace.TraceException;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What flush-on-fail, the page cache and a damaged medium may leave, case by case. */
final class OtherModelsLitmusTest {

    private static final PersistenceModel EADR = PersistenceModel.eadr();
    private static final PersistenceModel SECTORS = PersistenceModel.pageCache(512);
    private static final PersistenceModel PAGES = PersistenceModel.pageCache(4096);

    private final Litmus litmus = new Litmus();
    private final RecordedRegion region = litmus.region;

    private void left(PersistenceModel model, Set<String> expected, long... offsets) {
        assertEquals(new TreeSet<>(expected), litmus.atEnd(model, offsets));
    }

    @Test
    void flushOnFailKeepsAPrefixOfAllStores() {
        region.putLong(0, 1);
        region.putLong(64, 2);
        region.putLong(0, 3);
        left(EADR, Set.of("0 0", "1 0", "1 2", "3 2"), 0, 64);
    }

    @Test
    void flushOnFailNeedsAFenceAndNoFlush() {
        region.putLong(0, 1);
        region.fence();
        region.putLong(64, 2);
        left(EADR, Set.of("1 0", "1 2"), 0, 64);
    }

    @Test
    void flushOnFailKeepsWhatIsOlderThanAFencedStoreOfAnotherThread() {
        region.putLong(0, 1);
        Litmus.onAnotherThread(() -> {
            region.putLong(64, 2);
            region.fence();
        });
        left(EADR, Set.of("1 2"), 0, 64);
    }

    @Test
    void flushOnFailTakesWhoeverFlushesForSomebodyWhoHasSeen() {
        Litmus.onAnotherThread(() -> region.putLong(0, 1));
        region.fence();
        left(EADR, Set.of("0", "1"), 0);
        region.flush(0, 8);
        left(EADR, Set.of("0", "1"), 0);
        region.fence();
        left(EADR, Set.of("1"), 0);
    }

    @Test
    void flushOnFailMayTearACopyButNotReorderItWithOthers() {
        region.putLong(0, 1);
        region.put(64, new byte[] {2, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0});
        region.putLong(128, 4);
        left(EADR, Set.of("0 0 0 0", "1 0 0 0", "1 2 0 0", "1 0 3 0", "1 2 3 0", "1 2 3 4"), 0, 64, 72, 128);
    }

    @Test
    void flushOnFailMayLoseNonTemporalStoresUntilTheirFence() {
        region.putNonTemporal(0, new byte[] {1, 0, 0, 0, 0, 0, 0, 0});
        region.putLong(64, 2);
        left(EADR, Set.of("0 0", "1 0", "0 2", "1 2"), 0, 64);
        Litmus.onAnotherThread(region::fence);
        left(EADR, Set.of("0 0", "1 0", "0 2", "1 2"), 0, 64);
        region.fence();
        left(EADR, Set.of("1 2"), 0, 64);
    }

    @Test
    void flushOnFailLosesNoMoreThanAStoreBufferHolds() {
        for (int i = 1; i <= 1000; i++) {
            region.putLong(0, i);
        }
        assertEquals(129, litmus.atEnd(EADR, 0).size());
        assertEquals(1001, litmus.anywhere(EADR, CrashPoints.ORDERING, 0).size());
    }

    @Test
    void thePageCacheWritesSectorsInAnyOrder() {
        region.putLong(0, 1);
        region.putLong(8, 2);
        region.putLong(512, 3);
        left(SECTORS, Set.of("0 0 0", "1 0 0", "1 2 0", "0 0 3", "1 0 3", "1 2 3"), 0, 8, 512);
        left(PAGES, Set.of("0 0 0", "1 0 0", "1 2 0", "1 2 3"), 0, 8, 512);
    }

    @Test
    void aFenceDoesNothingToThePageCache() {
        region.putLong(0, 1);
        region.fence();
        left(SECTORS, Set.of("0", "1"), 0);
    }

    @Test
    void msyncMakesItsPagesDurable() {
        region.putLong(0, 1);
        region.putLong(4088, 2);
        region.putLong(4096, 3);
        region.flush(8, 8);
        left(SECTORS, Set.of("1 2 0", "1 2 3"), 0, 4088, 4096);
        left(PAGES, Set.of("1 2 0", "1 2 3"), 0, 4088, 4096);
    }

    @Test
    void aCopyIsCaughtHalfwayAtItsLines() {
        byte[] bytes = new byte[128];
        bytes[0] = 1;
        bytes[64] = 2;
        region.put(0, bytes);
        left(PAGES, Set.of("0 0", "1 0", "0 2", "1 2"), 0, 64);
    }

    @Test
    void aCopyWithinALineIsCaughtHalfwayAtItsWords() {
        region.put(0, new byte[] {1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0});
        region.putLong(16, 3);
        left(SECTORS, Set.of("0 0 0", "1 0 0", "0 2 0", "1 2 0", "1 2 3"), 0, 8, 16);
        left(PAGES, Set.of("0 0 0", "1 0 0", "0 2 0", "1 2 0", "1 2 3"), 0, 8, 16);
    }

    @Test
    void aStoreAcrossWordsIsCaughtHalfwayThoughItIsWithinALine() {
        region.putLong(4, -1);
        left(SECTORS, Set.of("0 0", "ffffffff00000000 0", "0 ffffffff", "ffffffff00000000 ffffffff"), 0, 8);
    }

    @Test
    void ofACopyOfAPageTheMomentsBetweenItsLinesAreLookedAtAndItIsSaidThatThereAreMore() {
        byte[] page = new byte[4096];
        Arrays.fill(page, (byte) 1);
        region.put(0, page);
        TreeSet<String> seen = new TreeSet<>();
        Report report = Exploration.of(litmus.recorder.trace()).model(PAGES)
                .explore(image -> seen.add(image.region().getLong(0) + " " + image.region().getLong(4088)));
        assertFalse(report.isComplete(), report::coverage);
        assertEquals(4, seen.size(), seen::toString);
    }

    @Test
    void aLineWithAMediaErrorCannotBeRead() {
        region.putLong(0, 1);
        region.putLong(64, 2);
        region.persist(0, 128);
        Set<Long> damaged = new TreeSet<>();
        Exploration.of(litmus.recorder.trace()).model(PersistenceModel.adr().withMediaError()).explore(image -> {
            for (long offset : new long[] {0, 64, 128}) {
                if (image.isDamaged("r", offset, 1)) {
                    assertTrue(image.isDamaged());
                    assertThrows(MediaErrorException.class, () -> image.region().getLong(offset));
                    assertThrows(MediaErrorException.class, () -> image.region().getLong(offset));
                    damaged.add(offset);
                } else {
                    assertFalse(image.region().getLong(offset) < 0);
                }
            }
        }).orThrow();
        assertEquals(Set.of(0L, 64L), damaged);
    }

    @Test
    void aMediaErrorComesWithEveryOtherChoice() {
        region.putLong(0, 1);
        region.putLong(8, 1);
        region.putLong(512, 1);
        for (PersistenceModel model : new PersistenceModel[] {PersistenceModel.adr(), EADR, SECTORS, PAGES}) {
            Report report = Exploration.of(litmus.recorder.trace()).model(model.withMediaError()).explore(image -> {
                byte[] bytes = image.bytes("r");
                assertEquals(image.isDamaged("r", 0, 1), bytes[0] == (byte) 0xAD || bytes[0] == (byte) 0xDB, () -> "" + bytes[0]);
            });
            report.orThrow();
            assertTrue(report.isComplete(), report::coverage);
        }
    }

    @Test
    void modelsAreFoundByTheirNames() {
        for (String name : new String[] {"adr", "eadr", "page-cache-512", "page-cache-4096", "adr+media-error"}) {
            assertEquals(name, PersistenceModel.named(name).name());
        }
        assertThrows(TraceException.class, () -> PersistenceModel.named("nvdimm"));
        assertThrows(TraceException.class, () -> PersistenceModel.pageCache(1024));
    }
}
