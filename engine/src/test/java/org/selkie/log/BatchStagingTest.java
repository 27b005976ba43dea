// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.fault.PoolFullException;
import org.selkie.format.RecordLayout;
import org.selkie.os.Mount;
import org.selkie.persist.Durability;
import org.selkie.testing.Pools;
import org.selkie.testing.Pools.Entry;
import org.selkie.testing.Scratch;
import org.selkie.testing.Seed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** A batch is the same whichever memory it is staged in, and however often it has to move. */
final class BatchStagingTest {

    private static final long EXTENT_BYTES = 1 << 20;

    @RegisterExtension
    private static final Seed SEED = new Seed();

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    @Test
    void anArrayAndASegmentAreStagedAlikeAtEveryLength() {
        SplittableRandom random = SEED.random("staging");
        byte[] array = new byte[4096];
        byte[] segment = new byte[4096];
        for (int length = 0; length <= 1000; length++) {
            byte[] payload = new byte[length + 9];
            random.nextBytes(payload);
            // What was staged before may be anything.
            random.nextBytes(array);
            int at = random.nextInt(40) * RecordLayout.LINE_BYTES;
            int from = random.nextInt(10);
            System.arraycopy(array, 0, segment, 0, array.length);
            int bytes = RecordLayout.stage(array, at, payload, from, length, RecordLayout.DATA, RecordLayout.MORE);
            assertEquals(bytes, RecordLayout.stage(MemorySegment.ofArray(segment), at, payload, from, length, RecordLayout.DATA,
                    RecordLayout.MORE));
            // The position is stamped when the batch is written.
            Arrays.fill(array, at + RecordLayout.POSITION_OFFSET, at + RecordLayout.LAG_OFFSET, (byte) 0);
            Arrays.fill(segment, at + RecordLayout.POSITION_OFFSET, at + RecordLayout.LAG_OFFSET, (byte) 0);
            assertArrayEquals(segment, array, length + " bytes staged at " + at);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 16_000, 17_000, 60_000, 64_000, 70_000, 200_000})
    void aBatchIsWholeHoweverMuchItHolds(int bytes) {
        SplittableRandom random = SEED.random("batch", bytes);
        Path path = scratch.path("pool");
        PoolOptions options = PoolOptions.defaults().withDurability(Durability.PROCESS_CRASH).withExtentBytes(EXTENT_BYTES);
        List<Entry> expected = new ArrayList<>();
        try (Pool pool = Pool.open(path, options); Batch batch = pool.log("batch").batch(); Arena arena = Arena.ofConfined()) {
            for (int time = 0; time < 3; time++) {
                List<byte[]> members = new ArrayList<>();
                while (batch.lengthBytes() < bytes) {
                    byte[] member = new byte[random.nextInt(random.nextInt(10) == 0 ? 20_000 : 300)];
                    random.nextBytes(member);
                    members.add(member);
                    switch (random.nextInt(4)) {
                        case 0 -> batch.add(MemorySegment.ofArray(member));
                        case 1 -> batch.add(arena.allocate(member.length + 1L).asSlice(0, member.length)
                                .copyFrom(MemorySegment.ofArray(member)));
                        case 2 -> batch.add(ByteBuffer.wrap(member));
                        default -> batch.add(member);
                    }
                }
                assertEquals(members.size(), batch.size());
                long position = batch.commit();
                for (int i = 0; i < members.size(); i++) {
                    expected.add(new Entry(position, members.get(i)));
                    assertEquals((i > 0 ? RecordLayout.CONTINUES : 0) | (i + 1 < members.size() ? RecordLayout.MORE : 0),
                            pool.log("batch").image(position).flags(), "flags of member " + i + " of " + members.size());
                    position += RecordLayout.recordBytes(members.get(i).length);
                }
            }
        }
        try (Pool pool = Pool.open(path, options)) {
            assertEquals(expected, Pools.entries(pool.log("batch")));
        }
    }

    @Test
    void aBatchThatFoundNoRoomCanGrowAndBeCommittedLater(@TempDir Path temporary) {
        byte[] member = Pools.payload(1, 10_000);
        try (Mount mount = Mount.tmpfs(temporary, 4 * Pools.EXTENT_BYTES)) {
            Path path = mount.directory().resolve("pool");
            long position;
            try (Pool pool = Pools.open(path); Batch batch = pool.log("full").batch()) {
                Log log = pool.log("full");
                batch.add(member);
                assertThrows(PoolFullException.class, () -> {
                    while (true) {
                        log.append(member);
                    }
                });
                assertThrows(PoolFullException.class, batch::commit);
                batch.add(member).add(member);
                assertThrows(PoolFullException.class, batch::commit);
                log.trim(log.persistedPosition());
                position = batch.add(member).commit();
            }
            try (Pool pool = Pools.open(path)) {
                long bytes = RecordLayout.recordBytes(member.length);
                assertEquals(List.of(new Entry(position, member), new Entry(position + bytes, member),
                        new Entry(position + 2 * bytes, member), new Entry(position + 3 * bytes, member)),
                        Pools.entries(pool.log("full")));
            }
        }
    }
}
