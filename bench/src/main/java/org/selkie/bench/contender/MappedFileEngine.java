// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.contender;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import jdk.nio.mapmode.ExtendedMapMode;

/**
 * A {@link MappedByteBuffer}, every page of it touched, and {@code force} of the record's range for each append. With
 * {@code READ_WRITE_SYNC} (JEP 352) that is CLWB and a fence, which needs a DAX file; otherwise it is msync.
 */
public final class MappedFileEngine implements LogEngine {

    private static final int FILE_BYTES = 64 << 20;
    private static final int PAGE_BYTES = 4096;

    /** How it is mapped and made durable. */
    public enum Way {
        /** READ_WRITE and msync. */
        FORCE("force each"),
        /** READ_WRITE_SYNC: CLWB and fence. */
        SYNC_MAPPING("READ_WRITE_SYNC"),
        /** Nothing is made durable. */
        NO_FORCE("no force");

        private final String words;

        Way(String words) {
            this.words = words;
        }
    }

    private final Way way;

    public MappedFileEngine(Way way) {
        this.way = way;
    }

    @Override
    public String name() {
        return "MappedByteBuffer";
    }

    @Override
    public String setting() {
        return way.words;
    }

    @Override
    public String survives(Place place) {
        return switch (way) {
            case FORCE -> place.survivesByForce();
            case SYNC_MAPPING -> place.survivesByInstructions();
            case NO_FORCE -> "kill -9; the page cache is lost with the power";
        };
    }

    @Override
    public Optional<String> absence(Place place, Work work) {
        if (place.device().isPresent()) {
            return Optional.of("FileChannel.map does not take a device-dax");
        }
        return way == Way.SYNC_MAPPING && !place.probe().mapSync().yes()
                ? Optional.of("MAP_SYNC: " + place.probe().mapSync().reason()) : Optional.empty();
    }

    @Override
    public LogContender open(Place place, Path own, Work work) throws IOException {
        try (FileChannel channel = FileChannel.open(own, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            ByteBuffer zeros = ByteBuffer.allocateDirect(1 << 20);
            for (long at = 0; at < FILE_BYTES; at += zeros.capacity()) {
                channel.write(zeros.clear(), at);
            }
            channel.force(true);
            MappedByteBuffer mapped = channel.map(
                    way == Way.SYNC_MAPPING ? ExtendedMapMode.READ_WRITE_SYNC : FileChannel.MapMode.READ_WRITE, 0, FILE_BYTES);
            for (int at = 0; at < FILE_BYTES; at += PAGE_BYTES) {
                mapped.put(at, (byte) 1);
            }
            return new Writing(mapped, work);
        }
    }

    private final class Writing implements LogContender {
        private final MappedByteBuffer mapped;
        private final Work work;
        private final FrameWriter[] frames;
        private final AtomicLong tail = new AtomicLong();

        Writing(MappedByteBuffer mapped, Work work) {
            this.mapped = mapped;
            this.work = work;
            frames = new FrameWriter[work.threads()];
            java.util.Arrays.setAll(frames, thread -> new FrameWriter(work.payloadBytes()));
        }

        @Override
        public void run(int thread, int records) {
            FrameWriter frame = frames[thread];
            int bytes = frame.lengthBytes();
            for (int i = 0; i < records; i += work.batch()) {
                // A batch lies back to back and is forced as one range.
                int whole = bytes * work.batch();
                long position = tail.getAndAdd(whole);
                int at = (int) (position % (FILE_BYTES - whole));
                for (int j = 0; j < work.batch(); j++) {
                    mapped.put(at + j * bytes, frame.frame(position + (long) j * bytes), 0, bytes);
                }
                if (way != Way.NO_FORCE) {
                    mapped.force(at, whole);
                }
            }
        }

        @Override
        public Costs count(int records) {
            return way == Way.SYNC_MAPPING ? Costs.UNKNOWN : Costs.ofForces(way == Way.FORCE ? 1.0 / work.batch() : 0);
        }

        @Override
        public void close() {
            // Unmapped when the buffer is collected; the file is deleted with its directory.
        }
    }
}
