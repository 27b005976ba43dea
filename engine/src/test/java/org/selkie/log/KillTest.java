// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.persist.Durability;
import org.selkie.testing.Scratch;
import org.selkie.testing.Seed;

/**
 * A process is killed while it appends, again and again on one pool: what it was told is durable is there afterwards, and
 * nothing else but what it was about to append. {@code -Dselkie.rounds=200} for the long run.
 */
final class KillTest {

    private static final int ROUNDS = Integer.getInteger("selkie.rounds", 5);

    @RegisterExtension
    private static final Seed SEED = new Seed();

    @Nested
    final class OnTmpfs {

        @RegisterExtension
        private final Scratch scratch = Scratch.tmpfs();

        @Test
        void everyAcknowledgedRecordIsThereAfterAKill() throws Exception {
            new KillRounds(scratch.path("pool"), scratch.path("report"), Durability.PROCESS_CRASH, SEED).run(ROUNDS);
        }
    }

    @Nested
    final class OnDisk {

        @RegisterExtension
        private final Scratch scratch = Scratch.disk();

        @Test
        void everyAcknowledgedRecordIsThereAfterAKill() throws Exception {
            new KillRounds(scratch.path("pool"), scratch.path("report"), Durability.POWER_FAILURE, SEED).run(ROUNDS);
        }
    }
}
