// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.kv;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.selkie.bench.Ceiling;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

/** The functions of bench/src/main/c/kv.c. */
final class CeilingStore {

    private static final FunctionDescriptor OF_STORE = FunctionDescriptor.of(JAVA_LONG, JAVA_LONG);
    private static final MethodHandle OPEN = Ceiling.handle("ceiling_kv_open",
            FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle CLOSE = Ceiling.handle("ceiling_kv_close", OF_STORE);
    private static final MethodHandle CLEAR = Ceiling.handle("ceiling_kv_clear", OF_STORE);
    private static final MethodHandle FREE_BYTES = Ceiling.handle("ceiling_kv_free_bytes", OF_STORE);
    private static final MethodHandle RUN = Ceiling.handle("ceiling_kv_run",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS));
    private static final MethodHandle MULTI_GETS = Ceiling.handle("ceiling_kv_multi_gets",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG));

    private final long store;

    CeilingStore(MemorySegment log, long keys) {
        try {
            store = (long) OPEN.invokeExact(log, log.byteSize(), keys);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        if (store == 0) {
            throw new IllegalStateException("no memory for the ceiling's index of " + keys + " keys");
        }
    }

    /** Carries out operations; {@code nanos} gets the time of each, or is NULL. */
    void run(MemorySegment operations, long count, Values values, MemorySegment nanos) {
        try {
            require((long) RUN.invokeExact(store, operations, count, values.space(), (long) values.valueBytes(), nanos),
                    "ceiling_kv_run");
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Reads in groups. */
    void multiGets(MemorySegment operations, long count, Values values) {
        try {
            require((long) MULTI_GETS.invokeExact(store, operations, count, values.space(), (long) values.valueBytes()),
                    "ceiling_kv_multi_gets");
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    long freeBytes() {
        return call(FREE_BYTES, "ceiling_kv_free_bytes");
    }

    void clear() {
        call(CLEAR, "ceiling_kv_clear");
    }

    void close() {
        call(CLOSE, "ceiling_kv_close");
    }

    private long call(MethodHandle function, String name) {
        try {
            return require((long) function.invokeExact(store), name);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static long require(long answer, String call) {
        if (answer < 0) {
            throw new IllegalStateException(call + " = " + answer
                    + ": its log is full, or a key is not there or has another's value");
        }
        return answer;
    }
}
