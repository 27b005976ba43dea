// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.program;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.bench.contender.Place;
import org.selkie.bench.report.BenchReport.RecoveryTime;
import org.selkie.log.Batch;
import org.selkie.log.Log;

/** How long it takes to open a pool of so many records again, and how much of the medium it takes. */
final class RecoveryTimes {

    private static final int RECORD_BYTES = 256;
    private static final int BATCH = 64;
    private static final int OPENINGS = 5;
    private static final long MEGABYTE = 1 << 20;

    private RecoveryTimes() {
    }

    static List<RecoveryTime> measure(Place place, List<Integer> megabytes) throws IOException {
        List<RecoveryTime> times = new ArrayList<>();
        for (int size : megabytes) {
            times.add(measure(place, place.directory().resolve("recovery-" + size), size));
        }
        return times;
    }

    private static RecoveryTime measure(Place place, Path pool, int megabytes) throws IOException {
        PoolOptions options = PoolOptions.defaults().withDurability(place.durability());
        byte[] payload = new byte[RECORD_BYTES];
        long records = megabytes * MEGABYTE / RECORD_BYTES;
        try (Pool filled = Pool.open(pool, options); Batch batch = filled.log("bench").batch()) {
            for (long i = 0; i < records; i++) {
                batch.add(payload);
                if (batch.size() == BATCH) {
                    batch.commit();
                }
            }
        }
        double payloadBytes = (double) records * RECORD_BYTES;
        double inFiles = occupiedBytes(pool) / payloadBytes;
        double onMedia = Double.NaN;
        List<Long> nanos = new ArrayList<>();
        for (int i = 0; i < OPENINGS; i++) {
            try (Pool opened = Pool.open(pool, options)) {
                nanos.add(opened.recovery().nanos());
                Log log = opened.log("bench");
                onMedia = (log.persistedPosition() - log.startPosition()) / payloadBytes;
                if (opened.recovery().records() != records) {
                    throw new IllegalStateException("opening " + pool + " found " + opened.recovery().records()
                            + " records; expected "
                            + records);
                }
            }
        }
        try (Pool emptied = Pool.open(pool, options.withSpareExtents(0))) {
            Log log = emptied.log("bench");
            log.trim(log.persistedPosition());
        }
        nanos.sort(null);
        return new RecoveryTime(megabytes, records, nanos.get(OPENINGS / 2) / 1e6, onMedia, inFiles);
    }

    /** Of the medium, by all files of a directory; nothing of them is sparse. */
    static long occupiedBytes(Path directory) throws IOException {
        long bytes = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                bytes += Files.size(file);
            }
        }
        return bytes;
    }
}
