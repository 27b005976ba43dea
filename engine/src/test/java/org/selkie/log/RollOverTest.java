// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.selkie.Pool;
import org.selkie.format.RecordLayout;
import org.selkie.testing.Pools;
import org.selkie.testing.Pools.Entry;
import org.selkie.testing.Scratch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** From one extent into the next, whatever is left of the one before. */
final class RollOverTest {

    private static final int LINE = RecordLayout.LINE_BYTES;

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    @Test
    void whateverIsLeftOfAnExtentIsSkippedBothWaysAndAfterReopening() {
        // Lines that are left when a record of 20 lines does not fit any more.
        for (int left = 0; left < 20; left++) {
            Path directory = scratch.path("left-" + left);
            List<Entry> entries = new ArrayList<>();
            try (Pool pool = Pools.open(directory)) {
                Log log = pool.log("x");
                byte[] most = Pools.payload(left, Pools.MAX_PAYLOAD_BYTES - left * LINE);
                entries.add(new Entry(log.append(most), most));
                byte[] next = Pools.payload(left, 20 * LINE - RecordLayout.OVERHEAD_BYTES);
                entries.add(new Entry(log.append(next), next));
                assertEquals(Pools.EXTENT_BYTES + 4096, entries.getLast().position());
                assertEquals(entries, Pools.entries(log));
                assertEquals(entries, Pools.backwards(log).reversed());
            }
            reopensWith(directory, entries);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void recordsThatFillExtentsExactlyRollOver(boolean single) {
        Path directory = scratch.path("exact");
        List<Entry> entries = new ArrayList<>();
        for (int session = 0; session < 3; session++) {
            try (Pool pool = Pools.open(directory)) {
                Log log = pool.log("x", single ? LogOptions.forSingleWriter() : LogOptions.defaults());
                for (int i = 0; i < 3; i++) {
                    byte[] payload = Pools.payload(i, Pools.MAX_PAYLOAD_BYTES);
                    entries.add(new Entry(log.append(payload), payload));
                }
                assertEquals(entries, Pools.entries(log));
                assertEquals(entries, Pools.backwards(log).reversed());
            }
            reopensWith(directory, entries);
        }
        for (int i = 0; i < entries.size(); i++) {
            assertEquals(i * Pools.EXTENT_BYTES + 4096, entries.get(i).position());
        }
    }

    @Test
    void aLogThatIsClosedRightAfterItRolledOverIsClean() {
        Path directory = scratch.path("rolled");
        byte[] payload = Pools.payload(1, Pools.MAX_PAYLOAD_BYTES);
        try (Pool pool = Pools.open(directory)) {
            Log log = pool.log("x", LogOptions.forSingleWriter());
            log.append(payload);
            Arena arena = Arena.ofConfined();
            MemorySegment gone = arena.allocate(100);
            arena.close();
            // It rolls over and then cannot read its payload.
            assertThrows(IllegalStateException.class, () -> log.append(gone));
            assertEquals(Pools.EXTENT_BYTES + 4096, log.persistedPosition());
        }
        reopensWith(directory, List.of(new Entry(4096, payload)));
    }

    @Test
    void aBatchIsNeverSplitOverTwoExtents() {
        Path directory = scratch.path("batches");
        List<Entry> entries = new ArrayList<>();
        try (Pool pool = Pools.open(directory)) {
            Log log = pool.log("x");
            try (Batch batch = log.batch()) {
                for (int i = 0; i < 100; i++) {
                    List<byte[]> members = new ArrayList<>();
                    for (int member = 0; member < 7; member++) {
                        members.add(Pools.payload(100L * i + member, 37 * i % 1500));
                        batch.add(members.getLast());
                    }
                    long lengthBytes = batch.lengthBytes();
                    long position = batch.commit();
                    assertTrue(position / Pools.EXTENT_BYTES == (position + lengthBytes - 1) / Pools.EXTENT_BYTES);
                    for (byte[] member : members) {
                        entries.add(new Entry(position, member));
                        position += RecordLayout.recordBytes(member.length);
                    }
                }
            }
            assertEquals(entries, Pools.entries(log));
        }
        reopensWith(directory, entries);
    }

    @Test
    void aLogGoesOnAfterEachOfManyReopenings() {
        Path directory = scratch.path("often");
        List<Entry> entries = new ArrayList<>();
        for (int session = 0; session < 60; session++) {
            try (Pool pool = Pools.open(directory)) {
                assertTrue(pool.recovery().isClean(), () -> pool.recovery().toString());
                Log log = pool.log("x");
                assertEquals(entries, Pools.entries(log));
                for (int i = 0; i < session % 7; i++) {
                    byte[] payload = Pools.payload(session, 3000 * i + session);
                    entries.add(new Entry(log.append(payload), payload));
                }
            }
        }
    }

    private static void reopensWith(Path directory, List<Entry> entries) {
        try (Pool pool = Pool.open(directory, Pools.small().withRecoveryMode(RecoveryMode.STRICT))) {
            assertTrue(pool.recovery().isClean(), () -> pool.recovery().toString());
            assertEquals(entries.size(), pool.recovery().records());
            assertEquals(entries, Pools.entries(pool.log("x")));
            assertEquals(entries, Pools.backwards(pool.log("x")).reversed());
        }
    }
}
