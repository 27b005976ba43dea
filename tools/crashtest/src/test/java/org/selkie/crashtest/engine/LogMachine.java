// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.engine;

import java.util.List;
import java.util.Locale;
import org.selkie.ImagePool;
import org.selkie.crashtest.model.PersistenceModel;
import org.selkie.crashtest.trace.Recorder;
import org.selkie.persist.Granularity;

/** Where a log lies: what a crash may leave there, and how the engine makes stores durable there. */
enum LogMachine {

    ADR("adr", "adr", Granularity.CACHE_LINE, Recorder::persister),
    /** Where there are no non-temporal stores: lines are flushed after their stores, as on AArch64. */
    ADR_CLEANED("adr", "adr, cleaned", Granularity.CACHE_LINE, Recorder::cleaningPersister),
    EADR("eadr", "eadr", Granularity.BYTE, Recorder::persister),
    PAGE_CACHE_4096("page-cache-4096", "page cache", Granularity.PAGE, Recorder::persister),
    PAGE_CACHE_512("page-cache-512", "page cache", Granularity.PAGE, Recorder::persister);

    /** Those that the log's proof explores. Lines that are cleaned are looked at by {@link LogMutants} alone. */
    static final List<LogMachine> PROVEN = List.of(ADR, EADR, PAGE_CACHE_4096, PAGE_CACHE_512);

    private final String model;
    private final String persistence;
    private final Granularity granularity;
    private final ImagePool.Recording recording;

    LogMachine(String model, String persistence, Granularity granularity, ImagePool.Recording recording) {
        this.model = model;
        this.persistence = persistence;
        this.granularity = granularity;
        this.recording = recording;
    }

    PersistenceModel model() {
        return PersistenceModel.named(model);
    }

    /** How the engine makes stores durable there: the same for all page caches. */
    String persistence() {
        return persistence;
    }

    Granularity granularity() {
        return granularity;
    }

    ImagePool.Recording recording() {
        return recording;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
