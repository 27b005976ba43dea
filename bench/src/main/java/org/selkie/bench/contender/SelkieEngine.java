// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.contender;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.bench.LonelyArray;
import org.selkie.log.Batch;
import org.selkie.log.Claim;
import org.selkie.log.Log;
import org.selkie.log.LogOptions;
import org.selkie.persist.Granularity;

/** The engine's log, written in one of the ways that it has. */
public final class SelkieEngine implements LogEngine {

    public static final String NAME = "Selkie";

    /** How the log is written. */
    public enum Way {
        /** One thread, and the log was opened for it alone. */
        SINGLE_WRITER("single writer"),
        /** Any number of threads. */
        SHARED("shared log"),
        /** Any number of threads, each filling memory that it claimed. */
        CLAIM("claim and commit");

        private final String words;

        Way(String words) {
            this.words = words;
        }

        /** For a reader. */
        public String words() {
            return words;
        }
    }

    private final Way way;

    public SelkieEngine(Way way) {
        this.way = way;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String setting() {
        return way.words;
    }

    @Override
    public String survives(Place place) {
        return switch (place.durability()) {
            case POWER_FAILURE -> "loss of power";
            case PROCESS_CRASH -> place.survivesByInstructions();
        };
    }

    @Override
    public Optional<String> absence(Place place, Work work) {
        if (way == Way.SINGLE_WRITER && work.threads() > 1) {
            return Optional.of("opened for one thread");
        }
        return way == Way.CLAIM && work.batch() > 1 ? Optional.of("a claim is one record") : Optional.empty();
    }

    @Override
    public LogContender open(Place place, Path own, Work work) {
        return new Writing(place, own, work, way);
    }

    private static final class Writing implements LogContender {
        /** What the log goes round in, as much as the loop in C: four extents, recycled in turn. */
        private static final long EXTENT_BYTES = Ring.LENGTH_BYTES / 4;
        private static final int EXTENTS = 5;
        private static final int RECORDS_COUNTED_ON_A_DISK = 20;

        private final Pool pool;
        private final Log log;
        private final Way way;
        private final LonelyArray[] payloads;
        private final Batch[] batches;
        private final Work work;
        private final CountingPersister.Counts counts = new CountingPersister.Counts();
        private final Place place;
        private final Path own;

        Writing(Place place, Path own, Work work, Way way) {
            this.place = place;
            this.own = own;
            this.way = way;
            this.work = work;
            Path where = place.device().orElse(own);
            PoolOptions options = PoolOptions.defaults().withDurability(place.durability()).withExtentBytes(EXTENT_BYTES)
                    .withSpareExtents(EXTENTS - 1);
            if (place.device().isPresent()) {
                options = DeviceParts.forPool(where, options);
            }
            pool = Pool.open(where, place.emulation().slowsDown() ? options.withPersister(EmulatingPersister::new) : options);
            log = pool.log("bench", way == Way.SINGLE_WRITER ? LogOptions.forSingleWriter() : LogOptions.defaults());
            payloads = IntStream.range(0, work.threads()).mapToObj(thread -> new LonelyArray(work.payloadBytes()))
                    .toArray(LonelyArray[]::new);
            batches = work.batch() == 1 ? new Batch[0]
                    : IntStream.range(0, work.threads()).mapToObj(thread -> log.batch()).toArray(Batch[]::new);
        }

        @Override
        public void run(int thread, int records) {
            if (work.batch() > 1) {
                runBatches(batches[thread], payloads[thread].bytes(), records, work.batch());
            } else if (way == Way.CLAIM) {
                runClaims(log, MemorySegment.ofArray(payloads[thread].bytes()), records);
            } else {
                runAppends(log, payloads[thread].bytes(), records);
            }
        }

        private static void runAppends(Log log, byte[] payload, int records) {
            for (int i = 0; i < records; i++) {
                log.append(payload);
            }
        }

        private static void runBatches(Batch batch, byte[] payload, int records, int size) {
            for (int i = 0; i < records; i += size) {
                for (int j = 0; j < size; j++) {
                    batch.add(payload);
                }
                batch.commit();
            }
        }

        private static void runClaims(Log log, MemorySegment payload, int records) {
            for (int i = 0; i < records; i++) {
                try (Claim claim = log.claim((int) payload.byteSize())) {
                    claim.segment().copyFrom(payload);
                    claim.commit();
                }
            }
        }

        @Override
        public void tidy() {
            if (log.persistedPosition() - log.startPosition() > EXTENT_BYTES) {
                log.trim(log.persistedPosition());
            }
        }

        @Override
        public Costs count(int records) throws IOException, InterruptedException {
            if (place.device().isPresent()) {
                // Its extents are all taken.
                return Costs.UNKNOWN;
            }
            PoolOptions options = PoolOptions.defaults().withDurability(place.durability()).withExtentBytes(EXTENT_BYTES)
                    .withPersister(persister -> new CountingPersister(persister, counts));
            try (Pool counted = Pool.open(own.resolveSibling(own.getFileName() + "-counted"), options)) {
                Log countedLog = counted.log("counted");
                boolean slow = counted.report().granularity() == Granularity.PAGE;
                int each = Math.max(work.batch(), slow ? RECORDS_COUNTED_ON_A_DISK : records / work.threads());
                counts.reset();
                List<Thread> threads = Arrays.stream(payloads).map(payload -> Thread.ofPlatform().start(
                        () -> runCounted(countedLog, payload.bytes(), each))).toList();
                for (Thread thread : threads) {
                    thread.join();
                }
                return counts.per((long) each * threads.size());
            }
        }

        private void runCounted(Log countedLog, byte[] payload, int records) {
            if (work.batch() > 1) {
                try (Batch batch = countedLog.batch()) {
                    runBatches(batch, payload, records, work.batch());
                }
            } else {
                runAppends(countedLog, payload, records);
            }
        }

        @Override
        public void close() {
            for (Batch batch : batches) {
                batch.close();
            }
            pool.close();
        }
    }
}
