// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

import java.util.List;
import java.util.stream.LongStream;
import org.selkie.crashtest.trace.Operation;
import org.selkie.crashtest.trace.PersistentRegion;
import org.selkie.crashtest.trace.RecordedRegion;
import org.selkie.crashtest.trace.Recorder;

/** Values, each on a line of its own, and how many there are on the first line. */
final class ValueList extends Structure {

    ValueList(Bug bug) {
        super(bug);
    }

    @Override
    void operate(PersistentRegion region, int number) {
        long count = region.getLong(0);
        if (has(Bug.COMMIT_BEFORE_PAYLOAD)) {
            commit(region, count + 1);
            payload(region, LINE * (count + 1), number);
        } else {
            payload(region, LINE * (count + 1), number);
            commit(region, count + 1);
        }
    }

    private void payload(PersistentRegion region, long at, int number) {
        if (has(Bug.FLUSH_BEFORE_STORE)) {
            region.flush(at, Long.BYTES);
        }
        region.putLong(at, 1000 + number);
        if (has(Bug.FLUSH_OF_WRONG_RANGE)) {
            region.flush(at + LINE, Long.BYTES);
        } else if (!has(Bug.MISSING_FLUSH) && !has(Bug.FLUSH_BEFORE_STORE)) {
            region.flush(at, Long.BYTES);
        }
        if (!has(Bug.MISSING_FENCE)) {
            region.fence();
        }
    }

    private void commit(PersistentRegion region, long count) {
        region.putLong(0, count);
        if (!has(Bug.COMMIT_NOT_FLUSHED)) {
            region.flush(0, Long.BYTES);
        }
        if (!has(Bug.LAST_FENCE_MISSING) && !has(Bug.EARLY_ACKNOWLEDGEMENT)) {
            region.fence();
        }
    }

    @Override
    void run(Recorder recorder, RecordedRegion region) {
        for (int number = 1; number <= operations(); number++) {
            Operation operation = recorder.begin(number);
            operate(region, number);
            recorder.acknowledge(operation);
            if (has(Bug.EARLY_ACKNOWLEDGEMENT)) {
                region.fence();
            }
        }
    }

    @Override
    List<Long> recover(PersistentRegion region) {
        return LongStream.rangeClosed(1, region.getLong(0)).map(i -> region.getLong(LINE * i)).boxed().toList();
    }
}
