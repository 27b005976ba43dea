// SPDX-License-Identifier: Apache-2.0
package org.selkie.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import net.openhft.chronicle.bytes.SyncMode;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.queue.rollcycles.LargeRollCycles;
import net.openhft.chronicle.wire.DocumentContext;
import org.jspecify.annotations.Nullable;
import org.selkie.bench.contender.Costs;
import org.selkie.bench.contender.LogContender;
import org.selkie.bench.contender.LogEngine;
import org.selkie.bench.contender.MappedPages;
import org.selkie.bench.contender.Place;
import org.selkie.bench.contender.Work;

/**
 * Chronicle Queue, with an appender a thread. Its {@code sync()} is asynchronous, and so nothing, unless SyncMode.SYNC is set.
 */
final class ChronicleQueueEngine implements LogEngine {

    private static final long BLOCK_BYTES = 256L << 20;
    private static final long RENEW_BYTES = 96L << 20;

    private final boolean sync;

    ChronicleQueueEngine(boolean sync) {
        this.sync = sync;
    }

    @Override
    public String name() {
        return "Chronicle Queue";
    }

    @Override
    public String setting() {
        return sync ? "SyncMode.SYNC" : "no sync";
    }

    @Override
    public String survives(Place place) {
        return sync ? place.survivesByForce() : "kill -9; the page cache is lost with the power";
    }

    @Override
    public Optional<String> absence(Place place, Work work) {
        return place.device().isPresent() ? Optional.of("wants files") : Optional.empty();
    }

    @Override
    public LogContender open(Place place, Path own, Work work) throws IOException {
        return new Writing(own, work);
    }

    private final class Writing implements LogContender {
        private final Path own;
        private final byte[] payload;
        private final @Nullable ExcerptAppender[] appenders;
        private final long[] written;
        private SingleChronicleQueue queue;
        private int number;

        Writing(Path own, Work work) throws IOException {
            this.own = own;
            payload = new byte[work.payloadBytes()];
            Arrays.fill(payload, (byte) 42);
            appenders = new ExcerptAppender[work.threads()];
            // Apart, so that the threads do not share a line by our doing.
            written = new long[work.threads() * 16];
            queue = fresh();
        }

        private SingleChronicleQueue fresh() throws IOException {
            Path directory = own.resolve("queue-" + number++);
            SingleChronicleQueue made = SingleChronicleQueueBuilder.binary(directory).blockSize(BLOCK_BYTES)
                    .rollCycle(LargeRollCycles.LARGE_DAILY).syncMode(sync ? SyncMode.SYNC : SyncMode.NONE).build();
            Arrays.fill(appenders, null);
            for (int thread = 0; thread < appenders.length; thread++) {
                ExcerptAppender appender = made.createAppender();
                // Made here, and used by one other thread from then on.
                appender.singleThreadedCheckDisabled(true);
                append(appender);
                appenders[thread] = appender;
            }
            MappedPages.populate(directory);
            return made;
        }

        private void append(ExcerptAppender appender) {
            try (DocumentContext document = appender.writingDocument()) {
                var wire = document.wire();
                if (wire != null) {
                    wire.bytes().write(payload);
                }
            }
            if (sync) {
                appender.sync();
            }
        }

        @Override
        public void run(int thread, int records) {
            ExcerptAppender appender = appenders[thread];
            if (appender == null) {
                throw new IllegalStateException("no appender for thread " + thread);
            }
            for (int i = 0; i < records; i++) {
                append(appender);
            }
            written[thread * 16] += (long) records * (payload.length + 8);
        }

        @Override
        public void tidy() throws IOException {
            if (Arrays.stream(written).sum() > RENEW_BYTES) {
                Arrays.fill(written, 0);
                Path old = own.resolve("queue-" + (number - 1));
                close();
                remove(old);
                queue = fresh();
            }
        }

        private void remove(Path old) throws IOException {
            try (var files = Files.walk(old)) {
                for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }

        @Override
        public Costs count(int records) {
            return Costs.ofForces(sync ? 1 : 0);
        }

        @Override
        public void close() {
            for (ExcerptAppender appender : appenders) {
                if (appender != null) {
                    appender.close();
                }
            }
            queue.close();
        }
    }
}
