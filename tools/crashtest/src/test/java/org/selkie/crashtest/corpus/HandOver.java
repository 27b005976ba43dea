// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;
import org.selkie.crashtest.trace.Operation;
import org.selkie.crashtest.trace.PersistentRegion;
import org.selkie.crashtest.trace.RecordedRegion;
import org.selkie.crashtest.trace.Recorder;

/** One thread writes a value, another one counts it: whoever flushed must fence. */
final class HandOver extends Structure {

    HandOver(Bug bug) {
        super(bug);
    }

    @Override
    void operate(PersistentRegion region, int number) {
        write(region, number);
        count(region, number);
    }

    private void write(PersistentRegion region, int number) {
        region.putLong(LINE * number, 1000 + number);
        region.flush(LINE * number, Long.BYTES);
        if (!has(Bug.FENCE_BY_ANOTHER_THREAD)) {
            region.fence();
        }
    }

    private static void count(PersistentRegion region, int number) {
        region.fence();
        region.putLong(0, number);
        region.persist(0, Long.BYTES);
    }

    @Override
    void run(Recorder recorder, RecordedRegion region) {
        try (ExecutorService writer = Executors.newSingleThreadExecutor()) {
            for (int number = 1; number <= operations(); number++) {
                Operation operation = recorder.begin(number);
                int n = number;
                Threads.await(writer.submit(() -> write(region, n)));
                count(region, number);
                recorder.acknowledge(operation);
            }
        }
    }

    @Override
    List<Long> recover(PersistentRegion region) {
        return LongStream.rangeClosed(1, region.getLong(0)).map(i -> region.getLong(LINE * i)).boxed().toList();
    }
}
