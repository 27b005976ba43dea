// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.selkie.bench.contender.Emulation;
import org.selkie.bench.contender.Place;
import org.selkie.bench.kv.CeilingKvEngine;
import org.selkie.bench.kv.KvContender;
import org.selkie.bench.kv.KvEngine;
import org.selkie.bench.kv.KvWork;
import org.selkie.bench.kv.SelkieKvEngine;
import org.selkie.bench.kv.Values;
import org.selkie.extent.PathProbe;
import org.selkie.persist.Durability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Contests of stores that are real and short. What comes back from Selkie's is checked against a model; times never are. */
class KvContestTest {

    /** So many rounds that what is inserted is taken back several times. */
    private static final Budget MANY_ROUNDS = new Budget(60, 2_000_000, 0, 2_000_000, 60);
    private static final Budget SHORT = new Budget(5, 300_000, 0, 2_000_000, 60);
    private static final long KEYS = 3000;
    private static final int VALUE_BYTES = 100;

    /** In memory where there is some: the pages of many pools are made. */
    @TempDir(factory = InMemory.class)
    private Path directory;

    static final class InMemory implements TempDirFactory {
        @Override
        public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext extension) throws IOException {
            Path memory = Path.of("/dev/shm");
            return Files.isWritable(memory) ? Files.createTempDirectory(memory, "selkie-test")
                    : Files.createTempDirectory("selkie-test");
        }
    }

    private Place place() {
        return new Place(directory, Optional.empty(), Durability.PROCESS_CRASH, PathProbe.probe(directory, 0), Emulation.NONE);
    }

    /** Checks each answer of a store against a map, and at its end all that it holds. For one thread. */
    private static final class Modelled implements KvContender {
        private final KvContender store;
        private final TreeMap<Long, Long> model = new TreeMap<>();
        private final int[] answers;

        Modelled(KvContender store, int[] answers) {
            this.store = store;
            this.answers = answers;
        }

        @Override
        public void put(long key, byte[] value) throws Exception {
            store.put(key, value);
            model.put(key, Values.numberOf(value));
        }

        @Override
        public int get(long key, byte[] into) throws Exception {
            int lengthBytes = store.get(key, into);
            check(key, lengthBytes, into);
            return lengthBytes;
        }

        private void check(long key, int lengthBytes, byte[] value) {
            Long expected = model.get(key);
            Long found = lengthBytes < 0 ? null : (Long) Values.numberOf(value);
            assertEquals(expected, found, "the value of key " + key);
            answers[0]++;
        }

        @Override
        public void delete(long key) throws Exception {
            store.delete(key);
            model.remove(key);
        }

        @Override
        public int scan(long from, int count, byte[] into) throws Exception {
            int found = store.scan(from, count, into);
            List<Map.Entry<Long, Long>> expected = model.tailMap(from).entrySet().stream().limit(count).toList();
            assertEquals(expected.size(), found, "entries from key " + from);
            if (found > 0) {
                assertEquals(expected.getLast().getKey(), Values.keyOf(into));
                assertEquals(expected.getLast().getValue(), Values.numberOf(into));
            }
            answers[0]++;
            return found;
        }

        @Override
        public boolean multiGet(long[] keys, byte[][] into, int[] lengths) throws Exception {
            boolean can = store.multiGet(keys, into, lengths);
            for (int i = 0; i < keys.length; i++) {
                check(keys[i], lengths[i], into[i]);
            }
            return can;
        }

        @Override
        public boolean can(int kind) {
            return store.can(kind);
        }

        @Override
        public boolean canMultiGet() {
            return store.canMultiGet();
        }

        @Override
        public void close() throws IOException {
            byte[] into = new byte[VALUE_BYTES];
            for (long key : model.keySet()) {
                try {
                    get(key, into);
                } catch (Exception e) {
                    throw new IOException(e);
                }
            }
            store.close();
        }
    }

    private static final class ModelledEngine implements KvEngine {
        private final KvEngine engine;
        private final int[] answers = new int[1];

        ModelledEngine(KvEngine engine) {
            this.engine = engine;
        }

        @Override
        public String name() {
            return engine.name();
        }

        @Override
        public String setting() {
            return engine.setting();
        }

        @Override
        public String survives(Place place) {
            return engine.survives(place);
        }

        @Override
        public KvContender open(Place place, Path own, long keys, int valueBytes) throws Exception {
            return new Modelled(engine.open(place, own, keys, valueBytes), answers);
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyAnswerInEveryWorkIsTheModels(KvWork work) throws Exception {
        List<ModelledEngine> engines = List.of(new ModelledEngine(new SelkieKvEngine(true)),
                new ModelledEngine(new SelkieKvEngine(false)));
        List<KvResult> rows;
        try (KvContest contest = new KvContest(place(), KEYS, VALUE_BYTES, SHORT, said -> { })) {
            for (KvEngine engine : engines) {
                contest.enter(engine);
            }
            rows = work.isFill() ? contest.fill(work, 1, Long.MAX_VALUE) : contest.hold(work, 1);
        }
        assertEquals(SHORT.rounds(), rows.getFirst().rounds());
        // Without an order there are no scans, and the row says so.
        assertEquals(work == KvWork.YCSB_E ? 0 : SHORT.rounds(), rows.getLast().rounds());
        engines.forEach(engine -> assertTrue(engine.answers[0] >= KEYS, engine.answers[0] + " answers were checked"));
    }

    @ParameterizedTest
    @EnumSource
    void twoThreadsAndTheCeilingDoEveryWorkThatTheyCan(KvWork work) throws Exception {
        try (KvContest contest = new KvContest(place(), KEYS, VALUE_BYTES, SHORT, said -> { })) {
            for (KvEngine engine : List.of(new CeilingKvEngine(), new SelkieKvEngine(false), new SelkieKvEngine(true))) {
                contest.enter(engine);
            }
            List<KvResult> rows = work.isFill() ? contest.fill(work, 2, Long.MAX_VALUE) : contest.hold(work, 2);
            assertEquals(List.of("ceiling in C", "Selkie, store", "Selkie, ordered store"),
                    rows.stream().map(KvResult::title).toList());
            for (KvResult row : rows) {
                boolean can = work != KvWork.YCSB_E || row.setting().equals("ordered store");
                assertEquals(can, row.nanos() > 0, row.toString());
                assertEquals(can, row.rounds() > 0, row.toString());
            }
            assertEquals(work == KvWork.YCSB_E ? 2 : 0, contest.remarks().size(), contest.remarks().toString());
        }
    }

    @Test
    void aPutIsOneFenceAndAsManyLinesAsTheCeilingSaysAndAGetIsNone() throws Exception {
        try (KvContest contest = new KvContest(place(), KEYS, VALUE_BYTES, SHORT, said -> { })) {
            contest.enter(new CeilingKvEngine());
            contest.enter(new SelkieKvEngine(false));
            for (KvWork work : List.of(KvWork.OVERWRITE, KvWork.DELETE_RANDOM, KvWork.YCSB_A)) {
                List<KvResult> rows = contest.hold(work, 1);
                // The pool's own records, as that of an extent's beginning, are a few among thousands.
                assertEquals(rows.getFirst().costs().lines(), rows.getLast().costs().lines(), 0.1, work.words());
                assertEquals(rows.getFirst().costs().fences(), rows.getLast().costs().fences(), 0.05, work.words());
                assertEquals(0, rows.getLast().costs().flushes(), 0.05, work.words());
            }
            KvResult reads = contest.hold(KvWork.READ_RANDOM, 1).getLast();
            assertEquals(0, reads.costs().bytes(), 0.01);
            assertEquals(0, reads.costs().fences(), 0.01);
        }
    }

    @Test
    void theCeilingThatTakesPartTwiceDoesNotMissWhatItTookBackItself() throws Exception {
        try (KvContest contest = new KvContest(place(), KEYS, VALUE_BYTES, MANY_ROUNDS, said -> { }).withOneCeiling()) {
            contest.enter(new CeilingKvEngine());
            assertEquals(MANY_ROUNDS.rounds(), contest.hold(KvWork.YCSB_D, 2).getFirst().rounds());
        }
    }

    /** Answers each tenth time with the value that another key has. */
    private static final class Wrong implements KvEngine {

        @Override
        public String name() {
            return "Wrong";
        }

        @Override
        public String setting() {
            return "";
        }

        @Override
        public String survives(Place place) {
            return "nothing";
        }

        @Override
        public KvContender open(Place place, Path own, long keys, int valueBytes) {
            Map<Long, byte[]> values = new TreeMap<>();
            List<Long> asked = new ArrayList<>();
            return new KvContender() {
                @Override
                public void put(long key, byte[] value) {
                    values.put(key, value.clone());
                }

                @Override
                public int get(long key, byte[] into) {
                    asked.add(key);
                    long answered = asked.size() % 10 == 0 ? asked.getFirst() : key;
                    System.arraycopy(values.getOrDefault(answered, new byte[valueBytes]), 0, into, 0, into.length);
                    return into.length;
                }

                @Override
                public void delete(long key) {
                    values.remove(key);
                }

                @Override
                public int scan(long from, int count, byte[] into) {
                    return -1;
                }

                @Override
                public void close() {
                    values.clear();
                }
            };
        }
    }

    @Test
    void aStoreThatAnswersWithAnotherKeysValueLeavesTheContest() throws Exception {
        try (KvContest contest = new KvContest(place(), KEYS, VALUE_BYTES, SHORT, said -> { })) {
            contest.enter(new SelkieKvEngine(false));
            contest.enter(new Wrong());
            List<KvResult> rows = contest.hold(KvWork.YCSB_C, 1);
            assertTrue(Double.isNaN(rows.getLast().nanos()));
            assertTrue(rows.getFirst().nanos() > 0);
            assertTrue(contest.remarks().getFirst().contains("Wrong: failed in YCSB C"), contest.remarks().toString());
        }
    }

    @Test
    void aValueThatCannotNameItsKeyIsRefused() {
        var refused = assertThrows(IllegalArgumentException.class, () -> new Values(8, 0));
        assertTrue(refused.getMessage().contains("16"));
    }
}
