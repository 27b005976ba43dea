// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.measure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import org.selkie.bench.kv.KvContender;
import org.selkie.bench.kv.KvWork;
import org.selkie.bench.kv.Trace;
import org.selkie.bench.kv.TraceSource;
import org.selkie.bench.kv.Values;

/** One store in one contest: its operations, its rounds, and what puts it back to how it was, which is not timed. */
final class KvRunner {

    private static final int FIRST_OPERATIONS = 64;
    private static final int MOST_OPERATIONS = 1 << 20;
    private static final double GROWTH_A_ROUND = 4;
    private static final int LOADED_AT_ONCE = 8192;

    final KvContest.Entrant entrant;
    final double[] nanos;
    final Histogram latency = new Histogram(3);
    private final KvContender contender;
    private final KvWork work;
    private final long keys;
    private final long room;
    private final TraceSource[] sources;
    private final Trace[] traces;
    private final Values[] values;
    private final Trace back = new Trace();
    /** All that work on the same store, in turn: what one of them takes back, all have lost. */
    private final List<KvRunner> onThisStore = new ArrayList<>(List.of(this));
    private int operations = FIRST_OPERATIONS;
    private long allocatedBytes;
    private long counted;
    private int rounds;

    /**
     * Prepares one; all that are given the same seed do the same operations.
     *
     * @param room how many keys may be inserted that the store was not filled with
     */
    KvRunner(KvContest.Entrant entrant, KvContest contest, KvWork work, int threads, long room, int mostRounds) {
        this.entrant = entrant;
        this.contender = entrant.contender();
        this.work = work;
        this.keys = contest.keys();
        this.room = room;
        this.nanos = new double[mostRounds];
        sources = IntStream.range(0, threads).mapToObj(thread -> new TraceSource(work, keys, thread, threads, contest.seed()))
                .toArray(TraceSource[]::new);
        traces = IntStream.range(0, threads).mapToObj(thread -> new Trace()).toArray(Trace[]::new);
        values = IntStream.range(0, threads).mapToObj(thread -> new Values(contest.valueBytes(), (long) thread << Integer.SIZE))
                .toArray(Values[]::new);
    }

    /** Has this one and another share a store. */
    void shareWith(KvRunner other) {
        onThisStore.add(other);
        other.onThisStore.add(this);
    }

    /** Puts all keys that a store is filled with. */
    static void load(KvContender contender, long keys, int valueBytes) throws Exception {
        Values values = new Values(valueBytes, 0);
        Trace trace = new Trace();
        for (long from = 0; from < keys; from += LOADED_AT_ONCE) {
            TraceSource.fill(trace, from, Math.min(keys, from + LOADED_AT_ONCE));
            contender.load(trace, values);
        }
    }

    /** Runs until it is warm and a round takes as long as it should. */
    void warmUp(Crew crew, long enoughNanos, long roundNanos) throws Exception {
        for (long spent = 0; spent < enoughNanos;) {
            long took = Math.max(1, lap(crew).nanos());
            spent += took;
            double fitting = (double) roundNanos / took * operations;
            int most = (int) Math.min(MOST_OPERATIONS, GROWTH_A_ROUND * operations);
            operations = whole((int) Math.clamp(fitting, 1, most));
        }
    }

    private int whole(int number) {
        return Math.max(1, number / work.group()) * work.group();
    }

    /** Fixes how many operations a round has. */
    void operations(int number) {
        operations = whole(number);
    }

    void round(Crew crew) throws Exception {
        Crew.Lap lap = lap(crew);
        nanos[rounds++] = lap.nanos() / (double) operations;
        allocatedBytes += lap.allocatedBytes();
        counted += (long) operations * traces.length;
    }

    int rounds() {
        return rounds;
    }

    double[] nanos() {
        return Arrays.copyOf(nanos, rounds);
    }

    double allocatedBytesEach() {
        return counted == 0 ? Double.NaN : allocatedBytes / (double) counted;
    }

    private Crew.Lap lap(Crew crew) throws Exception {
        draw(operations);
        Crew.Lap lap = crew.run(thread -> {
            if (work.group() > 1) {
                contender.runGroups(traces[thread], 0, operations, values[thread]);
            } else {
                contender.run(traces[thread], 0, operations, values[thread]);
            }
        });
        settle();
        return lap;
    }

    /** Times single calls, at most so many a thread and no longer than about as long as the rounds took. */
    void time(Crew crew, int most, long budgetNanos) throws Exception {
        int calls = operations / work.group();
        double[] sorted = nanos();
        Arrays.sort(sorted);
        int wanted = (int) Math.clamp(budgetNanos / (Ratio.middle(sorted) * work.group()), 1, most);
        for (int done = 0; done < wanted;) {
            // A round's worth at a time, so that what was deleted or inserted is put back.
            int piece = Math.min(calls, wanted - done);
            draw(piece * work.group());
            long[][] each = new long[traces.length][piece];
            crew.run(thread -> contender.time(work, traces[thread], values[thread], each[thread]));
            for (long[] times : each) {
                for (long value : times) {
                    latency.recordValue(Math.max(0, value));
                }
            }
            settle();
            done += piece;
        }
    }

    private void draw(int number) {
        for (int thread = 0; thread < traces.length; thread++) {
            sources[thread].next(traces[thread], number);
        }
    }

    private void settle() throws Exception {
        if (work.percent(Trace.DELETE) > 0) {
            for (Trace trace : traces) {
                putBack(trace);
            }
        }
        if (!work.isFill() && inserted() > room / 2) {
            takeBack();
        }
        if (contender.isFull()) {
            contender.clear();
            load(contender, keys, values[0].read().length);
            for (KvRunner runner : onThisStore) {
                for (TraceSource source : runner.sources) {
                    source.takeBack(back);
                }
            }
        }
    }

    private void putBack(Trace deleted) throws Exception {
        back.clear(deleted.count());
        for (int i = 0; i < deleted.count(); i++) {
            back.add(Trace.INSERT, 0, Trace.key(deleted.at(i)));
        }
        contender.load(back, values[0]);
    }

    private long inserted() {
        return Arrays.stream(sources).mapToLong(TraceSource::inserted).sum();
    }

    /** Deletes what was inserted, so that the store holds what it was filled with. */
    void takeBack() throws Exception {
        for (KvRunner runner : onThisStore) {
            for (TraceSource source : runner.sources) {
                source.takeBack(back);
                contender.run(back, 0, back.count(), values[0]);
            }
        }
    }
}
