// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.fault.DamagedRecordException;
import org.selkie.testing.PoolImage;
import org.selkie.testing.Pools;
import org.selkie.testing.Scratch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** An extent forged by somebody who knows its seed costs some times its length, whatever it holds, and little memory. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class HostileCostTest {

    private static final long SMALL_BYTES = 2 << 20;
    /** {@code -Dselkie.hostile=2147483648} takes the longest extent that there can be; it wants a heap of 6 GiB. */
    private static final long LARGE_BYTES = Long.getLong("selkie.hostile", 16 << 20);
    /** Eight times the length may take eight times as long, and more on a busy machine; the square is 64 times. */
    private static final double SLACK = 3;
    private static final long BASE_NANOS = 20_000_000;

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    @ParameterizedTest
    @EnumSource
    void openingReadingAndSalvagingCostInProportionToTheLength(ForgedLines forged) {
        Path small = forge(forged, SMALL_BYTES);
        Path large = forge(forged, LARGE_BYTES);
        requireProportion(forged + ", opened for reading", small, large, HostileCostTest::open);
        requireProportion(forged + ", read forwards", small, large, HostileCostTest::readForwards);
        requireProportion(forged + ", read backwards", small, large, HostileCostTest::readBackwards);
        requireProportion(forged + ", salvaged", small, large, HostileCostTest::salvage);
    }

    private static void open(Path directory) {
        Pool.open(directory, reading()).close();
    }

    private static void readForwards(Path directory) {
        try (Pool pool = Pool.open(directory, reading())) {
            forwards(pool.log("log").reader(Visibility.VISIBLE));
        }
    }

    private static void readBackwards(Path directory) {
        try (Pool pool = Pool.open(directory, reading())) {
            backwards(pool.log("log").reader(Visibility.VISIBLE).seekToEnd());
        }
    }

    private static void salvage(Path directory) {
        Pool.open(directory, Pools.small().withRecoveryMode(RecoveryMode.SALVAGE)).close();
    }

    @ParameterizedTest
    @EnumSource
    void whatIsNotListedIsCounted(ForgedLines forged) {
        Path directory = forge(forged, SMALL_BYTES);
        try (Pool pool = Pool.open(directory, reading())) {
            LogRecovery log = pool.recovery().logs().getFirst();
            assertTrue(log.findings().size() <= Findings.MOST_LISTED);
            assertEquals(log.findingCount(), log.findings().size() + log.unlisted().findings());
            if (forged == ForgedLines.AS_MANY_PLACES_AS_POSSIBLE) {
                assertEquals((SMALL_BYTES - 4096) / 128, log.records());
                assertEquals(log.records() - 1, log.findingCount());
                assertEquals(64 * log.findingCount(), log.droppedBytes());
                assertTrue(pool.recovery().toString().contains("and " + log.unlisted().findings() + " more places"));
            }
        }
        long records;
        try (Pool pool = Pool.open(directory, Pools.small().withRecoveryMode(RecoveryMode.SALVAGE))) {
            records = pool.recovery().logs().getFirst().records();
            assertEquals(records, Pools.entries(pool.log("log")).size());
        }
        try (Pool pool = Pool.open(directory, Pools.small().withRecoveryMode(RecoveryMode.STRICT))) {
            assertTrue(pool.recovery().isClean());
            assertEquals(records, Pools.entries(pool.log("log")).size());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"LONG_AND_WRONG_BETWEEN_SHORT_AND_RIGHT", "LONG_MEMBERS_THAT_OVERLAP"})
    void givingUpIsSaidAndRefused(ForgedLines forged) {
        Path directory = forge(forged, SMALL_BYTES);
        try (Pool pool = Pool.open(directory, reading())) {
            assertTrue(pool.recovery().hasLoss());
            assertTrue(pool.recovery().toString().contains("given up"), () -> pool.recovery().toString());
        }
        assertThrows(DamagedLogException.class, () -> Pool.open(directory, Pools.small()).close());
    }

    private static void forwards(LogReader reader) {
        boolean more = true;
        while (more) {
            try {
                more = reader.next();
            } catch (DamagedRecordException e) {
                assertTrue(reader.skipDamaged() > 0, () -> "stands still: " + e.getMessage());
            }
        }
    }

    private static void backwards(LogReader reader) {
        boolean more = true;
        while (more) {
            try {
                more = reader.previous();
            } catch (DamagedRecordException e) {
                assertTrue(reader.skipDamagedBackwards() > 0, () -> "stands still: " + e.getMessage());
            }
        }
    }

    private static PoolOptions reading() {
        return Pools.small().forReading();
    }

    private static void requireProportion(String what, Path small, Path large, Consumer<Path> work) {
        long smallNanos = nanos(small, work);
        long largeNanos = nanos(large, work);
        double allowed = (smallNanos + BASE_NANOS) * SLACK * LARGE_BYTES / SMALL_BYTES;
        assertTrue(largeNanos < allowed, () -> what + ": " + LARGE_BYTES + " bytes took " + largeNanos + " ns, " + SMALL_BYTES
                + " took " + smallNanos);
    }

    private static long nanos(Path directory, Consumer<Path> work) {
        long began = System.nanoTime();
        work.accept(directory);
        return System.nanoTime() - began;
    }

    /** A pool of one log in one extent that is forged from its first record on. */
    private Path forge(ForgedLines forged, long extentBytes) {
        Path directory = scratch.path("pool");
        try (Pool pool = Pool.open(directory, Pools.small().withExtentBytes(extentBytes))) {
            pool.log("log").append(new byte[36]);
            PoolImage image = PoolImage.of(directory);
            String file = image.extents().stream().filter(name -> image.header(name).logName().equals("log")).findFirst()
                    .orElseThrow();
            forged.fill(image.files().get(file), image.header(file));
            Path copy = scratch.path("forged");
            image.writeTo(copy);
            return copy;
        }
    }
}
