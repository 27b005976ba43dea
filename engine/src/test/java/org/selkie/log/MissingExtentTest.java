// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.Pool;
import org.selkie.fault.MissingExtentException;
import org.selkie.testing.Damage;
import org.selkie.testing.Pools;
import org.selkie.testing.Pools.Entry;
import org.selkie.testing.Scratch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** An extent in the middle of a log is gone: a reader says which, and gets past it both ways. */
final class MissingExtentTest {

    private static final long FROM = 2 * Pools.EXTENT_BYTES;
    private static final long TO = 4 * Pools.EXTENT_BYTES;

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    private Path directory;
    private final List<Entry> left = new ArrayList<>();

    /** Takes away the third and the fourth extent of six. */
    private void loseTwoExtents() throws IOException {
        directory = scratch.path("pool");
        try (Pool pool = Pools.open(directory)) {
            Log log = pool.log("x");
            for (int i = 0; log.visiblePosition() < 5 * Pools.EXTENT_BYTES + 9000; i++) {
                byte[] payload = Pools.payload(i, 8 + i % 900);
                long position = log.append(payload);
                if (position < FROM || position >= TO) {
                    left.add(new Entry(position, payload));
                }
            }
        }
        List<Path> extents = Damage.extents(directory);
        Files.delete(extents.get(2));
        Files.delete(extents.get(3));
    }

    @Test
    void aReaderNamesItAndGoesOnBehindAndBeforeIt() throws IOException {
        loseTwoExtents();
        try (Pool pool = Pool.open(directory, Pools.small().forReading())) {
            assertTrue(pool.recovery().hasLoss());
            Log log = pool.log("x");
            for (Visibility visibility : Visibility.values()) {
                LogReader reader = log.reader(visibility);
                List<Entry> found = new ArrayList<>(upToMissing(reader::next, reader));
                MissingExtentException missing = assertThrows(MissingExtentException.class, reader::next);
                requireNamed(missing);
                assertEquals(TO - reader.nextPosition(), reader.skipDamaged());
                assertEquals(0, reader.skipDamaged(), "nothing is damaged behind it");
                found.addAll(Pools.rest(reader));
                assertEquals(left, found);

                List<Entry> backwards = new ArrayList<>(upToMissing(reader.seekToEnd()::previous, reader));
                requireNamed(assertThrows(MissingExtentException.class, reader::previous));
                assertTrue(reader.skipDamagedBackwards() >= TO - FROM);
                backwards.addAll(upToMissing(reader::previous, reader));
                assertEquals(left, backwards.reversed());
            }
            requireNamed(assertThrows(MissingExtentException.class, () -> log.read(FROM + 4096)));
            requireNamed(assertThrows(MissingExtentException.class, () -> log.reader().seek(TO - 64).next()));
            assertFalse(log.reader().seek(0).previous());
        }
    }

    private interface Move {
        boolean run();
    }

    private static List<Entry> upToMissing(Move move, LogReader reader) {
        List<Entry> entries = new ArrayList<>();
        try {
            while (move.run()) {
                entries.add(new Entry(reader.position(), reader.bytes()));
            }
        } catch (MissingExtentException e) {
            assertFalse(e.getMessage().isEmpty());
        }
        return entries;
    }

    private static void requireNamed(MissingExtentException missing) {
        assertTrue(missing.getMessage().startsWith("extents 2 to 3 of log x is not there"), missing::getMessage);
        assertEquals(FROM, missing.fromPosition());
        assertEquals(TO, missing.toPosition());
    }

    @Test
    void salvageOpensItForWritingAndEveryModeAfterwards() throws IOException {
        loseTwoExtents();
        assertThrows(DamagedLogException.class, () -> Pools.open(directory).close());
        try (Pool pool = Pool.open(directory, Pools.small().withRecoveryMode(RecoveryMode.SALVAGE))) {
            assertEquals(left, Pools.entries(pool.log("x")));
            assertEquals(left, Pools.backwards(pool.log("x")).reversed());
            byte[] payload = Pools.payload(-1, 100);
            left.add(new Entry(pool.log("x").append(payload), payload));
        }
        try (Pool pool = Pool.open(directory, Pools.small().withRecoveryMode(RecoveryMode.STRICT))) {
            assertEquals(left, Pools.entries(pool.log("x")));
        }
    }
}
