// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.engine;

import java.util.Locale;
import org.selkie.crashtest.model.PersistenceModel;
import org.selkie.persist.Granularity;

/** Where a log lies: what a crash may leave there, and how the engine makes stores durable there. */
enum LogMachine {

    ADR("adr", Granularity.CACHE_LINE),
    EADR("eadr", Granularity.BYTE),
    PAGE_CACHE_4096("page-cache-4096", Granularity.PAGE),
    PAGE_CACHE_512("page-cache-512", Granularity.PAGE);

    private final String model;
    private final Granularity granularity;

    LogMachine(String model, Granularity granularity) {
        this.model = model;
        this.granularity = granularity;
    }

    PersistenceModel model() {
        return PersistenceModel.named(model);
    }

    Granularity granularity() {
        return granularity;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
