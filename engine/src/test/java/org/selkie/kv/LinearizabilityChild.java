// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jspecify.annotations.Nullable;
import org.selkie.Pool;
import org.selkie.testing.Pools;

/**
 * Runs Lincheck's scenarios on a store, in a JVM of its own: Lincheck changes the classes of the JVM in which it runs. They run
 * in turn, each on keys of its own.
 */
public final class LinearizabilityChild {

    /** Said when Lincheck found no scenario that no order explains. */
    static final String LINEARIZABLE = "linearizable";
    /** Said with the first line of what it found. */
    static final String FOUND = "not linearizable:";

    private static final int ITERATIONS = Integer.getInteger("selkie.lincheck.iterations", 15);
    private static final int INVOCATIONS = Integer.getInteger("selkie.lincheck.invocations", 300);
    private static final int KEYS = 2;

    private static final AtomicLong SCENARIOS = new AtomicLong();
    private static @Nullable KvStore store;

    private LinearizabilityChild() {
    }

    /** What is checked. */
    enum Check {
        KEYS(OnKeys.class, MapOfOneThread.class),
        BATCHES(OnPairs.class, PairOfOneThread.class),
        CARELESS(Careless.class, MapOfOneThread.class);

        private final Class<?> concurrent;
        private final Class<?> sequential;

        Check(Class<?> concurrent, Class<?> sequential) {
            this.concurrent = concurrent;
            this.sequential = sequential;
        }
    }

    /** Opens a pool at a path and checks. */
    public static void main(String[] args) {
        Check check = Check.valueOf(args[1]);
        try (Pool pool = Pools.open(Path.of(args[0]))) {
            store = pool.store("store");
            new StressOptions().iterations(ITERATIONS).invocationsPerIteration(INVOCATIONS).threads(3).actorsPerThread(4)
                    .actorsBefore(2).actorsAfter(2).sequentialSpecification(check.sequential).check(check.concurrent);
            System.out.println(LINEARIZABLE + " in " + SCENARIOS + " runs of " + ITERATIONS + " scenarios");
        } catch (LincheckAssertionError e) {
            System.out.println(FOUND + " " + String.valueOf(e.getMessage()).strip());
        }
    }

    private static KvStore store() {
        KvStore opened = store;
        if (opened == null) {
            throw new IllegalStateException("no store is open");
        }
        return opened;
    }

    private static byte @Nullable [] bytes(int value) {
        return value == 0 ? null : value(value);
    }

    private static byte[] value(int value) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(value).array();
    }

    private static int number(byte @Nullable [] value) {
        return value == null ? 0 : ByteBuffer.wrap(value).getInt();
    }

    /** The operations of a store on a few keys that no other scenario has. Values are numbers, 0 is none. */
    @Param(name = "key", gen = IntGen.class, conf = "0:1")
    @Param(name = "value", gen = IntGen.class, conf = "1:3")
    public static class OnKeys {

        private final byte[][] keys = new byte[KEYS][];

        /** For Lincheck. */
        public OnKeys() {
            long scenario = SCENARIOS.incrementAndGet();
            for (int i = 0; i < KEYS; i++) {
                keys[i] = ByteBuffer.allocate(12).putLong(scenario).putInt(i).array();
            }
        }

        /** One of the scenario's keys. */
        protected byte[] key(int number) {
            return keys[number];
        }

        @Operation
        public int get(@Param(name = "key") int key) {
            return number(store().get(key(key)));
        }

        @Operation
        public boolean exists(@Param(name = "key") int key) {
            return store().exists(key(key));
        }

        @Operation
        public void put(@Param(name = "key") int key, @Param(name = "value") int value) {
            store().put(key(key), value(value));
        }

        @Operation
        public boolean delete(@Param(name = "key") int key) {
            return store().delete(key(key));
        }

        @Operation
        public int putIfAbsent(@Param(name = "key") int key, @Param(name = "value") int value) {
            return number(store().putIfAbsent(key(key), value(value)));
        }

        @Operation
        public int replace(@Param(name = "key") int key, @Param(name = "value") int value) {
            return number(store().replace(key(key), value(value)));
        }

        @Operation
        public int getAndPut(@Param(name = "key") int key, @Param(name = "value") int value) {
            return number(store().getAndPut(key(key), value(value)));
        }

        @Operation
        public boolean compareAndSet(@Param(name = "key") int key, @Param(name = "value") int expected,
                @Param(name = "value") int value) {
            // Half of them with none on one side.
            return store().compareAndSet(key(key), bytes(expected - 1), bytes(value));
        }

        @Operation
        public int increment(@Param(name = "key") int key) {
            return number(store().compute(key(key), before -> value(number(before) + 1)));
        }
    }

    /** What it must look like. */
    public static class MapOfOneThread {

        private final int[] values = new int[KEYS];

        public int get(int key) {
            return values[key];
        }

        public boolean exists(int key) {
            return values[key] != 0;
        }

        public void put(int key, int value) {
            values[key] = value;
        }

        public boolean delete(int key) {
            boolean existed = values[key] != 0;
            values[key] = 0;
            return existed;
        }

        public int putIfAbsent(int key, int value) {
            int before = values[key];
            values[key] = before == 0 ? value : before;
            return before;
        }

        public int replace(int key, int value) {
            int before = values[key];
            values[key] = before == 0 ? 0 : value;
            return before;
        }

        public int getAndPut(int key, int value) {
            int before = values[key];
            values[key] = value;
            return before;
        }

        public boolean compareAndSet(int key, int expected, int value) {
            if (values[key] != expected - 1) {
                return false;
            }
            values[key] = value;
            return true;
        }

        public int increment(int key) {
            return ++values[key];
        }
    }

    /** As somebody would write it who trusts to luck: between looking and writing others come. */
    public static final class Careless extends OnKeys {

        @Override
        @Operation
        public int increment(@Param(name = "key") int key) {
            int now = number(store().get(key(key))) + 1;
            Thread.yield();
            store().put(key(key), value(now));
            return now;
        }
    }

    /** Two keys that are only changed together. */
    @Param(name = "value", gen = IntGen.class, conf = "1:9")
    public static class OnPairs extends OnPairKeys {

        @Operation
        public void putBoth(@Param(name = "value") int value) {
            store().batch().put(key(0), value(value)).put(key(1), value(value)).commit();
        }

        @Operation
        public void deleteBoth() {
            store().batch().delete(key(0)).delete(key(1)).commit();
        }

        @Operation
        public String snapshot() {
            try (Snapshot snapshot = store().snapshot()) {
                return number(snapshot.get(key(0))) + "," + number(snapshot.get(key(1)));
            }
        }

        @Operation
        public int first() {
            return number(store().get(key(0)));
        }

        @Operation
        public int second() {
            return number(store().get(key(1)));
        }
    }

    /** Keys of a scenario, without operations. */
    abstract static class OnPairKeys {

        private final long scenario = SCENARIOS.incrementAndGet();

        byte[] key(int number) {
            return ByteBuffer.allocate(12).putLong(scenario).putInt(number).array();
        }
    }

    /** What it must look like. */
    public static class PairOfOneThread {

        private int value;

        public void putBoth(int value) {
            this.value = value;
        }

        public void deleteBoth() {
            value = 0;
        }

        public String snapshot() {
            return value + "," + value;
        }

        public int first() {
            return value;
        }

        public int second() {
            return value;
        }
    }
}
