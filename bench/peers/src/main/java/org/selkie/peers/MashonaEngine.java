// SPDX-License-Identifier: Apache-2.0
package org.selkie.peers;

import io.mashona.logwriting.AppendOnlyLog;
import io.mashona.logwriting.AppendOnlyLogImpl;
import io.mashona.logwriting.AppendOnlyLogImplConfig;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import org.selkie.bench.contender.LogContender;
import org.selkie.bench.contender.LogEngine;
import org.selkie.bench.contender.MappedPages;
import org.selkie.bench.contender.Place;
import org.selkie.bench.contender.Work;

/**
 * mashona's AppendOnlyLog. It flushes by CLWB only through a mapping of READ_WRITE_SYNC, which the JDK makes on DAX alone.
 * Elsewhere
 * the buffer is marked as one by reflection, so that it costs what it would cost there; that is emulation as ours is.
 */
final class MashonaEngine implements LogEngine {

    private static final int LOG_BYTES = 64 << 20;

    private final boolean linear;

    /** In strict order, or padded to lines and at its fastest. */
    MashonaEngine(boolean linear) {
        this.linear = linear;
    }

    @Override
    public String name() {
        return "mashona";
    }

    @Override
    public String setting() {
        return linear ? "linear ordering, clwb" : "padded, clwb";
    }

    @Override
    public String survives(Place place) {
        return place.survivesByInstructions();
    }

    @Override
    public Optional<String> absence(Place place, Work work) {
        return place.device().isPresent() ? Optional.of("FileChannel.map does not take a device-dax") : Optional.empty();
    }

    @Override
    public LogContender open(Place place, Path own, Work work) throws IOException, ReflectiveOperationException {
        try (FileChannel channel = FileChannel.open(own, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            MappedByteBuffer mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, LOG_BYTES);
            Field sync = MappedByteBuffer.class.getDeclaredField("isSync");
            sync.setAccessible(true);
            sync.setBoolean(mapped, true);
            AppendOnlyLog log = new AppendOnlyLogImpl(mapped, 0, LOG_BYTES,
                    new AppendOnlyLogImplConfig(!linear, linear, false, false));
            MappedPages.populate(own.toAbsolutePath());
            byte[] payload = new byte[work.payloadBytes()];
            Arrays.fill(payload, (byte) 42);
            return new LogContender() {
                @Override
                public void run(int thread, int records) {
                    for (int i = 0; i < records; i++) {
                        while (!log.tryPut(payload)) {
                            log.clear();
                        }
                    }
                }

                @Override
                public void tidy() {
                    if (log.remaining() < LOG_BYTES / 2) {
                        log.clear();
                    }
                }

                @Override
                public void close() {
                    // Unmapped when the buffer is collected.
                }
            };
        }
    }
}
