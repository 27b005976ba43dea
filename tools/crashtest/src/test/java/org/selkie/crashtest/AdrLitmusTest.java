// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.selkie.crashtest.model.PersistenceModel;
import org.selkie.crashtest.trace.RecordedRegion;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** What x86 with ADR may leave, case by case; each follows from the sources named at the model. */
final class AdrLitmusTest {

    private static final PersistenceModel ADR = PersistenceModel.adr();

    private final Litmus litmus = new Litmus();
    private final RecordedRegion region = litmus.region;

    private void left(Set<String> expected, long... offsets) {
        assertEquals(new TreeSet<>(expected), litmus.atEnd(ADR, offsets));
    }

    private static byte[] words(long... words) {
        ByteBuffer bytes = ByteBuffer.allocate(words.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (long word : words) {
            bytes.putLong(word);
        }
        return bytes.array();
    }

    @Test
    void aStoreMayBeLostOrNot() {
        region.putLong(0, 1);
        left(Set.of("0", "1"), 0);
    }

    @Test
    void storesToOneLinePersistInOrder() {
        region.putLong(0, 1);
        region.putLong(8, 2);
        left(Set.of("0 0", "1 0", "1 2"), 0, 8);
    }

    @Test
    void storesToTwoLinesPersistInAnyOrder() {
        region.putLong(0, 1);
        region.putLong(64, 2);
        left(Set.of("0 0", "1 0", "0 2", "1 2"), 0, 64);
    }

    @Test
    void aFlushAloneMakesNothingCertain() {
        region.putLong(0, 1);
        region.flush(0, 8);
        left(Set.of("0", "1"), 0);
    }

    @Test
    void aFenceAloneMakesNothingCertain() {
        region.putLong(0, 1);
        region.fence();
        left(Set.of("0", "1"), 0);
    }

    @Test
    void aFlushAndAFenceDo() {
        region.putLong(0, 1);
        region.persist(0, 8);
        left(Set.of("1"), 0);
    }

    @Test
    void aFlushBeforeTheStoreDoesNotCoverIt() {
        region.putLong(0, 1);
        region.flush(0, 8);
        region.putLong(0, 2);
        region.fence();
        left(Set.of("1", "2"), 0);
    }

    @Test
    void aFlushTakesTheWholeLineWithIt() {
        region.putLong(0, 1);
        region.putLong(56, 2);
        region.persist(0, 1);
        left(Set.of("1 2"), 0, 56);
    }

    @Test
    void aFlushOfNothingFlushesNothing() {
        region.putLong(0, 1);
        region.persist(0, 0);
        left(Set.of("0", "1"), 0);
    }

    @Test
    void aFlushOfARangeTakesEveryLineThatItTouches() {
        region.putLong(0, 1);
        region.putLong(64, 2);
        region.putLong(128, 3);
        region.persist(60, 8);
        left(Set.of("1 2 0", "1 2 3"), 0, 64, 128);
    }

    @Test
    void theFenceOfAnotherThreadDoesNotWaitForMyFlush() {
        region.putLong(0, 1);
        region.flush(0, 8);
        Litmus.onAnotherThread(region::fence);
        left(Set.of("0", "1"), 0);
    }

    @Test
    void myFlushAndFenceCoverTheStoreOfAnotherThread() {
        Litmus.onAnotherThread(() -> region.putLong(0, 1));
        region.persist(0, 8);
        left(Set.of("1"), 0);
    }

    @Test
    void aStoreThatCrossesTwoWordsMayBeTorn() {
        region.putLong(4, 0x2222222211111111L);
        left(Set.of("0 0", "1111111100000000 0", "0 22222222", "1111111100000000 22222222"), 0, 8);
    }

    @Test
    void aStoreThatCrossesTwoLinesMayBeTorn() {
        region.putLong(60, 0x2222222211111111L);
        left(Set.of("0 0", "1111111100000000 0", "0 22222222", "1111111100000000 22222222"), 56, 64);
    }

    @Test
    void partsOfOneWordPersistInOrder() {
        region.putInt(0, 0x11111111);
        region.putInt(4, 0x22222222);
        left(Set.of("0", "11111111", "2222222211111111"), 0);
    }

    @Test
    void theWordsOfACopyPersistInAnyOrder() {
        region.put(0, words(1, 2));
        left(Set.of("0 0", "1 0", "0 2", "1 2"), 0, 8);
    }

    @Test
    void whatFollowsACopyInItsLineComesAfterIt() {
        region.put(0, words(1, 2));
        region.putLong(16, 3);
        left(Set.of("0 0 0", "1 0 0", "0 2 0", "1 2 0", "1 2 3"), 0, 8, 16);
    }

    @Test
    void nonTemporalStoresPersistInAnyOrderAlsoWithWhatFollows() {
        region.putNonTemporal(0, words(1));
        region.putLong(8, 2);
        left(Set.of("0 0", "1 0", "0 2", "1 2"), 0, 8);
    }

    @Test
    void aFenceMakesNonTemporalStoresCertainWithoutAFlush() {
        region.putNonTemporal(0, words(1, 2));
        region.putLong(64, 3);
        region.fence();
        left(Set.of("1 2 0", "1 2 3"), 0, 8, 64);
    }

    @Test
    void theFenceOfAnotherThreadDoesNotWaitForMyNonTemporalStores() {
        region.putNonTemporal(0, words(1));
        Litmus.onAnotherThread(region::fence);
        left(Set.of("0", "1"), 0);
    }

    @Test
    void aFlushDoesNotMakeNonTemporalStoresOfAnotherThreadCertain() {
        Litmus.onAnotherThread(() -> region.putNonTemporal(0, words(1)));
        region.persist(0, 8);
        left(Set.of("0", "1"), 0);
    }

    @Test
    void twoNonTemporalStoresToOneWordKeepTheirOrder() {
        region.putNonTemporal(0, words(1));
        region.putNonTemporal(0, words(2));
        left(Set.of("0", "1", "2"), 0);
    }

    @Test
    void aPersistedStoreHidesAnOlderNonTemporalOne() {
        region.putNonTemporal(0, words(1));
        region.putLong(0, 2);
        Litmus.onAnotherThread(() -> region.persist(0, 8));
        left(Set.of("2"), 0);
    }

    @Test
    void aValueThatComesBackIsOneImage() {
        region.putLong(0, 1);
        region.putLong(0, 0);
        left(Set.of("0", "1"), 0);
    }

    @Test
    void crashesAtOrderingPointsShowEveryImageThatCrashesAtAnyEventShow() {
        region.putLong(0, 1);
        region.flush(0, 8);
        region.putLong(8, 2);
        region.putLong(64, 3);
        region.fence();
        region.putNonTemporal(128, words(4));
        region.flush(64, 8);
        region.fence();
        region.putLong(0, 5);
        long[] words = {0, 8, 64, 128};
        assertEquals(litmus.anywhere(ADR, CrashPoints.EVERY_EVENT, words),
                litmus.anywhere(ADR, CrashPoints.ORDERING, words));
    }

    @Test
    void thePublishedExampleOfAMessageAndItsFlagWithoutAFlushOfTheMessage() {
        // The flag is durable, the message need not be.
        region.putLong(0, 1);
        region.putLong(64, 1);
        region.persist(64, 8);
        left(Set.of("0 1", "1 1"), 0, 64);
    }
}
