// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.plain;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.selkie.crashtest.agent.Recording;
import org.selkie.crashtest.trace.Event;
import org.selkie.crashtest.trace.Recorder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** Every way to store into a segment or a direct buffer is recorded with its place, its length and its line. */
final class StoresAreRecordedTest {

    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
    private static final VarHandle ARRAY = ValueLayout.JAVA_INT.arrayElementVarHandle();
    private static final VarHandle FIELD = MemoryLayout.sequenceLayout(8, MemoryLayout.structLayout(
            ValueLayout.JAVA_INT.withName("a"), ValueLayout.JAVA_INT.withName("b")))
            .varHandle(PathElement.sequenceElement(), PathElement.groupElement("b"));
    private static final VarHandle DERIVED = MethodHandles.insertCoordinates(LONG, 1, 24L);
    private static final VarHandle VIEW = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final MemorySegment HEAP = MemorySegment.ofArray(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10});

    private static Arguments segment(String name, Consumer<MemorySegment> store, String... expected) {
        return arguments(name, store, List.of(expected));
    }

    private static Arguments buffer(String name, Consumer<ByteBuffer> store, String... expected) {
        return segment("buffer " + name, memory -> store.accept(memory.asByteBuffer().position(100)), expected);
    }

    static Stream<Arguments> segments() {
        return Stream.of(
                segment("set byte", m -> m.set(ValueLayout.JAVA_BYTE, 3, (byte) 1), "PLAIN 3 1"),
                segment("set boolean", m -> m.set(ValueLayout.JAVA_BOOLEAN, 3, true), "PLAIN 3 1"),
                segment("set char", m -> m.set(ValueLayout.JAVA_CHAR, 4, 'x'), "PLAIN 4 2"),
                segment("set short", m -> m.set(ValueLayout.JAVA_SHORT, 4, (short) 1), "PLAIN 4 2"),
                segment("set int", m -> m.set(ValueLayout.JAVA_INT, 4, 1), "PLAIN 4 4"),
                segment("set float", m -> m.set(ValueLayout.JAVA_FLOAT, 4, 1), "PLAIN 4 4"),
                segment("set long", m -> m.set(ValueLayout.JAVA_LONG_UNALIGNED, 5, 1), "PLAIN 5 8"),
                segment("set double", m -> m.set(ValueLayout.JAVA_DOUBLE, 8, 1), "PLAIN 8 8"),
                segment("set address", m -> m.set(ValueLayout.ADDRESS, 8, m), "PLAIN 8 8"),
                segment("set in a slice", m -> m.asSlice(64, 64).asSlice(8).set(ValueLayout.JAVA_LONG, 8, 1), "PLAIN 80 8"),
                segment("setAtIndex", m -> m.setAtIndex(ValueLayout.JAVA_LONG, 3, 1), "PLAIN 24 8"),
                segment("setString", m -> m.setString(10, "seal"), "BULK 10 5"),
                segment("setString UTF-16", m -> m.setString(10, "seal", StandardCharsets.UTF_16LE), "BULK 10 10"),
                segment("fill", m -> m.asSlice(30, 20).fill((byte) 9), "BULK 30 20"),
                segment("copyFrom", m -> m.asSlice(30).copyFrom(HEAP), "BULK 30 10"),
                segment("copy", m -> MemorySegment.copy(HEAP, 1, m, 40, 9), "BULK 40 9"),
                segment("copy with layouts", m -> MemorySegment.copy(HEAP, ValueLayout.JAVA_SHORT_UNALIGNED, 0, m,
                        ValueLayout.JAVA_SHORT, 40, 3), "BULK 40 6"),
                segment("copy of an array", m -> MemorySegment.copy(new int[] {1, 2, 3}, 1, m, ValueLayout.JAVA_INT, 48, 2),
                        "BULK 48 8"),
                segment("copy to an array", m -> MemorySegment.copy(m, ValueLayout.JAVA_INT, 48, new int[2], 0, 2)),
                segment("heap", m -> HEAP.set(ValueLayout.JAVA_BYTE, 0, (byte) 1)),
                segment("two statements", m -> {
                    m.set(ValueLayout.JAVA_INT, 0, 1);
                    m.set(ValueLayout.JAVA_INT, 4, 2);
                }, "PLAIN 0 4", "PLAIN 4 4"));
    }

    static Stream<Arguments> handles() {
        return Stream.of(
                segment("set", m -> LONG.set(m, 8L, 5L), "PLAIN 8 8"),
                segment("set of the same", m -> LONG.set(m, 8L, 0L), "PLAIN 8 8"),
                segment("setVolatile", m -> LONG.setVolatile(m, 8L, 5L), "PLAIN 8 8"),
                segment("compareAndSet", m -> LONG.compareAndSet(m, 8L, 0L, 5L), "PLAIN 8 8"),
                segment("compareAndSet that fails", m -> assertEquals(false, LONG.compareAndSet(m, 8L, 1L, 5L))),
                segment("compareAndExchange", m -> assertEquals(0L, (long) LONG.compareAndExchange(m, 8L, 0L, 5L)), "PLAIN 8 8"),
                segment("getAndAdd", m -> assertEquals(0L, (long) LONG.getAndAdd(m, 8L, 5L)), "PLAIN 8 8"),
                segment("getAndBitwiseOr, result dropped", m -> LONG.getAndBitwiseOr(m, 8L, 5L), "PLAIN 8 8"),
                segment("array element", m -> ARRAY.set(m, 16L, 3L, 7), "PLAIN 28 4"),
                segment("field of an element", m -> FIELD.set(m, 64L, 2L, 7), "PLAIN 84 4"),
                segment("field of an element in a slice", m -> FIELD.setOpaque(m.asSlice(8), 64L, 2L, 7), "PLAIN 92 4"),
                segment("derived, found by its change", m -> DERIVED.set(m, 7L), "PLAIN 24 8"),
                segment("view of a buffer", m -> VIEW.set(m.asByteBuffer().position(8), 40, 7), "PLAIN 40 4"),
                segment("get", m -> assertEquals(0L, (long) LONG.getVolatile(m, 8L))));
    }

    static Stream<Arguments> buffers() {
        return Stream.of(
                buffer("put", b -> b.put((byte) 1), "PLAIN 100 1"),
                buffer("put at", b -> b.put(7, (byte) 1), "PLAIN 7 1"),
                buffer("put array", b -> b.put(new byte[5]), "BULK 100 5"),
                buffer("put part of an array", b -> b.put(new byte[5], 1, 3), "BULK 100 3"),
                buffer("put array at", b -> b.put(9, new byte[5]), "BULK 9 5"),
                buffer("put part of an array at", b -> b.put(9, new byte[5], 1, 3), "BULK 9 3"),
                buffer("put buffer", b -> b.put(ByteBuffer.allocate(6)), "BULK 100 6"),
                buffer("put buffer at", b -> b.put(8, ByteBuffer.allocate(6), 1, 4), "BULK 8 4"),
                buffer("putChar", b -> b.putChar('x'), "PLAIN 100 2"),
                buffer("putShort at", b -> b.putShort(20, (short) 1), "PLAIN 20 2"),
                buffer("putInt", b -> b.putInt(1), "PLAIN 100 4"),
                buffer("putFloat at", b -> b.putFloat(20, 1), "PLAIN 20 4"),
                buffer("putLong and again", b -> b.putLong(1).putLong(2), "PLAIN 100 8", "PLAIN 108 8"),
                buffer("putDouble at", b -> b.putDouble(20, 1), "PLAIN 20 8"),
                buffer("slice", b -> b.slice(32, 32).putInt(4, 1), "PLAIN 36 4"),
                buffer("view of longs", b -> b.position(8).asLongBuffer().put(2, 7L), "PLAIN 24 8"),
                buffer("view of ints", b -> b.position(8).asIntBuffer().put(7), "PLAIN 8 4"),
                buffer("view of ints, array", b -> b.position(8).asIntBuffer().put(1, new int[3]), "BULK 12 12"),
                buffer("view of chars, string", b -> b.position(8).asCharBuffer().put("seal", 1, 3), "BULK 8 4"),
                buffer("heap", b -> ByteBuffer.allocate(8).putLong(1)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"segments", "handles", "buffers"})
    void aStoreIsRecorded(String name, Consumer<MemorySegment> store, List<String> expected) {
        Recorder recorder = Recorder.create();
        MemorySegment around = Arena.ofAuto().allocate(4096, 4096);
        MemorySegment memory = around.asSlice(1024, 2048);
        recorder.attach("memory", memory);
        Recording.start(recorder);
        try {
            store.accept(memory);
        } finally {
            Recording.stop(recorder);
        }
        List<String> found = new ArrayList<>();
        for (Event event : recorder.trace().events()) {
            if (event instanceof Event.Store made) {
                found.add(made.kind() + " " + made.offsetBytes() + " " + made.lengthBytes());
                assertEquals("StoresAreRecordedTest.java", made.site().frames().getFirst().getFileName());
                assertEquals(-1, MemorySegment.ofArray(made.bytes())
                        .mismatch(memory.asSlice(made.offsetBytes(), made.lengthBytes())));
            }
        }
        assertEquals(expected, found);
    }

    @Test
    void whatTheCallRefusesIsNotRecorded() {
        Recorder recorder = Recorder.create();
        MemorySegment memory = Arena.ofAuto().allocate(64, 64);
        recorder.attach("memory", memory);
        Recording.start(recorder);
        try {
            assertThrows(IndexOutOfBoundsException.class, () -> memory.set(ValueLayout.JAVA_LONG, 64, 1));
            assertThrows(IndexOutOfBoundsException.class, () -> memory.asByteBuffer().putLong(60, 1));
            assertThrows(IllegalArgumentException.class, () -> memory.asReadOnly().set(ValueLayout.JAVA_LONG, 0, 1));
            assertThrows(IndexOutOfBoundsException.class, () -> LONG.set(memory, 64L, 1L));
        } finally {
            Recording.stop(recorder);
        }
        assertEquals(1, recorder.trace().events().size());
    }
}
