// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.selkie.crashtest.trace.Operation;
import org.selkie.crashtest.trace.PersistentRegion;
import org.selkie.crashtest.trace.RecordedRegion;
import org.selkie.crashtest.trace.Recorder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A list of values, each on a line of its own, and a count on the first line: right, and with its flush forgotten. */
final class FirstStructureTest {

    private record Values(PersistentRegion region, boolean right) {

        void add(long value) {
            long count = region.getLong(0);
            long at = 64 * (count + 1);
            region.putLong(at, value);
            if (right) {
                region.persist(at, Long.BYTES);
            }
            region.putLong(0, count + 1);
            region.persist(0, Long.BYTES);
        }

        List<Object> values() {
            return java.util.stream.LongStream.rangeClosed(1, region.getLong(0)).mapToObj(i -> (Object) region.getLong(64 * i))
                    .toList();
        }
    }

    private static Report explore(boolean right) {
        Recorder recorder = Recorder.create();
        RecordedRegion region = recorder.allocate("values", 4096);
        Values values = new Values(region, right);
        for (long value = 100; value < 110; value++) {
            Operation add = recorder.begin(value);
            values.add(value);
            recorder.acknowledge(add);
        }
        return Exploration.of(recorder.trace()).explore(image -> {
            List<Object> acknowledged = image.acknowledged().stream().map(Operation::description).toList();
            List<Object> found = new Values(image.region(), right).values();
            assertTrue(found.size() >= acknowledged.size(), () -> found + " lacks some of " + acknowledged);
            assertEquals(acknowledged, found.subList(0, acknowledged.size()));
            if (found.size() > acknowledged.size()) {
                assertEquals(image.inFlight().stream().map(Operation::description).toList(),
                        found.subList(acknowledged.size(), found.size()));
            }
        });
    }

    @Test
    void theRightOneIsNotAccused() {
        Report report = explore(true);
        System.out.println(report);
        report.orThrow();
        assertTrue(report.isComplete());
    }

    @Test
    void theMissingFlushIsFound() {
        Report report = explore(false);
        System.out.println(report);
        assertThrows(CrashConsistencyError.class, report::orThrow);
        Violation violation = report.violations().getFirst();
        assertEquals(1, violation.lines().size(), violation::toString);
    }
}
