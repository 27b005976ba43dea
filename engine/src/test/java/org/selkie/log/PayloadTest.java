// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.ExpandableDirectByteBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.selkie.Pool;
import org.selkie.fault.RecordTooLargeException;
import org.selkie.format.RecordLayout;
import org.selkie.persist.Persister;
import org.selkie.testing.Pools;
import org.selkie.testing.Pools.Entry;
import org.selkie.testing.Scratch;
import org.selkie.testing.Threads;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** Whatever a payload is wrapped in and however long it is, its bytes come back. */
final class PayloadTest {

    private static final int LARGE_EXTENT_BYTES = 1 << 20;

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    private Pool pool;
    private Log log;
    private final List<byte[]> expected = new ArrayList<>();

    @BeforeEach
    void open() {
        pool = Pool.open(scratch.path("pool"), Pools.small().withExtentBytes(LARGE_EXTENT_BYTES));
        log = pool.log("payloads");
    }

    @AfterEach
    void close() {
        pool.close();
    }

    private byte[] next(int lengthBytes) {
        byte[] payload = Pools.payload(expected.size() + 1L, lengthBytes);
        expected.add(payload);
        return payload;
    }

    /** Records are stored a line at a time; what a line has beyond the payload must not be fetched. */
    @Test
    void nothingIsReadBehindAPayloadThatEndsWhereItsFileDoes() throws IOException {
        int pageBytes = 4096;
        Path file = scratch.path("payload");
        try (Arena arena = Arena.ofConfined();
                FileChannel channel = FileChannel.open(file, CREATE_NEW, READ, WRITE)) {
            MemorySegment mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, 2 * pageBytes, arena);
            // The second page stays mapped, and is none: whoever touches it gets a SIGBUS.
            channel.truncate(pageBytes);
            for (int lengthBytes = 0; lengthBytes <= 300; lengthBytes++) {
                MemorySegment last = mapped.asSlice(pageBytes - lengthBytes, lengthBytes);
                last.copyFrom(MemorySegment.ofArray(next(lengthBytes)));
                log.append(last);
            }
        }
        check();
    }

    private void check() {
        List<Entry> entries = Pools.entries(log);
        assertEquals(expected.size(), entries.size());
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), entries.get(i).payload(), "record " + i);
            assertArrayEquals(expected.get(i), log.read(entries.get(i).position()), "record " + i);
        }
        assertEquals(entries, Pools.backwards(log).reversed());
    }

    private List<Integer> lengths() {
        List<Integer> lengths = new ArrayList<>();
        for (int length = 0; length <= 300; length++) {
            lengths.add(length);
        }
        for (int around : new int[] {4096, Persister.LONG_BYTES, log.maxPayloadBytes() / 2}) {
            for (int length = around - 70; length <= around + 70; length++) {
                lengths.add(length);
            }
        }
        return lengths;
    }

    @Test
    void recordsOfEveryLengthComeBack() {
        lengths().forEach(length -> log.append(next(length)));
        check();
    }

    @Test
    void membersOfABatchOfEveryLengthComeBack() {
        try (Batch batch = log.batch()) {
            for (int length : lengths()) {
                if (batch.lengthBytes() + length > LARGE_EXTENT_BYTES / 2) {
                    batch.commit();
                }
                batch.add(next(length));
            }
            batch.commit();
        }
        check();
    }

    @Test
    void claimsOfEveryLengthComeBack() {
        for (int length : lengths()) {
            byte[] payload = next(length);
            try (Claim claim = log.claim(length + 5)) {
                MemorySegment.copy(payload, 0, claim.segment(), ValueLayout.JAVA_BYTE, 0, length);
                claim.commit(length);
            }
        }
        check();
    }

    @Test
    void theLongestRecordFitsAndALongerOneIsRefused() {
        log.append(next(log.maxPayloadBytes()));
        log.append(next(log.maxPayloadBytes()));
        byte[] longer = new byte[log.maxPayloadBytes() + 1];
        long before = log.visiblePosition();
        assertThrows(RecordTooLargeException.class, () -> log.append(longer));
        assertThrows(RecordTooLargeException.class, () -> log.append(ByteBuffer.wrap(longer)));
        assertThrows(RecordTooLargeException.class, () -> log.append(MemorySegment.ofArray(longer)));
        assertThrows(RecordTooLargeException.class, () -> log.append(new UnsafeBuffer(longer), 0, longer.length));
        assertThrows(RecordTooLargeException.class, () -> log.claim(longer.length));
        try (Batch batch = log.batch()) {
            assertThrows(RecordTooLargeException.class, () -> batch.add(longer));
            batch.add(next(1));
            assertThrows(RecordTooLargeException.class, () -> batch.add(new byte[log.maxPayloadBytes()]));
            assertEquals(before, log.visiblePosition());
            batch.commit();
        }
        check();
    }

    @Test
    void aRecordTooLargeForASmallExtentIsRefusedThoughItIsShorterThanALongOne() {
        try (Pool small = Pools.open(scratch.path("small"))) {
            Log shortLog = small.log("x");
            assertEquals(Pools.MAX_PAYLOAD_BYTES, shortLog.maxPayloadBytes());
            shortLog.append(new byte[Pools.MAX_PAYLOAD_BYTES]);
            assertThrows(RecordTooLargeException.class, () -> shortLog.append(new byte[Pools.MAX_PAYLOAD_BYTES + 1]));
            assertEquals(1, Pools.entries(shortLog).size());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 7, 100, 5000, 70_000})
    void anArrayOrAPartOfOneIsAppended(int length) {
        byte[] whole = Pools.payload(9, length + 20);
        log.append(next(length));
        expected.add(Arrays.copyOfRange(whole, 3, 3 + length));
        log.append(whole, 3, length);
        assertThrows(IndexOutOfBoundsException.class, () -> log.append(whole, 21, length));
        assertThrows(IndexOutOfBoundsException.class, () -> log.append(whole, -1, length));
        assertThrows(IndexOutOfBoundsException.class, () -> log.append(whole, 0, -1));
        check();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 7, 100, 5000, 70_000})
    void aByteBufferOfAnyKindIsAppendedAndKeepsItsPosition(int length) {
        for (ByteBuffer empty : List.of(ByteBuffer.allocate(length + 9), ByteBuffer.allocateDirect(length + 9))) {
            ByteBuffer filled = empty.position(4).put(next(length)).flip().position(4);
            log.append(filled);
            assertEquals(4, filled.position());
            assertEquals(length + 4, filled.limit());
            expected.add(expected.getLast());
            log.append(filled.asReadOnlyBuffer());
            expected.add(expected.getLast());
            log.append(filled.slice());
            expected.add(expected.getLast());
            log.append(filled.duplicate().order(ByteOrder.LITTLE_ENDIAN));
            try (Batch batch = log.batch()) {
                expected.add(expected.getLast());
                batch.add(filled.asReadOnlyBuffer()).commit();
            }
        }
        check();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 7, 100, 5000, 70_000})
    void aSegmentOnAnyArenaIsAppended(int length) {
        try (Arena confined = Arena.ofConfined(); Arena shared = Arena.ofShared()) {
            for (Arena arena : List.of(confined, shared, Arena.ofAuto(), Arena.global())) {
                MemorySegment segment = arena.allocate(length + 1).asSlice(1);
                log.append(segment.copyFrom(MemorySegment.ofArray(next(length))));
                expected.add(expected.getLast());
                log.append(segment.asReadOnly());
            }
        }
        log.append(MemorySegment.ofArray(next(length)));
        expected.add(expected.getLast());
        log.append(MemorySegment.ofArray(expected.getLast()).asReadOnly());
        check();
    }

    @Test
    void aSegmentOnAnArrayOfLongsIsAppended() {
        long[] longs = {1, -2, Long.MAX_VALUE};
        log.append(MemorySegment.ofArray(longs));
        log.append(MemorySegment.ofArray(longs).asSlice(8));
        List<Entry> entries = Pools.entries(log);
        assertArrayEquals(MemorySegment.ofArray(longs).toArray(ValueLayout.JAVA_BYTE), entries.get(0).payload());
        assertArrayEquals(MemorySegment.ofArray(longs).asSlice(8).toArray(ValueLayout.JAVA_BYTE), entries.get(1).payload());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 7, 100, 5000, 70_000})
    void anAgronaBufferOfAnyKindIsAppended(int length) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment raw = arena.allocate(length + 32);
            byte[] array = new byte[length + 32];
            ByteBuffer sliced = ByteBuffer.allocate(length + 64).position(5).slice();
            ByteBuffer direct = ByteBuffer.allocateDirect(length + 64).position(7).slice();
            List<MutableDirectBuffer> buffers = List.of(new UnsafeBuffer(array),
                    new UnsafeBuffer(array, 3, length + 20), new UnsafeBuffer(sliced), new UnsafeBuffer(sliced, 2, length + 20),
                    new UnsafeBuffer(direct), new UnsafeBuffer(direct, 6, length + 20),
                    new UnsafeBuffer(raw.address(), length + 32), new ExpandableArrayBuffer(length + 20),
                    new ExpandableDirectByteBuffer(length + 20));
            for (MutableDirectBuffer buffer : buffers) {
                buffer.putBytes(11, next(length));
                log.append(buffer, 11, length);
                expected.add(expected.getLast());
                log.append(new UnsafeBuffer(buffer, 10, length + 1), 1, length);
                expected.add(expected.getLast());
                log.append(new UnsafeBuffer(buffer, 11, length));
            }
            assertThrows(IndexOutOfBoundsException.class, () -> log.append(buffers.get(0), 33, length));
            assertThrows(IndexOutOfBoundsException.class, () -> log.append(buffers.get(0), -1, length));
            assertThrows(IndexOutOfBoundsException.class, () -> log.append(buffers.get(6), 33, length));
        }
        check();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPayloadThatCannotBeReadIsTheCallersMistakeAndTheLogGoesOn(boolean single) {
        Log mistaken = pool.log("mistakes", single ? LogOptions.forSingleWriter() : LogOptions.defaults());
        mistaken.append(new byte[] {1});
        Arena closed = Arena.ofConfined();
        MemorySegment gone = closed.allocate(100);
        MemorySegment goneAndLong = closed.allocate(100_000);
        closed.close();
        assertThrows(IllegalStateException.class, () -> mistaken.append(gone));
        assertThrows(IllegalStateException.class, () -> mistaken.append(goneAndLong));
        try (Arena confined = Arena.ofConfined(); Threads threads = new Threads()) {
            threads.start(() -> {
                Arena othersArena = Arena.ofConfined();
                others = othersArena.allocate(100);
                othersLong = othersArena.allocate(100_000);
            });
            threads.await(10);
            assertThrows(WrongThreadException.class, () -> mistaken.append(others));
            assertThrows(WrongThreadException.class, () -> mistaken.append(othersLong));
            mistaken.append(confined.allocate(1));
        }
        assertThrows(NullPointerException.class, () -> mistaken.append((byte[]) null));
        assertThrows(NullPointerException.class, () -> mistaken.append((MemorySegment) null));
        mistaken.append(new byte[] {2});
        assertEquals(List.of(1, 0, 2), Pools.entries(mistaken).stream().map(entry -> (int) entry.payload()[0]).toList());
    }

    private volatile MemorySegment others;
    private volatile MemorySegment othersLong;

    @Test
    void aBatchWhoseLastAddFailedIsStillWhole() {
        Arena closed = Arena.ofConfined();
        MemorySegment gone = closed.allocate(100);
        closed.close();
        long position;
        try (Batch batch = log.batch()) {
            batch.add(next(10)).add(next(20));
            assertThrows(IllegalStateException.class, () -> batch.add(gone));
            assertEquals(2, batch.size());
            position = batch.commit();
        }
        check();
        assertEquals(20, log.read(position + RecordLayout.recordBytes(10)).length);
        Path directory = Path.of(pool.name());
        pool.close();
        pool = Pool.open(directory, Pools.small().withRecoveryMode(RecoveryMode.STRICT));
        log = pool.log("payloads");
        check();
    }

    @Test
    void aClaimIsForOneCommitOrAbort() {
        Claim committed = log.claim(10);
        committed.segment().fill((byte) 7);
        expected.add(committed.segment().toArray(ValueLayout.JAVA_BYTE));
        committed.commit();
        assertThrows(IllegalStateException.class, committed::commit);
        assertThrows(IllegalStateException.class, committed::abort);
        assertThrows(IllegalStateException.class, committed::segment);
        committed.close();
        Claim aborted = log.claim(10);
        aborted.abort();
        assertThrows(IllegalStateException.class, aborted::commit);
        try (Claim left = log.claim(1000)) {
            assertThrows(IndexOutOfBoundsException.class, () -> left.commit(1001));
            assertThrows(IndexOutOfBoundsException.class, () -> left.commit(-1));
            assertEquals(1000, left.segment().byteSize());
        }
        assertThrows(IllegalArgumentException.class, () -> log.claim(-1));
        check();
    }

    @Test
    void whatAClaimHandedOutIsOverWithTheClaim() {
        Claim committed = log.claim(100);
        MemorySegment segment = committed.segment();
        assertSame(segment, committed.segment());
        segment.fill((byte) 7);
        expected.add(segment.toArray(ValueLayout.JAVA_BYTE));
        MemorySegment slice = segment.asSlice(10);
        ByteBuffer view = segment.asByteBuffer();
        committed.commit();
        assertThrows(IllegalStateException.class, () -> segment.set(ValueLayout.JAVA_BYTE, 0, (byte) 8));
        assertThrows(IllegalStateException.class, () -> slice.get(ValueLayout.JAVA_BYTE, 0));
        assertThrows(IllegalStateException.class, () -> view.put(0, (byte) 8));
        assertThrows(IllegalStateException.class, () -> log.append(segment));
        Claim aborted = log.claim(100);
        MemorySegment given = aborted.segment();
        aborted.abort();
        assertThrows(IllegalStateException.class, () -> given.fill((byte) 9));
        Claim left = log.claim(100);
        MemorySegment open = left.segment();
        left.close();
        assertThrows(IllegalStateException.class, () -> open.fill((byte) 9));
        check();
    }

    @Test
    void aClaimThatIsBeingFilledIsFinishedByTheSameThread() {
        Claim claim = log.claim(10);
        MemorySegment segment = claim.segment().fill((byte) 3);
        try (Threads threads = new Threads()) {
            threads.start(() -> {
                assertThrows(WrongThreadException.class, () -> segment.fill((byte) 4));
                assertThrows(WrongThreadException.class, claim::commit);
                assertThrows(WrongThreadException.class, claim::abort);
                assertThrows(WrongThreadException.class, claim::close);
            });
            threads.await(10);
        }
        expected.add(segment.toArray(ValueLayout.JAVA_BYTE));
        claim.commit();
        check();
    }

    @Test
    void anEmptyOrClosedBatchCommitsNothing() {
        Batch batch = log.batch();
        assertThrows(IllegalStateException.class, batch::commit);
        batch.add(new byte[10]).clear();
        assertThrows(IllegalStateException.class, batch::commit);
        batch.close();
        assertThrows(IllegalStateException.class, () -> batch.add(new byte[10]));
        batch.close();
        check();
    }
}
