// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.persist.Durability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A log may begin in the middle of a batch: the members before were durable when they were trimmed. */
final class TrimWithinABatchTest {
    private static final PoolOptions OPTIONS =
            PoolOptions.defaults().withDurability(Durability.PROCESS_CRASH).withExtentBytes(64 * 1024);

    @TempDir
    private Path directory;

    @Test
    void theMembersBehindTheTrimPositionAreRecovered() {
        long third;
        try (Pool pool = Pool.open(directory.resolve("pool"), OPTIONS)) {
            Log log = pool.log("log");
            try (Batch batch = log.batch()) {
                for (byte number = 0; number < 5; number++) {
                    batch.add(new byte[] {number});
                }
                third = batch.commit() + 2 * 64;
            }
            log.append(new byte[] {5});
            log.trim(third);
        }
        for (PoolOptions options : new PoolOptions[] {OPTIONS.forReading(), OPTIONS.withRecoveryMode(RecoveryMode.STRICT)}) {
            try (Pool pool = Pool.open(directory.resolve("pool"), options)) {
                assertTrue(pool.recovery().isClean(), () -> pool.recovery().toString());
                LogReader reader = pool.log("log").reader(Visibility.VISIBLE);
                for (byte number = 2; number <= 5; number++) {
                    assertTrue(reader.next());
                    assertEquals(number, reader.bytes()[0]);
                }
                assertFalse(reader.next());
                assertEquals(4, pool.recovery().records());
            }
        }
    }
}
