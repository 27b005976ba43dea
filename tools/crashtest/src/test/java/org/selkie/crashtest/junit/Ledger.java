// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.junit;

import java.util.ArrayList;
import java.util.List;
import org.selkie.crashtest.CrashImage;
import org.selkie.crashtest.trace.Operation;
import org.selkie.crashtest.trace.PersistentRegion;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** A small structure for tests: values, each on a line of its own, and their count on the first line. */
record Ledger(PersistentRegion region, boolean flushesValues) {

    void add(long value) {
        long count = region.getLong(0);
        long at = 64 * (count + 1);
        region.putLong(at, value);
        if (flushesValues) {
            region.persist(at, Long.BYTES);
        }
        region.putLong(0, count + 1);
        region.persist(0, Long.BYTES);
    }

    List<Object> values() {
        List<Object> values = new ArrayList<>();
        for (long i = 1; i <= region.getLong(0); i++) {
            values.add(region.getLong(64 * i));
        }
        return values;
    }

    /** Runs a few operations. */
    static void fill(CrashRun run, PersistentRegion region, boolean flushesValues) throws Exception {
        Ledger ledger = new Ledger(region, flushesValues);
        for (long value = 100; value < 104; value++) {
            long added = value;
            run.operation(value, () -> ledger.add(added));
        }
    }

    /** What was acknowledged, and then at most what was in flight. */
    static void check(CrashImage image) {
        List<Object> acknowledged = image.acknowledged().stream().map(Operation::description).toList();
        List<Object> found = new Ledger(image.region(), true).values();
        assertEquals(acknowledged, found.subList(0, Math.min(found.size(), acknowledged.size())));
        if (found.size() > acknowledged.size()) {
            assertEquals(image.inFlight().stream().map(Operation::description).toList(),
                    found.subList(acknowledged.size(), found.size()));
        }
    }
}
