// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.contender;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** {@link FileChannel#write} and {@link FileChannel#force} for each append, into a file whose blocks are there already. */
public final class FileChannelEngine implements LogEngine {

    private static final long FILE_BYTES = 64L << 20;

    private final boolean force;

    public FileChannelEngine(boolean force) {
        this.force = force;
    }

    @Override
    public String name() {
        return "FileChannel";
    }

    @Override
    public String setting() {
        return force ? "force each" : "no force";
    }

    @Override
    public String survives(Place place) {
        return force ? place.survivesByForce() : "kill -9; the page cache is lost with the power";
    }

    @Override
    public Optional<String> absence(Place place, Work work) {
        return place.device().isPresent() ? Optional.of("a device-dax cannot be written with write(2)") : Optional.empty();
    }

    @Override
    public LogContender open(Place place, Path own, Work work) throws IOException {
        FileChannel channel = FileChannel.open(own, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        ByteBuffer zeros = ByteBuffer.allocateDirect(1 << 20);
        for (long at = 0; at < FILE_BYTES; at += zeros.capacity()) {
            channel.write(zeros.clear(), at);
        }
        channel.force(true);
        return new Writing(channel, work);
    }

    private final class Writing implements LogContender {
        private final FileChannel channel;
        private final Work work;
        private final FrameWriter[] frames;
        private final AtomicLong tail = new AtomicLong();

        Writing(FileChannel channel, Work work) {
            this.channel = channel;
            this.work = work;
            frames = new FrameWriter[work.threads()];
            java.util.Arrays.setAll(frames, thread -> new FrameWriter(work.payloadBytes()));
        }

        @Override
        public void run(int thread, int records) throws IOException {
            FrameWriter frame = frames[thread];
            for (int i = 0; i < records; i++) {
                long position = tail.getAndAdd(frame.lengthBytes());
                channel.write(frame.frame(position), position % (FILE_BYTES - frame.lengthBytes()));
                if (force && (work.batch() == 1 || (i + 1) % work.batch() == 0)) {
                    channel.force(false);
                }
            }
        }

        @Override
        public Costs count(int records) {
            return Costs.ofForces(force ? 1.0 / work.batch() : 0);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
