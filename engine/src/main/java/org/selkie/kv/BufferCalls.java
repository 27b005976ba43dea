// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.selkie.format.RecordLayout;

/**
 * The calls of a {@link KvStore} whose keys and values lie in buffers and segments, on the heap or off it. A key and a value
 * are what is between a buffer's position and its limit, and neither is moved; what they hold must not change meanwhile.
 */
abstract sealed class BufferCalls permits ChangingCalls {

    final ThreadLocal<Call> calls = ThreadLocal.withInitial(Call::new);

    abstract Call hashed(Call call);

    /** The value's length, with the value in the call's memory; {@link KvStore#NO_VALUE}; or {@link Lookup#UNDECIDED}. */
    abstract int lookup(Call call);

    /** The long way. */
    abstract int copy(Call call, MemorySegment out);

    abstract byte @Nullable [] value(Call call);

    abstract boolean exists(Call call);

    abstract Writer.Outcome write(Call call, int type);

    final Writer.Outcome write(Call call, int type, Condition condition, boolean wantsBefore) {
        call.outcome.ask(condition, wantsBefore);
        return write(call, type);
    }

    private Call callFor(ByteBuffer key) {
        Call call = calls.get();
        call.key(key);
        return hashed(call);
    }

    private Call callFor(MemorySegment key) {
        Call call = calls.get();
        call.key(key);
        return hashed(call);
    }

    /** A key's value, or null. */
    public byte @Nullable [] get(ByteBuffer key) {
        return value(callFor(key));
    }

    /** A key's value, or null. */
    public byte @Nullable [] get(MemorySegment key) {
        return value(callFor(key));
    }

    /**
     * Copies a key's value into a buffer, from its position on, and moves that behind the value. Returns the value's length,
     * or {@link KvStore#NO_VALUE}; if the value is longer than what remains, nothing is copied and the position stays.
     * Allocates nothing, unless the key's buffer is a direct one: a segment for it, which the compiler may make vanish.
     */
    public int get(ByteBuffer key, ByteBuffer out) {
        Call call = callFor(key);
        int lengthBytes = lookup(call);
        if (lengthBytes == Lookup.UNDECIDED) {
            lengthBytes = copy(call, MemorySegment.ofBuffer(out));
        } else if (lengthBytes >= 0 && lengthBytes <= out.remaining()) {
            call.readValue(out, lengthBytes);
        }
        if (lengthBytes >= 0 && lengthBytes <= out.remaining()) {
            out.position(out.position() + lengthBytes);
        }
        return lengthBytes;
    }

    /**
     * Copies a key's value to the beginning of a segment. Returns the value's length, or {@link KvStore#NO_VALUE}; if the value
     * is longer than the segment, nothing is copied. Allocates nothing.
     */
    public int get(MemorySegment key, MemorySegment out) {
        Call call = callFor(key);
        int lengthBytes = lookup(call);
        if (lengthBytes == Lookup.UNDECIDED) {
            return copy(call, out);
        }
        if (lengthBytes >= 0 && lengthBytes <= out.byteSize()) {
            call.readValue(out, lengthBytes);
        }
        return lengthBytes;
    }

    /** Whether a key has a value. */
    public boolean exists(ByteBuffer key) {
        return exists(callFor(key));
    }

    /** Whether a key has a value. */
    public boolean exists(MemorySegment key) {
        return exists(callFor(key));
    }

    // ---- writing

    /** Gives a key a value. Returns the version. */
    public long put(ByteBuffer key, ByteBuffer value) {
        return putIf(callFor(key), value, Condition.ALWAYS, false).version;
    }

    /** Gives a key a value. Returns the version. Allocates nothing. */
    public long put(MemorySegment key, MemorySegment value) {
        return putIf(callFor(key), value, Condition.ALWAYS, false).version;
    }

    private Writer.Outcome putIf(Call call, ByteBuffer value, Condition condition, boolean wantsBefore) {
        setValue(call, value);
        return write(call, RecordLayout.PUT, condition, wantsBefore);
    }

    private Writer.Outcome putIf(Call call, MemorySegment value, Condition condition, boolean wantsBefore) {
        setValue(call, value);
        return write(call, RecordLayout.PUT, condition, wantsBefore);
    }

    private static void setValue(Call call, ByteBuffer value) {
        call.expiryMillis = Call.NEVER;
        if (value.hasArray()) {
            call.value(value.array(), value.arrayOffset() + value.position(), value.remaining());
        } else {
            call.value(MemorySegment.ofBuffer(value));
        }
    }

    private static void setValue(Call call, MemorySegment value) {
        call.expiryMillis = Call.NEVER;
        call.value(value);
    }

    /** Gives a key a value if it has none. Returns the one that it has already, or null if it was given this one. */
    public byte @Nullable [] putIfAbsent(ByteBuffer key, ByteBuffer value) {
        return putIf(callFor(key), value, Condition.IF_ABSENT, true).before;
    }

    /** Gives a key a value if it has none. Returns the one that it has already, or null if it was given this one. */
    public byte @Nullable [] putIfAbsent(MemorySegment key, MemorySegment value) {
        return putIf(callFor(key), value, Condition.IF_ABSENT, true).before;
    }

    /** Gives a key another value if it has one. Returns the one that it had, or null if nothing was changed. */
    public byte @Nullable [] replace(ByteBuffer key, ByteBuffer value) {
        return putIf(callFor(key), value, Condition.IF_PRESENT, true).before;
    }

    /** Gives a key another value if it has one. Returns the one that it had, or null if nothing was changed. */
    public byte @Nullable [] replace(MemorySegment key, MemorySegment value) {
        return putIf(callFor(key), value, Condition.IF_PRESENT, true).before;
    }

    /**
     * Changes what a key has, if it is what the caller thinks it is.
     *
     * @param expected its value, or null for none
     * @param value    its new one, or null to delete it
     * @return whether it was, and was changed
     */
    public boolean compareAndSet(ByteBuffer key, @Nullable ByteBuffer expected, @Nullable ByteBuffer value) {
        Call call = callFor(key);
        if (value == null) {
            call.noValue();
        } else {
            setValue(call, value);
        }
        return exchange(call, expected == null ? null : MemorySegment.ofBuffer(expected), value == null);
    }

    /**
     * Changes what a key has, if it is what the caller thinks it is.
     *
     * @param expected its value, or null for none
     * @param value    its new one, or null to delete it
     * @return whether it was, and was changed
     */
    public boolean compareAndSet(MemorySegment key, @Nullable MemorySegment expected, @Nullable MemorySegment value) {
        Call call = callFor(key);
        if (value == null) {
            call.noValue();
        } else {
            setValue(call, value);
        }
        return exchange(call, expected, value == null);
    }

    private boolean exchange(Call call, @Nullable MemorySegment expected, boolean deletes) {
        // Before the lock: where it lies may fault.
        byte[] wanted = expected == null ? null : Call.bytes(expected);
        call.outcome.ask(wanted == null ? Condition.IF_ABSENT : Condition.IF_VALUE, false);
        call.outcome.expected = wanted;
        return write(call, deletes ? RecordLayout.DELETE : RecordLayout.PUT).holds;
    }

    /** Takes a key's value away. Returns whether it had one. */
    public boolean delete(ByteBuffer key) {
        Call call = callFor(key);
        call.noValue();
        return write(call, RecordLayout.DELETE, Condition.ALWAYS, false).existed;
    }

    /** Takes a key's value away. Returns whether it had one. */
    public boolean delete(MemorySegment key) {
        Call call = callFor(key);
        call.noValue();
        return write(call, RecordLayout.DELETE, Condition.ALWAYS, false).existed;
    }
}
