// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.agent;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Array;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.ShortBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.selkie.crashtest.trace.StoreKind;

/**
 * Which addresses a call stores to, told from its arguments before it is made. What is out of bounds is left to the call
 * itself, which throws.
 */
record Range(long address, long lengthBytes, StoreKind kind) {

    /** The length of what {@code putLong} and its like store. */
    private static final Map<String, Integer> PUT_BYTES = Map.of("putChar", 2, "putShort", 2, "putInt", 4, "putFloat", 4,
            "putLong", 8, "putDouble", 8);

    /** Of a method by its name; null when it stores to the heap, or in a way that is not known here. */
    static @Nullable Range of(String name, @Nullable Object[] arguments) {
        return arguments[0] instanceof Buffer buffer ? ofBuffer(name, buffer, arguments) : ofSegment(name, arguments);
    }

    private static @Nullable Range ofSegment(String name, @Nullable Object[] arguments) {
        return switch (name) {
            case "set" -> plain(arguments[0], arguments[1], number(arguments[2]), false);
            case "setAtIndex" -> plain(arguments[0], arguments[1], number(arguments[2]), true);
            case "setString" -> bulk(arguments[0], number(arguments[1]), stringBytes((String) arguments[2],
                    arguments.length > 3 && arguments[3] instanceof Charset charset ? charset : StandardCharsets.UTF_8));
            case "copyFrom" -> arguments[1] instanceof MemorySegment from ? bulk(arguments[0], 0, from.byteSize()) : null;
            case "fill" -> arguments[0] instanceof MemorySegment all ? bulk(all, 0, all.byteSize()) : null;
            case "copy" -> copy(arguments);
            default -> null;
        };
    }

    private static @Nullable Range copy(@Nullable Object[] arguments) {
        if (arguments.length == 5 && arguments[2] instanceof MemorySegment) {
            return bulk(arguments[2], number(arguments[3]), number(arguments[4]));
        }
        if (arguments.length == 7 && arguments[4] instanceof ValueLayout layout) {
            return bulk(arguments[3], number(arguments[5]), number(arguments[6]) * layout.byteSize());
        }
        if (arguments.length == 6 && arguments[2] instanceof MemorySegment && arguments[3] instanceof ValueLayout layout) {
            return bulk(arguments[2], number(arguments[4]), number(arguments[5]) * layout.byteSize());
        }
        return null;
    }

    private static @Nullable Range plain(@Nullable Object segment, @Nullable Object layout, long at, boolean index) {
        if (segment instanceof MemorySegment memory && memory.isNative() && layout instanceof ValueLayout value) {
            return new Range(memory.address() + (index ? at * value.byteSize() : at), value.byteSize(), StoreKind.PLAIN);
        }
        return null;
    }

    private static @Nullable Range bulk(@Nullable Object segment, long offsetBytes, long lengthBytes) {
        return segment instanceof MemorySegment memory && memory.isNative() && lengthBytes > 0
                ? new Range(memory.address() + offsetBytes, lengthBytes, StoreKind.BULK) : null;
    }

    private static long stringBytes(@Nullable String string, Charset charset) {
        int terminator = charset.name().startsWith("UTF-32") ? 4 : charset.name().startsWith("UTF-16") ? 2 : 1;
        return string == null ? 0 : string.getBytes(charset).length + terminator;
    }

    private static @Nullable Range ofBuffer(String name, Buffer buffer, @Nullable Object[] arguments) {
        if (!buffer.isDirect() || buffer.isReadOnly()) {
            return null;
        }
        int element = elementBytes(buffer);
        Integer putBytes = PUT_BYTES.get(name);
        if (putBytes != null) {
            boolean absolute = arguments.length == 3;
            return new Range(addressOf(buffer, element, absolute ? number(arguments[1]) : buffer.position()), putBytes,
                    StoreKind.PLAIN);
        }
        // put(x), put(i, x), put(xs), put(xs, from, n), put(i, xs), put(i, xs, from, n), and the same with a buffer for xs.
        boolean absolute = arguments.length > 2 && arguments[1] instanceof Integer;
        Object what = arguments[absolute ? 2 : 1];
        int after = absolute ? 3 : 2;
        long at = addressOf(buffer, element, absolute ? number(arguments[1]) : buffer.position());
        if (what instanceof Number || what instanceof Character) {
            return new Range(at, element, StoreKind.PLAIN);
        }
        long count = arguments.length >= after + 2 ? count(what, number(arguments[after]), number(arguments[after + 1]))
                : count(what);
        return count > 0 ? new Range(at, count * element, StoreKind.BULK) : null;
    }

    /** A part of a string ends at an index, a part of anything else has a length. */
    private static long count(@Nullable Object what, long from, long second) {
        return what instanceof String ? second - from : second;
    }

    private static long count(@Nullable Object what) {
        return switch (what) {
            case null -> 0;
            case Buffer from -> from.remaining();
            case String string -> string.length();
            default -> Array.getLength(what);
        };
    }

    /** The address of an element of a direct buffer, by its index. */
    static long addressOf(Buffer buffer, int elementBytes, long index) {
        return MemorySegment.ofBuffer(buffer).address() + (index - buffer.position()) * elementBytes;
    }

    private static int elementBytes(Buffer buffer) {
        return switch (buffer) {
            case ByteBuffer _ -> 1;
            case CharBuffer _, ShortBuffer _ -> 2;
            case IntBuffer _, FloatBuffer _ -> 4;
            default -> 8;
        };
    }

    static long number(@Nullable Object number) {
        return number instanceof Number value ? value.longValue() : 0;
    }
}
