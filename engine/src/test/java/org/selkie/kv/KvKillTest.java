// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.Pool;
import org.selkie.log.RecoveryMode;
import org.selkie.persist.Durability;
import org.selkie.testing.Scratch;
import org.selkie.testing.SecondJvm;
import org.selkie.testing.Seed;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * A process is killed while it changes a store, and while the store compacts itself, again and again: what it was told is
 * durable is there afterwards, batches as wholes, and nothing else but the one change each thread had under way.
 * {@code -Dselkie.rounds=200} for the long run.
 */
final class KvKillTest {

    private static final int ROUNDS = Integer.getInteger("selkie.rounds", 5);
    private static final int THREADS = 3;
    private static final List<String> QUICK = List.of("-XX:+UseSerialGC", "-Xmx64m");

    @RegisterExtension
    private static final Seed SEED = new Seed();

    @Nested
    final class OnTmpfs {

        @RegisterExtension
        private final Scratch scratch = Scratch.tmpfs();

        @Test
        void everyAcknowledgedChangeIsThereAfterAKill() throws Exception {
            run(scratch.path("pool"), scratch.path("report"), Durability.PROCESS_CRASH);
        }
    }

    @Nested
    final class OnDisk {

        @RegisterExtension
        private final Scratch scratch = Scratch.disk();

        @Test
        void everyAcknowledgedChangeIsThereAfterAKill() throws Exception {
            run(scratch.path("pool"), scratch.path("report"), Durability.POWER_FAILURE);
        }
    }

    private static void run(Path path, Path report, Durability durability) throws Exception {
        List<Map<ByteBuffer, byte[]>> models = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            models.add(new HashMap<>());
        }
        long acknowledged = 0;
        long start = 0;
        for (int round = 0; round < ROUNDS; round++) {
            SplittableRandom random = SEED.random(durability.name(), round);
            Files.deleteIfExists(report);
            try (SecondJvm jvm = SecondJvm.start(KvKillChild.class, QUICK, path, durability, report, SEED.value(), round,
                    THREADS)) {
                jvm.await("writing", 60);
                TimeUnit.MICROSECONDS.sleep(random.nextInt(20_000, 500_000));
                jvm.kill();
                assertFalse(jvm.output().contains("failed"), jvm::output);
            }
            MemorySegment told = KvKillChild.report(report, THREADS);
            RecoveryMode mode = RecoveryMode.DROP_TORN_TAIL;
            try (Pool pool = Pool.open(path, KvKillChild.options(durability).withoutCreating().withRecoveryMode(mode))) {
                assertFalse(pool.recovery().hasLoss(), () -> pool.recovery().toString());
                KvStore store = pool.store(KvKillChild.STORE);
                for (int thread = 0; thread < THREADS; thread++) {
                    acknowledged += check(store, models.get(thread), KvKillChild.acknowledged(told, thread), round, thread);
                }
                start = store.storeLog().log().startPosition();
            }
        }
        System.out.println("KvKillTest: " + ROUNDS + " kills with " + durability + ", " + acknowledged
                + " changes acknowledged and there, the log compacted up to " + start);
    }

    private static long check(KvStore store, Map<ByteBuffer, byte[]> model, long acknowledged, int round, int thread) {
        KvKillScript script = new KvKillScript(SEED.value(), round, thread);
        for (long i = 0; i < acknowledged; i++) {
            KvKillScript.apply(model, script.next());
        }
        Map<ByteBuffer, byte[]> later = KvKillScript.after(model, script.next());
        boolean before = true;
        boolean after = true;
        String wrong = "";
        for (int i = 0; i < KvKillScript.KEYS; i++) {
            byte[] key = KvKillScript.key(thread, i);
            byte[] value = store.get(key);
            boolean isBefore = Arrays.equals(value, model.get(ByteBuffer.wrap(key)));
            wrong = isBefore ? wrong : "key " + i;
            before &= isBefore;
            after &= Arrays.equals(value, later.get(ByteBuffer.wrap(key)));
        }
        String message = "round " + round + ", thread " + thread + ", " + acknowledged + " changes: " + wrong;
        assertTrue(before || after, message);
        if (!before) {
            model.clear();
            model.putAll(later);
        }
        return acknowledged;
    }
}
