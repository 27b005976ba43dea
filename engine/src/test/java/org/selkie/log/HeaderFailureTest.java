// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.fault.ExtentFaultException;
import org.selkie.fault.LogStoppedException;
import org.selkie.fault.SelkieException;
import org.selkie.persist.Granularity;
import org.selkie.persist.Persister;
import org.selkie.testing.Pools;
import org.selkie.testing.Pools.Entry;
import org.selkie.testing.Scratch;
import org.selkie.testing.WrappedPersister;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * A store or write-back of a header fails once, as the kernel reports an error once: the next one would seem to succeed, so
 * the log stops for good.
 */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class HeaderFailureTest {

    private static final int NEVER = Integer.MAX_VALUE;

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    private final List<Entry> acknowledged = new ArrayList<>();
    private final AtomicInteger extents = new AtomicInteger();
    /** How many stores into headers, or write-backs of them, still succeed before one fails. */
    private final AtomicInteger left = new AtomicInteger(NEVER);

    /** Stores into headers of extents from a number on are those that fail. */
    private PoolOptions options(Granularity granularity, int fromExtent) {
        return Pools.small().withPersister(_ -> {
            boolean counted = extents.getAndIncrement() >= fromExtent;
            AtomicLong header = new AtomicLong();
            return new WrappedPersister(Persister.of(granularity)) {
                @Override
                protected void store(long to, long lengthBytes, Runnable stored) {
                    // The first store into an extent that is made is into its header.
                    header.compareAndSet(0, to & -4096);
                    if (granularity != Granularity.PAGE) {
                        failOnce(to);
                    }
                    stored.run();
                }

                @Override
                protected void writeBack(long address, long lengthBytes, Runnable written) {
                    failOnce(address);
                    written.run();
                }

                private void failOnce(long address) {
                    if (counted && address - header.get() < 4096 && left.get() != NEVER && left.getAndDecrement() == 0) {
                        throw new ExtentFaultException("the test lets a header fail");
                    }
                }
            };
        });
    }

    private void append(Log log, int lengthBytes) {
        byte[] payload = Pools.payload(acknowledged.size(), lengthBytes);
        acknowledged.add(new Entry(log.append(payload), payload));
    }

    private static void assertStopped(Log log) {
        assertFalse(log.isRunning());
        for (int i = 0; i < 3; i++) {
            assertThrows(LogStoppedException.class, () -> log.append(new byte[10]));
            assertThrows(LogStoppedException.class, () -> log.append(new byte[Pools.MAX_PAYLOAD_BYTES]));
            assertThrows(LogStoppedException.class, () -> log.trim(log.persistedPosition()));
        }
    }

    private void assertReopens(Path directory, int trimmed) {
        try (Pool pool = Pools.open(directory)) {
            assertFalse(pool.recovery().hasLoss(), () -> pool.recovery().toString());
            Log log = pool.log("x");
            List<Entry> entries = Pools.entries(log);
            // The trim may have taken place or not.
            List<Entry> kept = acknowledged.subList(entries.size() == acknowledged.size() ? 0 : trimmed, acknowledged.size());
            assertEquals(kept, entries);
            log.append(new byte[Pools.MAX_PAYLOAD_BYTES]);
            log.append(new byte[Pools.MAX_PAYLOAD_BYTES]);
        }
    }

    @ParameterizedTest
    @EnumSource(Granularity.class)
    void aTrimMarkThatFailsStopsTheLog(Granularity granularity) {
        Path directory = scratch.path("pool");
        try (Pool pool = Pool.open(directory, options(granularity, 0))) {
            Log log = pool.log("x");
            for (int i = 0; i < 10; i++) {
                append(log, 1000);
            }
            left.set(0);
            assertThrows(ExtentFaultException.class, () -> log.trim(acknowledged.get(4).position()));
            assertStopped(log);
        }
        assertReopens(directory, 4);
    }

    @ParameterizedTest
    @EnumSource(Granularity.class)
    void anExtentThatCannotBeGivenBackStopsTheLog(Granularity granularity) {
        Path directory = scratch.path("pool");
        try (Pool pool = Pool.open(directory, options(granularity, 0))) {
            Log log = pool.log("x");
            for (int i = 0; i < 3; i++) {
                append(log, Pools.MAX_PAYLOAD_BYTES);
            }
            // The trim mark, and then the header of the first extent.
            left.set(1);
            assertThrows(ExtentFaultException.class, () -> log.trim(acknowledged.get(2).position()));
            assertStopped(log);
        }
        assertReopens(directory, 2);
    }

    /** Each store of the header in turn when it is given to the log; the two when it is made are before that. */
    @ParameterizedTest
    @EnumSource(Granularity.class)
    void anExtentWhoseHeaderFailsIsNotTriedAgain(Granularity granularity) {
        for (int before = 2; before < 4; before++) {
            Path directory = scratch.path("pool");
            acknowledged.clear();
            extents.set(0);
            left.set(before);
            try (Pool pool = Pool.open(directory, options(granularity, 1))) {
                Log log = pool.log("x");
                assertThrows(LogStoppedException.class, () -> {
                    while (acknowledged.size() < 10_000) {
                        append(log, 1000);
                    }
                });
                assertEquals(-1, left.get(), "nothing was stored into a header afterwards");
                assertStopped(log);
                Log other = pool.log("y");
                other.append(new byte[1]);
            }
            assertReopens(directory, 0);
        }
    }

    @ParameterizedTest
    @EnumSource(Granularity.class)
    void aNewLogWhoseHeaderFailsIsThereOnlyOnce(Granularity granularity) {
        Path directory = scratch.path("pool");
        try (Pool pool = Pool.open(directory, options(granularity, 0))) {
            left.set(1);
            assertThrows(LogStoppedException.class, () -> pool.log("x"));
            assertThrows(LogStoppedException.class, () -> pool.log("x"));
            assertEquals(1, pool.log("y").append(new byte[1]) / 4096);
        }
        assertReopens(directory, 0);
    }

    @ParameterizedTest
    @EnumSource(Granularity.class)
    void aWatermarkThatFailsIsTold(Granularity granularity) {
        Path directory = scratch.path("pool");
        Pool pool = Pool.open(directory, options(granularity, 0));
        append(pool.log("x"), 1000);
        left.set(0);
        assertThrows(SelkieException.class, pool::close);
        pool.close();
        assertTrue(left.get() < 0);
        assertReopens(directory, 0);
    }
}
