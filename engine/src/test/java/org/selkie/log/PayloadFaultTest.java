// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.selkie.Pool;
import org.selkie.persist.Granularity;
import org.selkie.testing.Damage;
import org.selkie.testing.Pools;
import org.selkie.testing.Pools.Entry;
import org.selkie.testing.Scratch;
import org.selkie.testing.SecondJvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A payload in a mapped file that was truncated is its caller's loss alone. In a JVM of its own: SIGBUS is what ends one. */
final class PayloadFaultTest {

    private static final int SECONDS = 60;

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    @ParameterizedTest
    @CsvSource({"CACHE_LINE, false", "CACHE_LINE, true", "BYTE, false", "BYTE, true", "PAGE, false", "PAGE, true"})
    void theCallerIsToldAndTheLogGoesOn(Granularity granularity, boolean single) throws Exception {
        Path directory = scratch.path("pool");
        Path image = scratch.path("image");
        Path mapped = scratch.path("mapped");
        int records;
        try (SecondJvm jvm = SecondJvm.start(PayloadFaultChild.class, List.of(), "payload", directory, mapped, granularity,
                single)) {
            records = Integer.parseInt(jvm.await("appended", SECONDS));
            Damage.copy(directory, image);
            Files.createFile(directory.resolveSibling("copied"));
            jvm.expectSuccess(SECONDS);
        }
        for (boolean killed : new boolean[] {true, false}) {
            try (Pool pool = Pool.open(killed ? image : directory, PayloadFaultChild.options(granularity).withRecoveryMode(
                    killed ? RecoveryMode.DROP_TORN_TAIL : RecoveryMode.STRICT))) {
                assertFalse(pool.recovery().hasLoss(), () -> pool.recovery().toString());
                List<Entry> entries = Pools.entries(pool.log("log"));
                assertEquals(records, entries.size());
                for (int i = 0; i < records; i++) {
                    assertEquals(i, Pools.number(entries.get(i).payload()));
                }
                assertEquals(entries, Pools.backwards(pool.log("log")).reversed());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"CACHE_LINE, false", "BYTE, true", "PAGE, false"})
    void anExtentThatIsGoneStillStopsTheLogWhateverThePayloadIs(Granularity granularity, boolean single) {
        try (SecondJvm jvm = SecondJvm.start(PayloadFaultChild.class, List.of(), "extent", scratch.path("pool"),
                scratch.path("mapped"), granularity, single)) {
            jvm.expectSuccess(SECONDS);
            assertTrue(jvm.output().contains("stopped"), jvm::output);
        }
    }
}
