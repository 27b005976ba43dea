// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.kv;

import java.util.Arrays;
import java.util.stream.IntStream;

/** Simple work on a store: one operation on keys that are drawn evenly. */
public enum KvWork {
    GET,
    /** Sixteen keys with one call. */
    GET_16,
    PUT;

    private static final int SIXTEEN = 16;

    /** The work as one contest does it: each thread has a state of its own. */
    public interface Instance {

        /** So many operations by one of the threads. */
        void run(KvContender contender, int thread, int operations) throws Exception;

        /** Whether what {@link #run} has met so far can do it. */
        default boolean isPossible() {
            return true;
        }

        /** Operations come in multiples of this. */
        default int group() {
            return 1;
        }
    }

    /** Begins it for one contender; all get the same keys. */
    public Instance instance(long keys, int valueBytes, int threads) {
        Draw[] draws = IntStream.range(0, threads).mapToObj(thread -> new Draw(0x9e3779b97f4a7c15L + thread, keys))
                .toArray(Draw[]::new);
        byte[][] values = new byte[threads][valueBytes];
        for (byte[] value : values) {
            Arrays.fill(value, (byte) 42);
        }
        return switch (this) {
            case GET -> (contender, thread, operations) -> contender.gets(draws[thread], operations, values[thread]);
            case PUT -> (contender, thread, operations) -> contender.puts(draws[thread], operations, values[thread]);
            case GET_16 -> new Sixteen(draws, valueBytes, threads);
        };
    }

    private static final class Sixteen implements Instance {
        private final Draw[] draws;
        private final byte[][][] values;
        private volatile boolean possible = true;

        Sixteen(Draw[] draws, int valueBytes, int threads) {
            this.draws = draws;
            this.values = new byte[threads][SIXTEEN][valueBytes];
        }

        @Override
        public void run(KvContender contender, int thread, int operations) throws Exception {
            possible &= contender.multiGets(draws[thread], operations, values[thread]);
        }

        @Override
        public boolean isPossible() {
            return possible;
        }

        @Override
        public int group() {
            return SIXTEEN;
        }
    }
}
