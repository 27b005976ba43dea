// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.selkie.crashtest.trace.Operation;
import org.selkie.crashtest.trace.PersistentRegion;
import org.selkie.crashtest.trace.RecordedRegion;
import org.selkie.crashtest.trace.Recorder;

/**
 * One thread counts, another one reads the count and answers with it, before the first one has persisted: what was read must
 * be persisted by whoever answers.
 */
final class SharedCounter extends Structure {

    SharedCounter(Bug bug) {
        super(bug);
    }

    @Override
    void operate(PersistentRegion region, int number) {
        count(region, number);
        answer(region);
        region.persist(0, Long.BYTES);
    }

    /** As a volatile store does it: it is in the caches, where others can see it, when it is over. */
    private static void count(PersistentRegion region, int number) {
        region.putLong(0, number);
        region.fence();
    }

    private long answer(PersistentRegion region) {
        long count = region.getLong(0);
        if (!has(Bug.EARLY_ACKNOWLEDGEMENT_ACROSS_THREADS)) {
            region.persist(0, Long.BYTES);
        }
        return count;
    }

    @Override
    void run(Recorder recorder, RecordedRegion region) {
        try (ExecutorService counting = Executors.newSingleThreadExecutor()) {
            for (int number = 1; number <= operations(); number++) {
                int n = number;
                Operation operation = recorder.begin(number);
                Threads.await(counting.submit(() -> count(region, n)));
                answer(region);
                recorder.acknowledge(operation);
                Threads.await(counting.submit(() -> region.persist(0, Long.BYTES)));
            }
        }
    }

    @Override
    Long recover(PersistentRegion region) {
        return region.getLong(0);
    }
}
