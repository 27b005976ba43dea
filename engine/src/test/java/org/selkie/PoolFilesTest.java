// SPDX-License-Identifier: Apache-2.0
package org.selkie;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.fault.ExtentBusyException;
import org.selkie.fault.ExtentLengthException;
import org.selkie.fault.LogStoppedException;
import org.selkie.fault.PoolFormatException;
import org.selkie.fault.SealBrokenException;
import org.selkie.fault.SelkieException;
import org.selkie.log.Log;
import org.selkie.log.RecoveryMode;
import org.selkie.seal.SealTier;
import org.selkie.testing.Pools;
import org.selkie.testing.Scratch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What lies in a pool's directory is looked at without disturbing anybody, and let go whatever is found. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PoolFilesTest {

    private static final PoolOptions LEASED = Pools.small().withSealTier(SealTier.LEASE);

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    @Test
    void aPipeInPlaceOfAFileIsRefusedAndNotWaitedFor() throws Exception {
        Path directory = poolOfTwoExtents();
        Path second = extent(directory, 2);
        Files.delete(second);
        makePipe(second);
        assertThrows(SelkieException.class, () -> Pools.open(directory));
        assertThrows(SelkieException.class, () -> Pool.open(directory, Pools.small().forReading()));
        Path header = directory.resolve("pool.selkie");
        Files.delete(header);
        makePipe(header);
        assertThrows(PoolFormatException.class, () -> Pool.exists(directory));
        assertThrows(PoolFormatException.class, () -> Pools.open(directory));
    }

    @Test
    void aLockThatIsAnotherNameOfAFileIsRefusedAndTheFileIsLeftAsItWas() throws Exception {
        Path directory = poolOfTwoExtents();
        Path lock = directory.resolve("pool.lock");
        Path victim = Files.writeString(directory.resolveSibling(directory.getFileName() + "-victim"), "precious");
        Files.delete(lock);
        Files.createLink(lock, victim);
        PoolFormatException refused = assertThrows(PoolFormatException.class, () -> Pools.open(directory));
        assertTrue(refused.getMessage().contains("a file with 2 names"), refused::getMessage);
        assertEquals("precious", Files.readString(victim));
        Files.delete(lock);
        makePipe(lock);
        assertThrows(PoolFormatException.class, () -> Pools.open(directory));
        Files.delete(lock);
        Pools.open(directory).close();
    }

    @Test
    void aClosedPoolSaysThatItIsClosed() {
        Pool pool = Pools.open(poolOfTwoExtents());
        pool.close();
        assertThrows(LogStoppedException.class, pool::report);
        assertThrows(LogStoppedException.class, pool::durability);
        assertThrows(LogStoppedException.class, pool::audit);
    }

    @Test
    void aReaderDoesNotBreakTheLeasesOfTheWriter() {
        Path directory = poolOfTwoExtents();
        try (Pool writer = Pool.open(directory, LEASED)) {
            Log log = writer.log("x");
            assertTrue(Pool.exists(directory));
            assertThrows(ExtentBusyException.class, () -> Pool.open(directory, Pools.small().forReading()));
            log.append(new byte[1]);
            writer.audit();
        }
    }

    @Test
    void aLogThatLostItsSealBeforeItWasOpenedIsRefusedForThat() throws Exception {
        Path directory = poolOfTwoExtents();
        try (Pool pool = Pool.open(directory, LEASED)) {
            // Returns when the holder has let go.
            FileChannel.open(extent(directory, 1), StandardOpenOption.WRITE).close();
            assertThrows(SealBrokenException.class, () -> pool.log("x"));
            assertEquals(0, Pools.entries(pool.log("y")).size());
        }
        try (Pool pool = Pools.open(directory)) {
            assertEquals(2, Pools.entries(pool.log("x")).size());
        }
    }

    @Test
    void aRefusedPoolIsNotLocked() throws Exception {
        Path directory = poolOfTwoExtents();
        byte[] whole = Files.readAllBytes(extent(directory, 2));
        try (FileChannel file = FileChannel.open(extent(directory, 2), StandardOpenOption.WRITE)) {
            file.truncate(whole.length / 2);
        }
        assertThrows(ExtentLengthException.class, () -> Pools.open(directory));
        Files.write(extent(directory, 2), whole);
        try (Pool pool = Pools.open(directory)) {
            assertEquals(2, Pools.entries(pool.log("x")).size());
        }
    }

    @Test
    void numbersGoOnBeyondEightDigits() throws Exception {
        Path directory = poolOfTwoExtents();
        byte[] garbage = new byte[(int) Pools.EXTENT_BYTES];
        Arrays.fill(garbage, (byte) 0x5a);
        Files.write(extent(directory, 99_999_999), garbage);
        try (Pool pool = Pool.open(directory, Pools.small().withRecoveryMode(RecoveryMode.SALVAGE))) {
            Log log = pool.log("x");
            for (int i = 0; i < 3; i++) {
                log.append(new byte[Pools.MAX_PAYLOAD_BYTES]);
            }
        }
        assertTrue(Files.exists(directory.resolve("extent-100000000.selkie")));
        // None of these is an extent's name.
        Files.write(directory.resolve("extent-0000000001.selkie"), new byte[] {1});
        Files.write(directory.resolve("extent-9999999999.selkie"), new byte[] {1});
        try (Pool pool = Pools.open(directory)) {
            assertEquals(5, Pools.entries(pool.log("x")).size());
        }
    }

    private Path poolOfTwoExtents() {
        Path directory = scratch.path("pool");
        try (Pool pool = Pools.open(directory)) {
            Log log = pool.log("x");
            log.append(new byte[Pools.MAX_PAYLOAD_BYTES]);
            log.append(new byte[1]);
        }
        return directory;
    }

    private static Path extent(Path directory, int number) {
        return directory.resolve(String.format("extent-%08d.selkie", number));
    }

    private static void makePipe(Path path) throws IOException, InterruptedException {
        assertEquals(0, new ProcessBuilder(List.of("mkfifo", path.toString())).inheritIO().start().waitFor());
    }
}
