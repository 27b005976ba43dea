// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import org.junit.jupiter.api.Test;
import org.selkie.crashtest.trace.PersistentRegion;
import org.selkie.crashtest.trace.RecordedRegion;
import org.selkie.crashtest.trace.Recorder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Not a measurement: says how many images a second went by, and fails only where the design must have been lost. */
final class SpeedTest {

    /** A structure of 4 KiB whose recovery reads all of it: 20 lines are stored and none is fenced. */
    private static Recorder twentyLines() {
        Recorder recorder = Recorder.create();
        RecordedRegion region = recorder.allocate("table", 4096);
        for (int line = 0; line < 20; line++) {
            region.putLong(line * 128L, 0x0101010101010101L * (line + 1));
        }
        region.flush(0, 4096);
        region.fence();
        return recorder;
    }

    private static long sum(PersistentRegion region) {
        long sum = 0;
        for (long at = 0; at < region.lengthBytes(); at += Long.BYTES) {
            sum += region.getLong(at);
        }
        return sum;
    }

    @Test
    void imagesOfFourKibibytesASecond() {
        for (int round = 0; round < 2; round++) {
            Report report = Exploration.of(twentyLines().trace()).budget(2_000_000)
                    .explore(image -> assertTrue(sum(image.region()) != 1));
            assertEquals(1 << 20, report.distinct(), report::coverage);
            double perSecond = report.explored() * 1e9 / report.elapsed().toNanos();
            System.out.printf("%.0f images a second, every line read: %s%n", perSecond, report.coverage());
            assertTrue(perSecond > 20_000, report::coverage);
        }
    }

    @Test
    void imagesASecondThroughASegment() {
        for (int round = 0; round < 2; round++) {
            Report report = Exploration.of(twentyLines().trace()).budget(2_000_000)
                    .explore(image -> assertTrue(image.memory().get(java.lang.foreign.ValueLayout.JAVA_LONG, 0) != 1));
            double perSecond = report.explored() * 1e9 / report.elapsed().toNanos();
            System.out.printf("%.0f images a second, through a segment: %s%n", perSecond, report.coverage());
        }
    }
}
