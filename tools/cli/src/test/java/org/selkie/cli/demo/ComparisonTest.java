// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli.demo;

import java.nio.LongBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.selkie.Pool;
import org.selkie.log.Log;
import org.selkie.persist.Durability;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** The demo finds what is lost: otherwise its answer would be worth nothing. */
final class ComparisonTest {
    private static final DemoPlan PLAN = new DemoPlan(Durability.PROCESS_CRASH, 2, 100, 42, 1, 1, 64 * 1024, 1 << 20);
    private static final int ROUND = 3;

    @TempDir
    private Path directory = Path.of("");
    private Pool pool;
    private Log log;
    private final Acknowledgements acknowledgements = new Acknowledgements(PLAN.threads());

    ComparisonTest() {
        pool = Pool.inMemory("unused", PLAN.poolOptions());
        log = pool.log("unused");
    }

    @BeforeEach
    void open() {
        pool.close();
        pool = Pool.open(directory.resolve("pool"), PLAN.poolOptions());
        log = pool.log(DemoPlan.LOG);
    }

    @AfterEach
    void close() {
        pool.close();
    }

    private byte[] record(int thread, long sequence) {
        byte[] record = new byte[PLAN.recordBytes()];
        new DemoRecord(PLAN.seed()).write(record, ROUND, thread, sequence);
        return record;
    }

    private long append(int thread, long sequence) {
        return log.append(record(thread, sequence));
    }

    private void acknowledge(int thread, long sequence, long position) {
        acknowledgements.add(new Report.Acknowledged(thread, sequence, LongBuffer.wrap(new long[] {position})));
    }

    private Comparison.Outcome outcome() {
        return new Comparison(PLAN, acknowledgements, ROUND).run(log);
    }

    @Test
    void whatIsThereIsRecoveredAndWhatWasNotReportedIsMore() {
        acknowledge(0, 0, append(0, 0));
        acknowledge(1, 0, append(1, 0));
        append(1, 1);
        assertEquals(new Comparison.Outcome(2, 1, 0), outcome());
    }

    @Test
    void anAcknowledgedRecordThatIsNotThereIsNotRecovered() {
        acknowledge(0, 0, append(0, 0));
        acknowledge(0, 1, 1 << 16);
        acknowledge(0, 2, append(0, 2));
        assertEquals(new Comparison.Outcome(2, 0, 0), outcome());
    }

    @Test
    void aRecordAtAnotherPositionIsWrong() {
        acknowledge(0, 0, append(0, 0) + 64);
        assertEquals(new Comparison.Outcome(0, 0, 1), outcome());
    }

    @Test
    void aRecordWithAnotherByteIsWrong() {
        byte[] changed = record(0, 0);
        changed[50] ^= 1;
        acknowledge(0, 0, log.append(changed));
        assertEquals(new Comparison.Outcome(0, 0, 1), outcome());
    }

    @Test
    void aRecordThatComesTwiceOrTooLateIsWrong() {
        acknowledge(0, 0, append(0, 0));
        append(0, 0);
        acknowledge(0, 1, append(0, 1));
        assertEquals(new Comparison.Outcome(2, 0, 1), outcome());
    }
}
