// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.selkie.Pool;
import org.selkie.format.ExtentHeader;
import org.selkie.format.RecordLayout;
import org.selkie.testing.PoolImage;
import org.selkie.testing.Pools;

/** A pool to be damaged: the image of its files, and everything that was ever appended to it. */
record DamagedPool(String name, boolean closed, PoolImage image, Map<String, Content> logs) {

    /** What belongs together: a record, or the records of a batch. Positions in the log. */
    record Unit(long from, long to, List<Pools.Entry> entries) {
    }

    /** A log: all that was appended, by position, where it begins, and the file of each extent. */
    record Content(TreeMap<Long, byte[]> everything, List<Unit> units, long start, TreeMap<Long, String> fileOfSequence) {

        /** What a reader finds in the undamaged log. */
        TreeMap<Long, byte[]> live() {
            return new TreeMap<>(everything.tailMap(start));
        }
    }

    /** How a template is filled. */
    enum Kind { SINGLE_WRITER, SEVERAL_LOGS, BATCHES, TRIMMED }

    /** Makes a pool, and takes its image after it was closed or while it is open. */
    static DamagedPool make(Kind kind, boolean closed, Path directory, SplittableRandom random) {
        Map<String, Content> logs = new TreeMap<>();
        PoolImage image;
        try (Pool pool = Pool.open(directory, Pools.small())) {
            int count = kind == Kind.SEVERAL_LOGS ? 3 : 1;
            for (int i = 0; i < count; i++) {
                String name = "log-" + i;
                LogOptions options = kind == Kind.SINGLE_WRITER ? LogOptions.forSingleWriter() : LogOptions.defaults();
                logs.put(name, fill(kind, pool.log(name, options), random));
            }
            image = closed ? null : PoolImage.atRest(directory);
        }
        PoolImage taken = image == null ? PoolImage.of(directory) : image;
        for (String file : taken.extents()) {
            ExtentHeader header = taken.header(file);
            if (header != null && header.state() == ExtentHeader.State.LOG) {
                logs.get(header.logName()).fileOfSequence.put(header.sequence(), file);
            }
        }
        return new DamagedPool(kind + (closed ? ", closed" : ", not closed"), closed, taken, logs);
    }

    private static Content fill(Kind kind, Log log, SplittableRandom random) {
        Content filling = new Content(new TreeMap<>(), new ArrayList<>(), 0, new TreeMap<>());
        long wantedBytes = kind == Kind.TRIMMED ? 8 * Pools.EXTENT_BYTES
                : kind == Kind.SEVERAL_LOGS ? Pools.EXTENT_BYTES * 3 / 4 : Pools.EXTENT_BYTES * 5 / 2;
        long doneBytes = 0;
        for (long number = 0; doneBytes < wantedBytes; number++) {
            List<byte[]> payloads = new ArrayList<>();
            int members = kind == Kind.BATCHES || random.nextInt(20) == 0 ? 1 + random.nextInt(6) : 1;
            for (int i = 0; i < members; i++) {
                int bytes = random.nextInt(3) == 0 ? random.nextInt(6000) : random.nextInt(300);
                payloads.add(Pools.payload(random.nextLong(), bytes));
            }
            Unit unit = append(log, payloads);
            filling.units.add(unit);
            unit.entries.forEach(entry -> filling.everything.put(entry.position(), entry.payload()));
            doneBytes += unit.to - unit.from;
            if (kind == Kind.TRIMMED && number % 30 == 29) {
                List<Long> positions = new ArrayList<>(filling.everything.tailMap(log.startPosition()).keySet());
                log.trim(positions.get(positions.size() * 3 / 4));
            }
        }
        return new Content(filling.everything, filling.units, log.startPosition(), filling.fileOfSequence);
    }

    /** Appends a record, or several as a batch. */
    static Unit append(Log log, List<byte[]> payloads) {
        long position;
        if (payloads.size() == 1) {
            position = log.append(payloads.get(0));
        } else {
            try (Batch batch = log.batch()) {
                payloads.forEach(batch::add);
                position = batch.commit();
            }
        }
        return unitAt(position, payloads);
    }

    /** What lies where, if the first of these records lies at a position. */
    static Unit unitAt(long position, List<byte[]> payloads) {
        List<Pools.Entry> entries = new ArrayList<>();
        long at = position;
        for (byte[] payload : payloads) {
            entries.add(new Pools.Entry(at, payload));
            at += RecordLayout.recordBytes(payload.length);
        }
        return new Unit(position, at, entries);
    }

    /** Whether a range of positions of a log, and a header slot of the extent it lies in, are as they were. */
    boolean isUntouched(Content log, long from, long to, PoolImage damaged) {
        String file = log.fileOfSequence.get(from / Pools.EXTENT_BYTES);
        if (file == null || !image.sameBytes(damaged, PoolImage.HEADER_FILE, 0, ExtentHeader.BYTES)) {
            return false;
        }
        int offset = (int) (from % Pools.EXTENT_BYTES);
        return image.sameBytes(damaged, file, offset, offset + (int) (to - from))
                && (image.sameBytes(damaged, file, 0, 512) || image.sameBytes(damaged, file, 512, 1024));
    }

    /** Whether nothing is left of what says up to where the log was durable when it was closed. */
    boolean hasLostWatermarks(Content log, PoolImage damaged) {
        String first = log.fileOfSequence.get(log.start / Pools.EXTENT_BYTES);
        String last = log.fileOfSequence.get((log.everything.lastKey()) / Pools.EXTENT_BYTES);
        return !closed || !hasWatermark(first, damaged) && !hasWatermark(last, damaged);
    }

    private boolean hasWatermark(String file, PoolImage damaged) {
        return file != null && image.sameBytes(damaged, file, 1024, 1040);
    }
}
