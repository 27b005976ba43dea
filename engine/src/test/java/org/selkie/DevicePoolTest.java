// SPDX-License-Identifier: Apache-2.0
package org.selkie;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.extent.Medium;
import org.selkie.fault.ExtentBusyException;
import org.selkie.fault.ExtentLengthException;
import org.selkie.fault.PoolFormatException;
import org.selkie.fault.PoolFullException;
import org.selkie.fault.SelkieException;
import org.selkie.log.Log;
import org.selkie.log.RecoveryMode;
import org.selkie.persist.Durability;
import org.selkie.seal.SealTier;
import org.selkie.testing.Damage;
import org.selkie.testing.Pools;
import org.selkie.testing.Scratch;
import org.selkie.testing.SecondJvm;
import org.selkie.testing.Seed;
import org.selkie.testing.WrappedPersister;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The whole life of a pool on a device, on a file that stands in for one. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class DevicePoolTest {

    private static final long UNIT = Pools.EXTENT_BYTES;

    @RegisterExtension
    private static final Seed SEED = new Seed();

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    private Path device(int units) {
        return DevicePools.device(scratch.path("device"), units * UNIT);
    }

    private static Pool open(Path device) {
        return DevicePools.open(device, DevicePools.options());
    }

    private static Pool open(Path device, RecoveryMode mode) {
        return DevicePools.open(device, DevicePools.options().withRecoveryMode(mode));
    }

    @Test
    void twoLogsLiveOnOneDevice() {
        Path device = device(20);
        try (Pool pool = open(device)) {
            assertEquals(Durability.POWER_FAILURE, pool.durability());
            assertEquals(Medium.DEVICE_DAX, pool.report().medium());
            assertEquals(SealTier.DEVICE, pool.report().tier());
            for (int i = 0; i < 40; i++) {
                pool.log("one").append(Pools.payload(i, 5000));
                pool.log("two").append(Pools.payload(100 + i, 9000));
            }
            pool.audit();
            assertThrows(ExtentBusyException.class, () -> open(device));
            try (Pool reader = DevicePools.open(device, DevicePools.options().forReading())) {
                // What no later record vouches for, a reader is not shown.
                assertTrue(Pools.entries(reader.log("one")).size() >= 39);
            }
        }
        try (Pool pool = open(device, RecoveryMode.STRICT)) {
            assertEquals(Set.of("one", "two"), pool.logs());
            assertEquals(40, Pools.entries(pool.log("one")).size());
            List<Pools.Entry> two = Pools.entries(pool.log("two"));
            assertEquals(40, two.size());
            pool.log("two").trim(two.get(30).position());
            // The slices that it gave back are enough for the other one.
            for (int i = 40; i < 80; i++) {
                pool.log("one").append(Pools.payload(i, 5000));
            }
        }
        try (Pool pool = open(device, RecoveryMode.STRICT)) {
            List<Pools.Entry> one = Pools.entries(pool.log("one"));
            for (int i = 0; i < 80; i++) {
                assertArrayEquals(Pools.payload(i, 5000), one.get(i).payload());
            }
            assertEquals(10, Pools.entries(pool.log("two")).size());
        }
    }

    @Test
    void aFullDeviceRefusesAndATrimMakesRoom() {
        try (Pool pool = open(device(4))) {
            Log log = pool.log("x");
            long last = 0;
            for (int i = 0; i < 3; i++) {
                last = log.append(new byte[Pools.MAX_PAYLOAD_BYTES]);
            }
            assertThrows(PoolFullException.class, () -> log.append(new byte[1]));
            log.trim(last);
            log.append(new byte[1]);
        }
    }

    @Test
    void whatAKilledProcessWasToldIsThere() {
        Path device = device(400);
        String one;
        String two;
        try (SecondJvm writer = SecondJvm.start(DevicePools.class, List.of(), device)) {
            writer.await("done one", 60);
            for (int i = 0; i < 200; i++) {
                writer.await("done two", 60);
            }
            writer.kill();
            one = last(writer.output(), "one");
            two = last(writer.output(), "two");
        }
        try (Pool pool = open(device)) {
            for (String name : List.of("one", "two")) {
                long acknowledged = Long.parseLong(name.equals("one") ? one : two);
                List<Pools.Entry> entries = Pools.entries(pool.log(name));
                for (int i = 0; i < entries.size(); i++) {
                    assertEquals(i, Pools.number(entries.get(i).payload()));
                }
                assertTrue(entries.getLast().position() >= acknowledged, name);
                pool.log(name).append(new byte[1]);
            }
        }
        open(device, RecoveryMode.STRICT).close();
    }

    private static String last(String output, String log) {
        List<String> lines = output.lines().filter(line -> line.matches("done " + log + " \\d+")).toList();
        // The last line may be cut short by the kill.
        return lines.get(lines.size() - 2).split(" ")[2];
    }

    @Test
    void aDeviceThatHoldsSomethingElseIsRefusedAndLeftAlone() throws IOException {
        for (long offset : new long[] {0, 10, 100, 4090, 5000, UNIT - 1}) {
            Path device = device(4);
            Damage.write(device, offset, new byte[] {1, 2, 3});
            byte[] before = Files.readAllBytes(device);
            PoolFormatException e = assertThrows(PoolFormatException.class, () -> open(device).close(), "at " + offset);
            assertTrue(e.getMessage().contains("is not blank"), e.getMessage());
            assertArrayEquals(before, Files.readAllBytes(device));
        }
    }

    @Test
    void aDeviceThatIsTooSmallOrOfAnotherAlignmentIsRefusedBeforeAnythingIsWritten() throws IOException {
        Path small = device(1);
        assertThrows(PoolFullException.class, () -> open(small).close());
        assertBlank(small);
        Path tiny = DevicePools.device(scratch.path("device"), 4096);
        assertThrows(ExtentLengthException.class, () -> open(tiny).close());
        Path coarse = device(64);
        assertThrows(PoolFormatException.class, () -> DevicePools.open(coarse, DevicePools.options(), 2 << 20).close());
        assertBlank(coarse);
        try (Pool pool = DevicePools.open(coarse, DevicePools.options().withExtentBytes(1 << 20), 4096)) {
            pool.log("x").append(new byte[1]);
        }
    }

    @Test
    void whatIsRefusedHalfWayIsTakenBack() {
        Path device = device(8);
        PoolOptions failing = DevicePools.options().withPersister(persister -> new WrappedPersister(persister) {
            @Override
            protected void store(long to, long lengthBytes, Runnable stored) {
                throw new SelkieException("the store fails, as the test wants it");
            }
        });
        assertThrows(SelkieException.class, () -> DevicePools.open(device, failing).close());
        try (Pool pool = DevicePools.open(device, DevicePools.options().withExtentBytes(2 * UNIT))) {
            assertEquals(2 * UNIT, pool.extentBytes());
        }
    }

    @Test
    void aHeaderThatACrashToreIsNoPoolAndInNobodysWay() throws IOException {
        Path whole = device(4);
        open(whole).close();
        byte[] header = Arrays.copyOf(Files.readAllBytes(whole), 4096);
        SplittableRandom random = SEED.random("torn headers");
        for (int round = 0; round < 50; round++) {
            byte[] torn = new byte[header.length];
            // Any words of it, in any order, but the first: that is stored when the others are durable.
            for (int at = 8; at < torn.length; at += 8) {
                if (random.nextBoolean()) {
                    System.arraycopy(header, at, torn, at, 8);
                }
            }
            Path device = device(4);
            Damage.write(device, 0, torn);
            try (Pool pool = open(device)) {
                pool.log("x").append(new byte[1]);
            }
            open(device, RecoveryMode.STRICT).close();
        }
    }

    @Test
    void aBlankHeaderOverRecordsIsDamageAndNoUnusedSlice() {
        Path device = device(8);
        try (Pool pool = open(device)) {
            for (int i = 0; i < 100; i++) {
                pool.log("x").append(Pools.payload(i, 2000));
            }
        }
        Damage.write(device, 2 * UNIT, new byte[4096]);
        for (RecoveryMode mode : List.of(RecoveryMode.STRICT, RecoveryMode.DROP_TORN_TAIL)) {
            PoolFormatException e = assertThrows(PoolFormatException.class, () -> open(device, mode).close());
            assertTrue(e.getMessage().contains("slice 2"), e.getMessage());
        }
        int found;
        try (Pool pool = open(device, RecoveryMode.SALVAGE)) {
            assertTrue(pool.recovery().hasLoss());
            found = salvaged(pool);
            assertTrue(found > 20 && found < 100, "records: " + found);
        }
        try (Pool pool = open(device, RecoveryMode.STRICT)) {
            assertEquals(found, salvaged(pool));
        }
    }

    private static int salvaged(Pool pool) {
        return Pools.entries(pool.log("x")).size();
    }

    @Test
    void slicesOfAnEarlierPoolAreNobodys() {
        Path device = device(8);
        try (Pool pool = open(device)) {
            for (int i = 0; i < 100; i++) {
                pool.log("old").append(Pools.payload(i, 2000));
            }
        }
        Damage.write(device, 0, new byte[(int) UNIT]);
        // One whose header went as well.
        Damage.write(device, UNIT, new byte[4096]);
        try (Pool pool = open(device)) {
            assertEquals(Set.of(), pool.logs());
            pool.log("new").append(new byte[1]);
        }
        try (Pool pool = open(device, RecoveryMode.STRICT)) {
            assertEquals(Set.of("new"), pool.logs());
        }
    }

    private static void assertBlank(Path device) throws IOException {
        byte[] bytes = Files.readAllBytes(device);
        assertEquals(-1, Arrays.mismatch(bytes, new byte[bytes.length]));
    }
}
