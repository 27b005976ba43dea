// SPDX-License-Identifier: Apache-2.0
package org.selkie.vm;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.log.Log;
import org.selkie.persist.Durability;
import org.selkie.persist.Granularity;
import org.selkie.persist.Persister;

/**
 * Counts, in the guest, what appending costs on each medium: calls that end with a fence, flushes, page faults. Arguments:
 * {@code NAME=PATH} for each medium, {@code NAME=PATH=memory} for one that forgets. Times are those of a processor in software
 * and are not printed.
 */
public final class GuestBench {

    private static final int APPENDS = 10_000;
    private static final int PAYLOAD_BYTES = 256;
    private static final long EXTENT_BYTES = 32L << 20;

    private GuestBench() {
    }

    public static void main(String[] arguments) throws IOException {
        System.out.println("bench: emulation: a processor and NVDIMMs in software; counts hold, no time is given");
        for (String argument : arguments) {
            String[] parts = argument.split("=", -1);
            run(parts[0], Path.of(parts[1]), parts.length > 2 ? Durability.PROCESS_CRASH : Durability.POWER_FAILURE);
        }
    }

    private static void run(String name, Path path, Durability durability) throws IOException {
        Counts counts = new Counts();
        PoolOptions options = PoolOptions.defaults().withDurability(durability).withExtentBytes(EXTENT_BYTES)
                .withPersister(persister -> new Counting(persister, counts));
        try (Pool pool = Pool.open(path, options)) {
            Log log = pool.log("bench");
            byte[] payload = new byte[PAYLOAD_BYTES];
            // What is loaded and made at the first appends is no part of the path.
            for (int i = 0; i < APPENDS; i++) {
                log.append(payload);
            }
            counts.reset();
            long faults = faults();
            for (int i = 0; i < APPENDS; i++) {
                log.append(payload);
            }
            faults = faults() - faults;
            System.out.printf(Locale.ROOT, "bench: %s by %s: %d appends of %d bytes: %d stores that end with a fence, %d flushes,"
                    + " %d bare fences, %d minor faults of the thread%n", name, pool.report().granularity(), APPENDS,
                    PAYLOAD_BYTES, counts.stores.sum(), counts.flushes.sum(), counts.fences.sum(), faults);
        }
    }

    /** The minor faults of this thread so far. */
    private static long faults() throws IOException {
        try (InputStream file = Files.newInputStream(Path.of("/proc/thread-self/stat"))) {
            String stat = new String(file.readAllBytes(), StandardCharsets.US_ASCII);
            return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[7]);
        }
    }

    private static final class Counts {
        private final LongAdder stores = new LongAdder();
        private final LongAdder flushes = new LongAdder();
        private final LongAdder fences = new LongAdder();

        void reset() {
            stores.reset();
            flushes.reset();
            fences.reset();
        }
    }

    private record Counting(Persister to, Counts counts) implements Persister {

        @Override
        public Granularity granularity() {
            return to.granularity();
        }

        @Override
        public void flush(long address, long lengthBytes) {
            counts.flushes.increment();
            to.flush(address, lengthBytes);
        }

        @Override
        public void fence() {
            counts.fences.increment();
            to.fence();
        }

        @Override
        public long append(long at, MemorySegment payload, long lengthBytes, long position, long stamp) {
            counts.stores.increment();
            return to.append(at, payload, lengthBytes, position, stamp);
        }

        @Override
        public long append(long at, byte[] payload, int offset, long lengthBytes, long position, long stamp) {
            counts.stores.increment();
            return to.append(at, payload, offset, lengthBytes, position, stamp);
        }

        @Override
        public long appendLong(long at, MemorySegment payload, long lengthBytes, long position, long stamp) {
            counts.stores.increment();
            return to.appendLong(at, payload, lengthBytes, position, stamp);
        }

        @Override
        public long batch(long at, MemorySegment staged, long lengthBytes, long position, long stamp) {
            counts.stores.increment();
            return to.batch(at, staged, lengthBytes, position, stamp);
        }

        @Override
        public void copy(long at, MemorySegment from, long lengthBytes) {
            counts.stores.increment();
            to.copy(at, from, lengthBytes);
        }
    }
}
