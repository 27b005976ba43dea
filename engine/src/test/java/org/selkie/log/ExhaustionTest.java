// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.selkie.Pool;
import org.selkie.fault.PoolFormatException;
import org.selkie.fault.PoolFullException;
import org.selkie.fault.SelkieException;
import org.selkie.fault.SystemCallException;
import org.selkie.format.FormatVersion;
import org.selkie.format.PoolHeader;
import org.selkie.os.Mount;
import org.selkie.testing.Pools;
import org.selkie.testing.Pools.Entry;
import org.selkie.testing.Scratch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** No room, no right to write, a pool of the future: each is refused in one line, and nothing is lost by it. */
final class ExhaustionTest {

    private static final int PAYLOAD_BYTES = 500;
    private static final int EXTENTS = 16;

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    @Test
    void aFullFileSystemRefusesAppendsAndTrimmingMakesRoom(@TempDir Path temporary) {
        try (Mount mount = Mount.tmpfs(temporary, EXTENTS * Pools.EXTENT_BYTES)) {
            Path path = mount.directory().resolve("pool");
            List<Entry> appended = new ArrayList<>();
            try (Pool pool = Pools.open(path)) {
                Log log = pool.log("full");
                for (int time = 0; time < 3; time++) {
                    fill(log, appended);
                    refused(PoolFullException.class, () -> log.append(new byte[PAYLOAD_BYTES]), "full", "trim a log");
                    assertEquals(appended, Pools.entries(log));
                    // Half of what there is.
                    Entry kept = appended.get(appended.size() / 2);
                    log.trim(kept.position());
                    appended.subList(0, appended.size() / 2).clear();
                }
                assertTrue(append(log, appended), "trimming made no room");
            }
            try (Pool pool = Pool.open(path, Pools.small().withRecoveryMode(RecoveryMode.STRICT))) {
                assertEquals(appended, Pools.entries(pool.log("full")));
                assertTrue(append(pool.log("full"), appended));
                fill(pool.log("full"), appended);
                assertEquals(appended, Pools.entries(pool.log("full")));
            }
        }
    }

    @Test
    void aFullFileSystemRefusesAnotherPoolAndAnotherLog(@TempDir Path temporary) {
        try (Mount mount = Mount.tmpfs(temporary, EXTENTS * Pools.EXTENT_BYTES)) {
            Path path = mount.directory().resolve("pool");
            List<Entry> appended = new ArrayList<>();
            try (Pool pool = Pools.open(path)) {
                fill(pool.log("full"), appended);
            }
            refused(SelkieException.class, () -> Pools.open(mount.directory().resolve("second")).close());
            try (Pool pool = Pools.open(path)) {
                refused(PoolFullException.class, () -> pool.log("second"), "trim a log");
                assertEquals(appended, Pools.entries(pool.log("full")));
            }
            try (Pool pool = Pool.open(path, Pools.small().forReading())) {
                assertEquals(appended, Pools.entries(pool.log("full")));
            }
        }
    }

    @Test
    void aReadOnlyFileSystemRefusesWritersAndAdmitsReaders(@TempDir Path temporary) {
        try (Mount mount = Mount.tmpfs(temporary, EXTENTS * Pools.EXTENT_BYTES)) {
            Path path = mount.directory().resolve("pool");
            List<Entry> appended = new ArrayList<>();
            try (Pool pool = Pools.open(path)) {
                append(pool.log("log"), appended);
            }
            mount.remount("ro");
            refused(SystemCallException.class, () -> Pools.open(path).close(), "EROFS", "read-only");
            refused(SelkieException.class, () -> Pools.open(mount.directory().resolve("new")).close(), "new");
            try (Pool pool = Pool.open(path, Pools.small().forReading())) {
                assertEquals(appended, Pools.entries(pool.log("log")));
            }
        }
    }

    @Test
    void aPoolOfANewerFormatIsRefused() throws IOException {
        Path path = scratch.path("pool");
        Pools.open(path).close();
        Path file = path.resolve("pool.selkie");
        PoolHeader header = PoolHeader.decode(Files.readAllBytes(file), "pool").orElseThrow();
        Files.write(file, new PoolHeader(new FormatVersion(2, 1), header.poolId(), header.extentBytes(),
                header.createdMillis()).encode());
        for (boolean readOnly : new boolean[] {false, true}) {
            refused(PoolFormatException.class, () -> Pool.open(path, readOnly ? Pools.small().forReading() : Pools.small())
                    .close(), "2.1", "1.x", "open it with the engine that wrote it");
        }
    }

    private static void fill(Log log, List<Entry> appended) {
        while (append(log, appended)) {
            assertTrue(appended.size() < 100_000, "it is never full");
        }
    }

    /** Returns false if the pool is full. */
    private static boolean append(Log log, List<Entry> appended) {
        byte[] payload = Pools.payload(appended.size(), PAYLOAD_BYTES);
        try {
            appended.add(new Entry(log.append(payload), payload));
            return true;
        } catch (PoolFullException e) {
            return false;
        }
    }

    private static void refused(Class<? extends SelkieException> type, Executable executable, String... parts) {
        String message = assertThrows(type, executable).getMessage();
        assertTrue(!message.isEmpty() && !message.contains("\n"), message);
        for (String part : parts) {
            assertTrue(message.contains(part), () -> "\"" + part + "\" is not in: " + message);
        }
        System.out.println("ExhaustionTest: " + message);
    }
}
