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

    private static final FunctionDescriptor LOOP =
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG);
    private static final MethodHandle OPEN = Ceiling.handle("ceiling_kv_open",
            FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle CLOSE = Ceiling.handle("ceiling_kv_close", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));
    private static final MethodHandle FILL = Ceiling.handle("ceiling_kv_fill",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG));
    private static final MethodHandle GETS = Ceiling.handle("ceiling_kv_gets", LOOP);
    private static final MethodHandle MULTI_GETS = Ceiling.handle("ceiling_kv_multi_gets", LOOP);
    private static final MethodHandle PUTS = Ceiling.handle("ceiling_kv_puts", LOOP);

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

    void fill(long from, long to, MemorySegment value) {
        try {
            require((long) FILL.invokeExact(store, from, to, value, value.byteSize()), "ceiling_kv_fill");
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    long gets(Draw draw, long count, MemorySegment out) {
        try {
            return require((long) GETS.invokeExact(store, draw.state(), draw.keys(), count, out, out.byteSize()),
                    "ceiling_kv_gets");
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** In groups of 16; {@code out} has room for so many values. */
    long multiGets(Draw draw, long count, MemorySegment out) {
        try {
            return require((long) MULTI_GETS.invokeExact(store, draw.state(), draw.keys(), count, out, out.byteSize() / 16),
                    "ceiling_kv_multi_gets");
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    void puts(Draw draw, long count, MemorySegment value) {
        try {
            require((long) PUTS.invokeExact(store, draw.state(), draw.keys(), count, value, value.byteSize()),
                    "ceiling_kv_puts");
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static long require(long answer, String call) {
        if (answer < 0) {
            throw new IllegalStateException(call + " = " + answer + ": its log is full, or a key is not there");
        }
        return answer;
    }

    void close() {
        try {
            require((long) CLOSE.invokeExact(store), "ceiling_kv_close");
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
