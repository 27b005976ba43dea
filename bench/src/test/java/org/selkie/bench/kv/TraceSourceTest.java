// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.kv;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class TraceSourceTest {

    private static final long SEED = Long.getLong("selkie.seed", 20261125L);
    private static final long KEYS = 10_000;
    private static final int DRAWN = 200_000;
    private static final double SIGMAS = 5;

    private static Trace drawn(KvWork work, int thread, int threads) {
        Trace trace = new Trace();
        new TraceSource(work, KEYS, thread, threads, SEED).next(trace, DRAWN);
        return trace;
    }

    private static void assertShare(double share, long count, String what) {
        double sigma = Math.sqrt(DRAWN * share * (1 - share));
        assertEquals(DRAWN * share, count, SIGMAS * sigma + 1e-9, what + ", seed " + SEED);
    }

    @ParameterizedTest
    @EnumSource
    void operationsComeInTheSharesThatTheWorkHas(KvWork work) {
        Trace trace = drawn(work, 0, 1);
        long[] counts = new long[Trace.SCAN + 1];
        for (int i = 0; i < trace.count(); i++) {
            counts[Trace.kind(trace.at(i))]++;
        }
        for (int kind = 0; kind < counts.length; kind++) {
            assertShare(work.percent(kind) / 100.0, counts[kind], work + ", kind " + kind);
        }
    }

    @Test
    void theYcsbWorkloadsAreThoseOfItsPaper() {
        assertEquals(50, KvWork.YCSB_A.percent(Trace.READ));
        assertEquals(50, KvWork.YCSB_A.percent(Trace.UPDATE));
        assertEquals(95, KvWork.YCSB_B.percent(Trace.READ));
        assertEquals(5, KvWork.YCSB_B.percent(Trace.UPDATE));
        assertEquals(100, KvWork.YCSB_C.percent(Trace.READ));
        assertEquals(95, KvWork.YCSB_D.percent(Trace.READ));
        assertEquals(5, KvWork.YCSB_D.percent(Trace.INSERT));
        assertEquals(KeyChoice.LATEST, KvWork.YCSB_D.choice());
        assertEquals(95, KvWork.YCSB_E.percent(Trace.SCAN));
        assertEquals(5, KvWork.YCSB_E.percent(Trace.INSERT));
        assertEquals(50, KvWork.YCSB_F.percent(Trace.READ));
        assertEquals(50, KvWork.YCSB_F.percent(Trace.READ_MODIFY_WRITE));
    }

    @Test
    void scansAreOfEveryLengthFromOneToAHundredAlikeOften() {
        Trace trace = drawn(KvWork.YCSB_E, 0, 1);
        long[] counts = new long[1 << 12];
        long scans = 0;
        for (int i = 0; i < trace.count(); i++) {
            if (Trace.kind(trace.at(i)) == Trace.SCAN) {
                counts[Trace.scanLength(trace.at(i))]++;
                scans++;
            }
        }
        long within = 0;
        for (int length = 1; length <= KvWork.LONGEST_SCAN; length++) {
            within += counts[length];
            assertEquals(scans / 100.0, counts[length], SIGMAS * Math.sqrt(scans / 100.0), "length " + length + ", seed " + SEED);
        }
        assertEquals(scans, within);
    }

    @Test
    void theHottestKeyOfAZipfianWorkHasTheShareOfTheFirstRank() {
        Trace trace = drawn(KvWork.YCSB_C, 0, 1);
        Map<Long, Integer> counts = new HashMap<>();
        for (int i = 0; i < trace.count(); i++) {
            counts.merge(Trace.key(trace.at(i)), 1, Integer::sum);
        }
        int hottest = counts.values().stream().mapToInt(count -> count).max().orElseThrow();
        // Other ranks fall on the same key: a ten thousandth of all the rest.
        double share = 1 / TraceSource.SCRAMBLED_ZETA;
        assertShare(share + (1 - share) / KEYS, hottest, "the hottest key");
        assertTrue(counts.containsKey(TraceSource.keyOf(Math.abs(TraceSource.hash(0)) % KEYS)));
    }

    @Test
    void evenlyDrawnKeysAreDrawnEvenly() {
        Trace trace = drawn(KvWork.READ_RANDOM, 0, 1);
        Map<Long, Integer> counts = new HashMap<>();
        for (int i = 0; i < trace.count(); i++) {
            counts.merge(Trace.key(trace.at(i)), 1, Integer::sum);
        }
        double each = DRAWN / (double) KEYS;
        double chiSquare = counts.values().stream().mapToDouble(count -> (count - each) * (count - each) / each).sum()
                + (KEYS - counts.size()) * each;
        assertEquals(KEYS - 1, chiSquare, SIGMAS * Math.sqrt(2.0 * KEYS), "seed " + SEED);
    }

    @Test
    void theLatestKeyIsReadMostAndNoneThatIsNotThereYet() {
        int threads = 2;
        for (int thread = 0; thread < threads; thread++) {
            Trace trace = drawn(KvWork.YCSB_D, thread, threads);
            Set<Long> there = new HashSet<>();
            for (long number = 0; number < KEYS; number++) {
                there.add(TraceSource.keyOf(number));
            }
            long last = TraceSource.keyOf(KEYS - 1);
            long reads = 0;
            long ofTheLast = 0;
            for (int i = 0; i < trace.count(); i++) {
                long key = Trace.key(trace.at(i));
                if (Trace.kind(trace.at(i)) == Trace.INSERT) {
                    assertTrue(there.add(key), "key " + key + " is inserted twice, seed " + SEED);
                    last = key;
                } else {
                    assertTrue(there.contains(key), "key " + key + " is read before it is there, seed " + SEED);
                    reads++;
                    ofTheLast += key == last ? 1 : 0;
                }
            }
            // The number of keys doubles meanwhile: the share lies between that of the first and of the last number.
            double most = 1 / Zipfian.zeta(0, KEYS, 0);
            double least = 1 / Zipfian.zeta(0, KEYS + DRAWN / 20, 0);
            double sigma = SIGMAS * Math.sqrt(most / reads);
            double share = ofTheLast / (double) reads;
            assertTrue(share > least - sigma && share < most + sigma, share + ", seed " + SEED);
        }
    }

    @Test
    void whatWasInsertedCanBeTakenBackAndIsInsertedAgain() {
        TraceSource source = new TraceSource(KvWork.YCSB_D, KEYS, 1, 2, SEED);
        Trace trace = new Trace();
        source.next(trace, 10_000);
        Set<Long> inserted = insertedBy(trace);
        assertEquals(inserted.size(), source.inserted());
        Trace back = new Trace();
        source.takeBack(back);
        assertEquals(inserted, keysOf(back));
        assertEquals(0, source.inserted());
        source.next(trace, 10_000);
        Set<Long> again = insertedBy(trace);
        assertTrue(again.containsAll(inserted) || inserted.containsAll(again));
    }

    private static Set<Long> insertedBy(Trace trace) {
        Set<Long> keys = new HashSet<>();
        for (int i = 0; i < trace.count(); i++) {
            if (Trace.kind(trace.at(i)) == Trace.INSERT) {
                keys.add(Trace.key(trace.at(i)));
            }
        }
        return keys;
    }

    private static Set<Long> keysOf(Trace trace) {
        Set<Long> keys = new HashSet<>();
        for (int i = 0; i < trace.count(); i++) {
            keys.add(Trace.key(trace.at(i)));
        }
        return keys;
    }

    @Test
    void noTwoNumbersShareAKey() {
        int numbers = 1_000_000;
        Set<Long> keys = new HashSet<>();
        boolean ascending = true;
        for (long number = 0; number < numbers; number++) {
            long key = TraceSource.keyOf(number);
            assertTrue(key >= 0 && key < Trace.KEYS);
            ascending &= key > TraceSource.keyOf(number - 1);
            keys.add(key);
        }
        assertEquals(numbers, keys.size());
        assertFalse(ascending);
    }

    @Test
    void deletionsMeetEveryKeyOnceBeforeTheyMeetOneAgain() {
        Set<Long> deleted = new HashSet<>();
        for (int thread = 0; thread < 2; thread++) {
            Trace trace = new Trace();
            new TraceSource(KvWork.DELETE_RANDOM, KEYS, thread, 2, SEED).next(trace, (int) KEYS / 2);
            deleted.addAll(keysOf(trace));
        }
        assertEquals(KEYS, deleted.size());
    }

    @Test
    void aSeedGivesTheSameOperationsAndEachThreadOthers() {
        Trace one = drawn(KvWork.YCSB_A, 0, 2);
        Trace again = drawn(KvWork.YCSB_A, 0, 2);
        Trace other = drawn(KvWork.YCSB_A, 1, 2);
        int same = 0;
        for (int i = 0; i < DRAWN; i++) {
            assertEquals(one.at(i), again.at(i));
            same += one.at(i) == other.at(i) ? 1 : 0;
        }
        assertNotEquals(DRAWN, same);
    }

    @Test
    void aWorkIsFoundByTheNameThatOthersKnow() {
        assertEquals(KvWork.YCSB_A, KvWork.named("ycsb-a"));
        assertEquals(KvWork.YCSB_E, KvWork.named("YCSB E"));
        assertEquals(KvWork.FILL_SEQ, KvWork.named("fillseq"));
        var unknown = assertThrows(IllegalArgumentException.class, () -> KvWork.named("readwhilewriting"));
        assertTrue(unknown.getMessage().contains("readwhilewriting") && unknown.getMessage().contains("deleterandom"));
    }
}
