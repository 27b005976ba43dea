// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.contender;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.selkie.bench.Ceiling;
import org.selkie.format.RecordLayout;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

/**
 * The limit: the engine's own append in a C loop, which claims a place, writes, sums and fences, and does nothing else. With more
 * than one thread the tail is shared, as it is in a log.
 */
public final class CeilingEngine implements LogEngine {

    private final String setting;
    private final boolean isFilled;

    /** It can take part twice, under two names: what they differ by is the noise. */
    public CeilingEngine(String setting) {
        this(setting, false);
    }

    private CeilingEngine(String setting, boolean isFilled) {
        this.setting = setting;
        this.isFilled = isFilled;
    }

    /** Each batch is filled record by record before it is written, as a program must that gets them one by one. */
    public static CeilingEngine filled() {
        return new CeilingEngine("filled each time", true);
    }

    @Override
    public String name() {
        return "ceiling in C";
    }

    @Override
    public String setting() {
        return setting;
    }

    @Override
    public String survives(Place place) {
        return place.survivesByInstructions();
    }

    @Override
    public LogContender open(Place place, Path own, Work work) {
        return new Loop(new Ring(place, own), work, isFilled);
    }

    private static final class Loop implements LogContender {
        private static final long APART_BYTES = 256;

        private final boolean isFilled;
        private final Ring ring;
        private final Work work;
        private final MemorySegment tail = Arena.ofAuto().allocate(APART_BYTES, APART_BYTES);
        private final MemorySegment[] tails;
        private final MemorySegment[] payloads;
        private final MemorySegment[] staged;

        Loop(Ring ring, Work work, boolean isFilled) {
            this.isFilled = isFilled;
            this.ring = ring;
            this.work = work;
            payloads = each(() -> Arena.ofAuto().allocate(2L * work.payloadBytes(), APART_BYTES).fill((byte) 42));
            tails = each(() -> Arena.ofAuto().allocate(APART_BYTES, APART_BYTES));
            staged = each(() -> stage(work));
        }

        private MemorySegment[] each(java.util.function.Supplier<MemorySegment> one) {
            return IntStream.range(0, work.threads()).mapToObj(thread -> one.get()).toArray(MemorySegment[]::new);
        }

        private static MemorySegment stage(Work work) {
            long bytes = RecordLayout.recordBytes(work.payloadBytes());
            MemorySegment staged = Arena.ofAuto().allocate(work.batch() * bytes, APART_BYTES);
            MemorySegment payload = MemorySegment.ofArray(new byte[work.payloadBytes()]).fill((byte) 42);
            for (int i = 0; i < work.batch(); i++) {
                int flags = (i > 0 ? RecordLayout.CONTINUES : 0) | (i < work.batch() - 1 ? RecordLayout.MORE : 0);
                RecordLayout.stage(staged, i * bytes, payload, RecordLayout.DATA, flags);
            }
            return staged;
        }

        @Override
        public void run(int thread, int records) {
            if (work.batch() > 1) {
                // Each thread goes round in the whole ring: batches have no shared form in C.
                Ceiling.batch(ring.address(), Ring.LENGTH_BYTES, staged[thread], staged[thread].byteSize(),
                        records / work.batch(), tails[thread], isFilled ? payloads[thread] : MemorySegment.NULL,
                        work.payloadBytes());
            } else if (work.threads() == 1) {
                Ceiling.appendAlone(ring.address(), Ring.LENGTH_BYTES, payloads[thread], work.payloadBytes(), records, tail,
                        false);
            } else {
                Ceiling.appendShared(ring.address(), Ring.LENGTH_BYTES, payloads[thread], work.payloadBytes(), records, tail,
                        false);
            }
        }

        @Override
        public void time(int thread, int batch, long[] nanos) throws Exception {
            if (work.batch() > 1) {
                LogContender.super.time(thread, batch, nanos);
                return;
            }
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment times = arena.allocate(JAVA_LONG, nanos.length);
                Ceiling.appendTimed(ring.address(), Ring.LENGTH_BYTES, payloads[thread], work.payloadBytes(), nanos.length, tail,
                        work.threads() > 1, times);
                MemorySegment.copy(times, JAVA_LONG, 0, nanos, 0, nanos.length);
            }
        }

        @Override
        public Costs count(int records) {
            long bytes = RecordLayout.recordBytes(work.payloadBytes());
            return new Costs(0, 1.0 / work.batch(), bytes / (double) RecordLayout.LINE_BYTES, bytes, 0);
        }

        @Override
        public void close() throws IOException {
            ring.close();
        }
    }
}
