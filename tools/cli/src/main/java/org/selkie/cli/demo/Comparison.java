// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli.demo;

import org.selkie.log.Log;
import org.selkie.log.LogReader;

/** Compares what recovery found with what was acknowledged. */
final class Comparison {
    /**
     * What it came to.
     *
     * @param recovered acknowledged records that are at their positions, byte for byte
     * @param more      records that are there as a whole and whose acknowledgement had not come through
     * @param wrong     records that nobody wrote, or that are not where their order puts them
     */
    record Outcome(long recovered, long more, long wrong) {
    }

    private final DemoRecord records;
    private final Acknowledgements acknowledgements;
    private final int round;
    private final byte[] scratch;
    /** For each thread, the sequence number that its next record must have. */
    private final long[] next;
    private long recovered;
    private long more;
    private long wrong;

    Comparison(DemoPlan plan, Acknowledgements acknowledgements, int round) {
        this.records = new DemoRecord(plan.seed());
        this.acknowledgements = acknowledgements;
        this.round = round;
        this.scratch = new byte[plan.recordBytes()];
        this.next = new long[plan.threads()];
    }

    /** Reads the whole log. */
    Outcome run(Log log) {
        LogReader reader = log.reader();
        while (reader.next()) {
            compare(reader.bytes(), reader.position());
        }
        return new Outcome(recovered, more, wrong);
    }

    private void compare(byte[] record, long position) {
        if (!records.isGenuine(record, scratch) || DemoRecord.round(record) != round) {
            wrong++;
            return;
        }
        int thread = DemoRecord.thread(record);
        long sequence = DemoRecord.sequence(record);
        if (thread < 0 || thread >= next.length || sequence < next[thread]) {
            wrong++;
            return;
        }
        // A thread appends one after the other: what it leaves out is lost, if it was acknowledged.
        next[thread] = sequence + 1;
        if (sequence >= acknowledgements.count(thread)) {
            more++;
        } else if (acknowledgements.position(thread, (int) sequence) == position) {
            recovered++;
        } else {
            wrong++;
        }
    }
}
