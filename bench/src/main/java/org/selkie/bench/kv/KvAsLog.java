// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.kv;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.selkie.bench.contender.Costs;
import org.selkie.bench.contender.LogContender;
import org.selkie.bench.contender.LogEngine;
import org.selkie.bench.contender.MappedPages;
import org.selkie.bench.contender.Place;
import org.selkie.bench.contender.Work;

/** A store that is used as a log: each record under the next number, going round in as many as fit. */
public final class KvAsLog implements LogEngine {

    private static final long SPACE_BYTES = 64L << 20;

    private final KvEngine engine;

    public KvAsLog(KvEngine engine) {
        this.engine = engine;
    }

    @Override
    public String name() {
        return engine.name();
    }

    @Override
    public String setting() {
        return engine.setting();
    }

    @Override
    public String survives(Place place) {
        return engine.survives(place);
    }

    @Override
    public Optional<String> absence(Place place, Work work) {
        return place.device().isPresent() ? Optional.of("wants files") : engine.absence(place);
    }

    @Override
    public LogContender open(Place place, Path own, Work work) throws Exception {
        long keys = SPACE_BYTES / (KvContender.KEY_BYTES + work.payloadBytes());
        KvContender store = engine.open(place, own, keys, work.payloadBytes());
        MappedPages.populate(own);
        byte[] value = new byte[work.payloadBytes()];
        Arrays.fill(value, (byte) 42);
        AtomicLong next = new AtomicLong();
        return new LogContender() {
            @Override
            public void run(int thread, int records) throws Exception {
                for (int i = 0; i < records; i++) {
                    store.put(next.getAndIncrement() % keys, value);
                }
            }

            @Override
            public Costs count(int records) {
                return Costs.UNKNOWN;
            }

            @Override
            public void close() throws IOException {
                store.close();
            }
        };
    }
}
