// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.selkie.format.RecordLayout;

/** The calls of a {@link KvStore} that change one key, with key and value in arrays. */
abstract sealed class ChangingCalls extends BufferCalls permits KvStore {

    abstract long nowMillis();

    /** Reads a key's record as {@link Index#find} has it; returns whether it holds a value now. */
    abstract boolean find(Call call, long below);

    final Call callFor(byte[] key) {
        Call call = calls.get();
        call.key(key);
        return hashed(call);
    }

    /** Gives a key a value. Returns the version. Allocates nothing. */
    public long put(byte[] key, byte[] value) {
        return put(callFor(key), value, Call.NEVER).version;
    }

    /** Gives a key a value for some time. From then on it has none, without anybody doing anything. */
    public long put(byte[] key, byte[] value, Duration timeToLive) {
        return put(callFor(key), value, expiryAfter(timeToLive)).version;
    }

    /** Gives a key a value until a moment, to the millisecond; one that milliseconds cannot say is never. */
    public long put(byte[] key, byte[] value, Instant expiry) {
        return put(callFor(key), value, Call.millis(expiry)).version;
    }

    long expiryAfter(Duration timeToLive) {
        if (timeToLive.isNegative() || timeToLive.isZero()) {
            throw new IllegalArgumentException("a time to live of " + timeToLive + "; expected more than nothing");
        }
        long now = nowMillis();
        return timeToLive.compareTo(Duration.ofMillis(Call.NEVER - now)) >= 0 ? Call.NEVER : now + timeToLive.toMillis();
    }

    private Writer.Outcome put(Call call, byte[] value, long expiryMillis) {
        call.value(value, 0, value.length);
        call.expiryMillis = expiryMillis;
        return write(call, RecordLayout.PUT, Condition.ALWAYS, false);
    }

    private Writer.Outcome putIf(Call call, byte[] value, Condition condition) {
        call.value(value, 0, value.length);
        call.expiryMillis = Call.NEVER;
        return write(call, RecordLayout.PUT, condition, true);
    }

    /** Gives a key a value, and returns the one that it had, or null. */
    public byte @Nullable [] getAndPut(byte[] key, byte[] value) {
        return putIf(callFor(key), value, Condition.ALWAYS).before;
    }

    /** Gives a key a value if it has none. Returns the one that it has already, or null if it was given this one. */
    public byte @Nullable [] putIfAbsent(byte[] key, byte[] value) {
        return putIf(callFor(key), value, Condition.IF_ABSENT).before;
    }

    /** Gives a key another value if it has one. Returns the one that it had, or null if nothing was changed. */
    public byte @Nullable [] replace(byte[] key, byte[] value) {
        return putIf(callFor(key), value, Condition.IF_PRESENT).before;
    }

    /**
     * Changes what a key has, if it is what the caller thinks it is.
     *
     * @param expected its value, or null for none
     * @param value    its new one, or null to delete it
     * @return whether it was, and was changed
     */
    public boolean compareAndSet(byte[] key, byte @Nullable [] expected, byte @Nullable [] value) {
        return Arrays.equals(compareAndExchange(key, expected, value), expected);
    }

    /** As {@link #compareAndSet}, and returns what the key had: if that equals {@code expected}, it was changed. */
    public byte @Nullable [] compareAndExchange(byte[] key, byte @Nullable [] expected, byte @Nullable [] value) {
        Call call = callFor(key);
        call.outcome.ask(expected == null ? Condition.IF_ABSENT : Condition.IF_VALUE, true);
        call.outcome.expected = expected;
        return exchange(call, value).before;
    }

    /**
     * Changes what a key has, if nobody has changed it since.
     *
     * @param expectedVersion what {@link Entry#version} or a change returned; 0 for a key without a value
     * @param value           its new one, or null to delete it
     * @return the new version, or 0 if nothing was changed: because the key has another version, or because it has no value,
     *         as expected, and is to have none
     */
    public long compareVersionAndSet(byte[] key, long expectedVersion, byte @Nullable [] value) {
        Writer.Outcome outcome = exchangeIfVersion(key, expectedVersion, value);
        return outcome.holds ? outcome.version : 0;
    }

    private Writer.Outcome exchangeIfVersion(byte[] key, long expectedVersion, byte @Nullable [] value) {
        Call call = callFor(key);
        call.outcome.ask(Condition.IF_VERSION, false);
        call.outcome.expectedVersion = expectedVersion;
        return exchange(call, value);
    }

    private Writer.Outcome exchange(Call call, byte @Nullable [] value) {
        if (value == null) {
            call.noValue();
        } else {
            call.value(value, 0, value.length);
            call.expiryMillis = Call.NEVER;
        }
        return write(call, value == null ? RecordLayout.DELETE : RecordLayout.PUT);
    }

    /**
     * Gives a key the value that a function makes of the one that it has. The function is called without any lock, and again
     * if somebody else was faster; it should do nothing else.
     *
     * @param change from the value or null to the new value, or null to delete it
     * @return the new value; like what it was made of, it is durable, also if nothing was to be changed
     */
    public byte @Nullable [] compute(byte[] key, UnaryOperator<byte @Nullable []> change) {
        byte[] kept = key.clone();
        while (true) {
            Call call = callFor(kept);
            boolean exists = find(call, Index.EVERYTHING);
            byte[] before = exists ? call.found.value() : null;
            long version = exists ? call.found.version() : 0;
            byte[] after = change.apply(before);
            // Asked even if there is nothing to change: what the answer rests on is durable then.
            if (exchangeIfVersion(kept, version, after).holds) {
                return after;
            }
        }
    }

    /** Takes a key's value away. Returns whether it had one. */
    public boolean delete(byte[] key) {
        return delete(callFor(key), false).existed;
    }

    /** Takes a key's value away, and returns it, or null if it had none. */
    public byte @Nullable [] getAndDelete(byte[] key) {
        return delete(callFor(key), true).before;
    }

    private Writer.Outcome delete(Call call, boolean wantsBefore) {
        call.noValue();
        return write(call, RecordLayout.DELETE, Condition.ALWAYS, wantsBefore);
    }
}
