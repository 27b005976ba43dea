// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.agent;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.selkie.crashtest.trace.StoreKind;

/** A call of an access mode of a VarHandle on a segment or a byte buffer. */
final class VarHandleCall {

    private VarHandleCall() {
    }

    /** Whether an access mode can store. */
    static boolean isStore(String mode) {
        return mode.startsWith("set") || mode.startsWith("getAnd") || mode.contains("ompareAnd");
    }

    /** Makes the call, and records what it stored: a comparison that failed stores nothing. */
    static @Nullable Object call(MethodHandle original, String mode, @Nullable Object[] arguments) throws Throwable {
        VarHandle handle = (VarHandle) Objects.requireNonNull(arguments[0]);
        MemorySegment within = segment(arguments[1]);
        Recording.Target target = within == null ? null : Recording.at(within.address());
        if (within == null || target == null) {
            if (within != null && within.isMapped()) {
                Recording.elsewhere(within.address());
            }
            return original.invoke(arguments);
        }
        int widthBytes = widthBytes(handle.varType());
        target.recorder().order().lock();
        try {
            long address = address(handle, within, arguments);
            MemorySegment watched = address < 0 ? within : within.asSlice(address - within.address(), widthBytes);
            byte[] before = watched.toArray(ValueLayout.JAVA_BYTE);
            Object result = original.invoke(arguments);
            byte[] after = watched.toArray(ValueLayout.JAVA_BYTE);
            int first = Arrays.mismatch(before, after);
            if (address >= 0 && (first >= 0 || !mode.contains("ompareAnd"))) {
                target.region().stored(target.offsetBytes(address), widthBytes, StoreKind.PLAIN);
            } else if (first >= 0) {
                // Nobody saw the handle being made: the change tells where it reaches, in whole aligned widths.
                long offset = target.offsetBytes(within.address() + first) / widthBytes * widthBytes;
                target.region().stored(offset, widthBytes, StoreKind.PLAIN);
            }
            return result;
        } finally {
            target.recorder().order().unlock();
        }
    }

    /** What the first coordinate covers; null when it is on the heap. */
    private static @Nullable MemorySegment segment(@Nullable Object coordinate) {
        return switch (coordinate) {
            case MemorySegment segment when segment.isNative() -> segment;
            case ByteBuffer buffer when buffer.isDirect() -> MemorySegment.ofBuffer(buffer.duplicate().clear());
            case null, default -> null;
        };
    }

    private static long address(VarHandle handle, MemorySegment within, @Nullable Object[] arguments) throws Throwable {
        if (arguments[1] instanceof ByteBuffer) {
            return within.address() + Range.number(arguments[2]);
        }
        int coordinates = handle.coordinateTypes().size();
        return HandleOffsets.address(handle, within, Arrays.copyOfRange(arguments, 2, 1 + coordinates));
    }

    private static int widthBytes(Class<?> type) {
        return type == byte.class || type == boolean.class ? 1 : type == short.class || type == char.class ? 2
                : type == int.class || type == float.class ? 4 : 8;
    }
}
