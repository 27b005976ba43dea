// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.agent;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Where VarHandles that were made from a layout reach to. A handle itself does not tell its offset; the layout and the path
 * that it was made from do.
 */
final class HandleOffsets {

    /** Of type (long base, long... indices)long. */
    private static final Map<VarHandle, MethodHandle> OFFSETS = new WeakHashMap<>();

    private HandleOffsets() {
    }

    /** Has a handle made, and remembers where it reaches to. */
    static @Nullable Object made(MethodHandle original, String method, @Nullable Object[] arguments) throws Throwable {
        Object handle = original.invoke(arguments);
        if (handle instanceof VarHandle made && arguments[0] instanceof MemoryLayout layout) {
            MemoryLayout.PathElement[] path = arguments.length > 1 && arguments[1] instanceof MemoryLayout.PathElement[] given
                    ? given : new MemoryLayout.PathElement[0];
            boolean dereferences = Arrays.stream(path)
                    .anyMatch(element -> element.equals(MemoryLayout.PathElement.dereferenceElement()));
            if (!dereferences) {
                MethodHandle offset = method.equals("varHandle") ? layout.byteOffsetHandle(path)
                        : arrayElementOffset(layout, path);
                synchronized (OFFSETS) {
                    OFFSETS.put(made, offset);
                }
            }
        }
        return handle;
    }

    /** The base of an element of an array, and then the path within it. */
    private static MethodHandle arrayElementOffset(MemoryLayout layout, MemoryLayout.PathElement[] path)
            throws ReflectiveOperationException {
        // (long base, long index)long
        MethodHandle scale = MethodHandles.lookup().findVirtual(MemoryLayout.class, "scale",
                MethodType.methodType(long.class, long.class, long.class)).bindTo(layout);
        return MethodHandles.collectArguments(layout.byteOffsetHandle(path), 0, scale);
    }

    /** The address that a handle reaches for a segment and the coordinates behind it; -1 when that is not known. */
    static long address(VarHandle handle, MemorySegment segment, @Nullable Object[] coordinates) throws Throwable {
        MethodHandle offset;
        synchronized (OFFSETS) {
            offset = OFFSETS.get(handle);
        }
        if (offset == null || offset.type().parameterCount() != coordinates.length) {
            return -1;
        }
        return segment.address() + (long) offset.invokeWithArguments(coordinates);
    }
}
