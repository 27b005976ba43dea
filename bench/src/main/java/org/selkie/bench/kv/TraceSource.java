// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.kv;

import java.util.SplittableRandom;

/**
 * The operations of one thread, one after the other; the same seed gives the same. Keys have numbers in the order in which they
 * were put, and lie scattered, as YCSB's hashed keys do; {@link KvWork#FILL_SEQ} alone puts them in order.
 *
 * <p>Each thread inserts numbers of its own, and what it reads as the latest is its own latest, before that the filled ones: it
 * never reads what another thread may not have put yet.
 */
public final class TraceSource {

    /** YCSB's ScrambledZipfianGenerator: ranks among so many, and their zeta; which key a rank stands for is hashed. */
    static final long SCRAMBLED_RANKS = 10_000_000_000L;
    static final double SCRAMBLED_ZETA = 26.46902820178302;

    private static final long FNV_OFFSET = 0xCBF29CE484222325L;
    private static final long FNV_PRIME = 1099511628211L;
    private static final int HUNDRED = 100;

    private final KvWork work;
    private final long keys;
    private final int thread;
    private final int threads;
    private final SplittableRandom random;
    private final Zipfian ranks;
    private long inserted;
    private long met;

    /**
     * Begins it.
     *
     * @param keys that the store was filled with; of a fill, how many there are to fill it with
     */
    public TraceSource(KvWork work, long keys, int thread, int threads, long seed) {
        this.work = work;
        this.keys = keys;
        this.thread = thread;
        this.threads = threads;
        random = new SplittableRandom(new SplittableRandom(seed + thread).nextLong());
        ranks = work.choice() == KeyChoice.LATEST ? new Zipfian(random, keys)
                : new Zipfian(random, SCRAMBLED_RANKS, SCRAMBLED_ZETA);
    }

    /** Makes a trace of the next so many. */
    public void next(Trace trace, int count) {
        trace.clear(count);
        for (int i = 0; i < count; i++) {
            add(trace);
        }
    }

    private void add(Trace trace) {
        int kind = work.kindOf(random.nextInt(HUNDRED));
        if (kind == Trace.INSERT) {
            trace.add(kind, 0, insertion());
        } else {
            int length = kind == Trace.SCAN ? 1 + random.nextInt(KvWork.LONGEST_SCAN) : 0;
            trace.add(kind, length, keyOf(kind == Trace.DELETE ? nextOfAll() : choose()));
        }
    }

    private long insertion() {
        return switch (work) {
            case FILL_SEQ -> inserted++ * threads + thread;
            case FILL_RANDOM -> keyOf(random.nextLong(keys));
            default -> keyOf(numberOfInsertion(inserted++));
        };
    }

    private long numberOfInsertion(long index) {
        return keys + index * threads + thread;
    }

    /** Each thread's share of all keys in turn, so that none is met again before all were; their order is that of nothing. */
    private long nextOfAll() {
        return (met++ * threads + thread) % keys;
    }

    /** The number of a key that is there. */
    private long choose() {
        return switch (work.choice()) {
            case UNIFORM -> random.nextLong(keys);
            case ZIPFIAN -> Math.abs(hash(ranks.next())) % keys;
            case LATEST -> latest();
        };
    }

    private long latest() {
        ranks.resize(keys + inserted);
        long back = ranks.next();
        return back < inserted ? numberOfInsertion(inserted - 1 - back) : keys - 1 - (back - inserted);
    }

    /** How many keys were inserted that the store was not filled with. */
    public long inserted() {
        return inserted;
    }

    /** Makes deletions of all that was inserted, after which it is as if nothing had been. */
    public void takeBack(Trace trace) {
        trace.clear(Math.toIntExact(inserted));
        for (long i = 0; i < inserted; i++) {
            trace.add(Trace.DELETE, 0, keyOf(numberOfInsertion(i)));
        }
        inserted = 0;
    }

    /** Makes insertions of the keys with which a store is filled, from one number to below another. */
    public static void fill(Trace trace, long from, long to) {
        trace.clear(Math.toIntExact(to - from));
        for (long number = from; number < to; number++) {
            trace.add(Trace.INSERT, 0, keyOf(number));
        }
    }

    /** Where a number's key lies among all: each somewhere else, and nothing of its order is left. */
    static long keyOf(long number) {
        // Multiplications by odd numbers and shifts by more than a half can be undone: no two numbers share a key.
        long key = (number * 0x9e3779b97f4bL) & (Trace.KEYS - 1);
        key ^= key >>> 25;
        key = (key * 0xbf58476d1ce5L) & (Trace.KEYS - 1);
        return key ^ (key >>> 27);
    }

    /** FNV-1a of the eight bytes, lowest first, as YCSB's Utils.fnvhash64 has it. */
    static long hash(long value) {
        long hash = FNV_OFFSET;
        for (int i = 0; i < Long.BYTES; i++) {
            hash = (hash ^ ((value >>> (Byte.SIZE * i)) & 0xff)) * FNV_PRIME;
        }
        return hash;
    }
}
