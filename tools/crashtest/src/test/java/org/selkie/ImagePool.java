// SPDX-License-Identifier: Apache-2.0
package org.selkie;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.selkie.crashtest.CrashImage;
import org.selkie.crashtest.trace.RecordedRegion;
import org.selkie.crashtest.trace.Recorder;
import org.selkie.format.PoolHeader;
import org.selkie.log.RecoveryMode;
import org.selkie.persist.Durability;
import org.selkie.persist.Granularity;
import org.selkie.persist.Persister;

/**
 * A pool whose stores are recorded, and which is then opened as crashes left it: the engine from {@code Pool} downwards, on
 * memory in the place of files.
 */
public final class ImagePool {

    public static final long EXTENT_BYTES = PoolHeader.MIN_EXTENT_BYTES;
    private static final String NAME = "pool";
    private static final String PREFIX = "extent-";

    /** How what the engine makes durable is recorded. */
    @FunctionalInterface
    public interface Recording {

        /**
         * A persister that is recorded.
         *
         * @param between runs between each store and the fence behind it
         */
        Persister of(Recorder recorder, Persister wrapped, Runnable between);
    }

    private final byte[] header;
    private final Granularity granularity;
    private final Recording recording;
    private final long maxBytes;
    private final Recorder recorder;
    private final TreeMap<Integer, MemorySegment> extents = new TreeMap<>();
    private final Map<Integer, RecordedRegion> regions = new HashMap<>();

    private ImagePool(byte[] header, Granularity granularity, Recording recording, int extents, Recorder recorder) {
        this.header = header;
        this.granularity = granularity;
        this.recording = recording;
        this.maxBytes = extents * EXTENT_BYTES;
        this.recorder = recorder;
    }

    /** A new pool. */
    public static ImagePool create(Granularity granularity, Recording recording, int mostExtents, Recorder recorder) {
        return new ImagePool(PoolHeader.create(EXTENT_BYTES).encode(), granularity, recording, mostExtents, recorder);
    }

    /** The pool as a crash left it, to be recorded from there on. What it holds now counts as durable. */
    public ImagePool after(Map<String, byte[]> image, Recorder to) {
        ImagePool after = new ImagePool(header, granularity, recording, (int) (maxBytes / EXTENT_BYTES), to);
        new TreeMap<>(image).forEach((name, bytes) -> {
            MemorySegment memory = Arena.ofAuto().allocate(EXTENT_BYTES, 4096);
            memory.copyFrom(MemorySegment.ofArray(bytes));
            after.extents.put(numberOf(name), memory);
            after.regions.put(numberOf(name), to.attach(name, memory));
        });
        return after;
    }

    /** The pool as a process that was killed left it, to be opened and recorded by the next one. */
    public ImagePool after(Recorder killed) {
        ImagePool after = new ImagePool(header, granularity, recording, (int) (maxBytes / EXTENT_BYTES), killed);
        killed.regions().forEach(region -> {
            after.extents.put(numberOf(region.region().name()), region.memory());
            after.regions.put(numberOf(region.region().name()), region);
        });
        return after;
    }

    public Granularity granularity() {
        return granularity;
    }

    static String nameOf(int number) {
        return PREFIX + number;
    }

    private static int numberOf(String name) {
        return Integer.parseInt(name, PREFIX.length(), name.length(), 10);
    }

    /** What is open to doubt is scanned all the same, and the strict mode scans everything. */
    private PoolOptions options(RecoveryMode mode, long most) {
        return PoolOptions.defaults().withDurability(Durability.PROCESS_CRASH).withExtentBytes(EXTENT_BYTES)
                .withMaxBytes(most).withSpareExtents(1).withRecoveryMode(mode).trustingCleanClose();
    }

    /**
     * Opens it to be written, recorded.
     *
     * @param between runs between each store and the fence behind it
     */
    public Pool open(Runnable between) {
        return open(RecoveryMode.DROP_TORN_TAIL, between);
    }

    /** As {@link #open(Runnable)}, for somebody who does not mind damage. */
    public Pool open(RecoveryMode mode, Runnable between) {
        PoolOptions options = options(mode, maxBytes)
                .withPersister(persister -> recording.of(recorder, persister, between));
        return PoolOpening.on(NAME, options, extentOptions -> new ImageMedium(header, granularity, extents, extentOptions,
                (number, memory) -> regions.put(number, recorder.attach(nameOf(number), memory)),
                (number, memory) -> recorder.detach(regions.remove(number)), true));
    }

    /** What a crash left, to be opened. */
    public Left left(CrashImage image) {
        TreeMap<Integer, MemorySegment> left = new TreeMap<>();
        image.regionNames().forEach(name -> left.put(numberOf(name), image.memory(name)));
        return new Left(left, image.recorder());
    }

    /** Copies of what a crash left, in which somebody has changed something since. */
    public Left left(Map<String, byte[]> copies) {
        TreeMap<Integer, MemorySegment> left = new TreeMap<>();
        copies.forEach((name, bytes) -> {
            MemorySegment memory = Arena.ofAuto().allocate(EXTENT_BYTES, 4096);
            memory.copyFrom(MemorySegment.ofArray(bytes));
            left.put(numberOf(name), memory);
        });
        return new Left(left, null);
    }

    /** What a crash left, and what those that opened it have made of it since. */
    public final class Left {

        private final TreeMap<Integer, MemorySegment> left;
        private final @Nullable Recorder to;

        private Left(TreeMap<Integer, MemorySegment> left, @Nullable Recorder to) {
            this.left = left;
            this.to = to;
        }

        /** Recovers. The pool is not closed: what it would write then is not part of recovery. */
        public Pool recover(RecoveryMode mode) {
            return open(mode, false);
        }

        /** Recovers, for somebody who writes and closes. */
        public Pool open() {
            return open(RecoveryMode.DROP_TORN_TAIL, true);
        }

        private Pool open(RecoveryMode mode, boolean closes) {
            // One more, so that there is room to go on.
            PoolOptions options = options(mode, maxBytes + EXTENT_BYTES);
            Recorder recovered = to;
            if (recovered == null) {
                return PoolOpening.on(NAME, options, extentOptions -> new ImageMedium(header, granularity, left, extentOptions,
                        (number, memory) -> { }, (number, memory) -> { }, closes));
            }
            return PoolOpening.on(NAME, options.withPersister(persister -> recording.of(recovered, persister, () -> { })),
                    extentOptions -> new ImageMedium(header, granularity, left, extentOptions,
                            (number, memory) -> recovered.attach(nameOf(number), memory),
                            (number, memory) -> detach(recovered, memory), closes));
        }
    }

    private static void detach(Recorder recorder, MemorySegment memory) {
        RecordedRegion region = recorder.regionAt(memory.address());
        if (region != null) {
            recorder.detach(region);
        }
    }
}
