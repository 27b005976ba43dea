// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

/** The loops of bench/src/main/c/ceiling.c and raw.c. */
public final class Ceiling {

    private static final SymbolLookup SYMBOLS = load();
    private static final FunctionDescriptor LOOP =
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG);
    private static final MethodHandle ALONE = handle("ceiling_append_alone", LOOP);
    private static final MethodHandle SHARED = handle("ceiling_append_shared", LOOP);
    private static final MethodHandle BATCH = handle("ceiling_batch",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG));

    private static final MethodHandle TIMED = handle("ceiling_append_timed",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS));
    private static final MethodHandle RAW = handle("raw_loop",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS));
    private static final MethodHandle SUPPORTED = handle("raw_supported", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));
    private static final MethodHandle EMULATE = handle("emulate", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle EMULATED_FENCE = handle("emulated_fence", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));
    private static final MethodHandle PIN = handle("pin_thread", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));

    private Ceiling() {
    }

    /**
     * So many appends by the only thread.
     *
     * @param payload the payload, and as much again: what it is overwritten with before each append if it is {@code touched}
     */
    public static long appendAlone(long ring, long ringBytes, MemorySegment payload, long lengthBytes, long appends,
            MemorySegment tail, boolean touched) {
        try {
            return (long) ALONE.invokeExact(ring, ringBytes, payload, lengthBytes, appends, tail, touched ? 1L : 0L);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** So many appends, the place claimed by fetch-and-add from other threads. */
    public static long appendShared(long ring, long ringBytes, MemorySegment payload, long lengthBytes, long appends,
            MemorySegment tail, boolean touched) {
        try {
            return (long) SHARED.invokeExact(ring, ringBytes, payload, lengthBytes, appends, tail, touched ? 1L : 0L);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * So many batches of records.
     *
     * @param payload of each, copied there before the batch is written; NULL if the records stand staged
     */
    public static long batch(long ring, long ringBytes, MemorySegment staged, long stagedBytes, long batches,
            MemorySegment tail, MemorySegment payload, long lengthBytes) {
        try {
            return (long) BATCH.invokeExact(ring, ringBytes, staged, stagedBytes, batches, tail, payload, lengthBytes);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Appends one by one.
     *
     * @param nanos gets the time of each, the reading of the clock included
     */
    public static long appendTimed(long ring, long ringBytes, MemorySegment payload, long lengthBytes, long appends,
            MemorySegment tail, boolean shared, MemorySegment nanos) {
        try {
            return (long) TIMED.invokeExact(ring, ringBytes, payload, lengthBytes, appends, tail, shared ? 1L : 0L, nanos);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * So many raw operations.
     *
     * @param kind a number that raw.c knows
     */
    public static long raw(long kind, long ring, long ringBytes, MemorySegment from, long lengthBytes, long operations,
            MemorySegment tail) {
        try {
            return (long) RAW.invokeExact(kind, ring, ringBytes, from, lengthBytes, operations, tail);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether this processor has the instruction that a raw operation needs. */
    public static boolean isSupported(long kind) {
        try {
            return (long) SUPPORTED.invokeExact(kind) != 0;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Keeps this thread on the nth processor that it may use. Returns whether it is now kept there. */
    public static boolean pinThread(long nth) {
        try {
            return (long) PIN.invokeExact(nth) == 0;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** From now on every fence of these loops, and of {@link #emulatedFence}, takes longer; zeros end it. */
    public static void emulate(long fenceNanos, long bytesAMicrosecond) {
        try {
            long done = (long) EMULATE.invokeExact(fenceNanos, bytesAMicrosecond);
            if (done != 0) {
                throw new IllegalStateException("emulate(" + fenceNanos + ", " + bytesAMicrosecond + ") = " + done);
            }
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits as long as the emulated device would take for a fence behind so many bytes. */
    public static long emulatedFence(long bytes) {
        try {
            return (long) EMULATED_FENCE.invokeExact(bytes);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** A plain downcall of libceiling. */
    @SuppressWarnings("restricted")
    public static MethodHandle handle(String symbol, FunctionDescriptor descriptor) {
        return Linker.nativeLinker().downcallHandle(SYMBOLS.findOrThrow(symbol), descriptor);
    }

    @SuppressWarnings("restricted")
    private static SymbolLookup load() {
        try (InputStream library = Ceiling.class.getResourceAsStream("native/libceiling.so")) {
            if (library == null) {
                throw new IllegalStateException("libceiling.so is not in the jar; build the bench module again");
            }
            Path copy = Files.createTempFile("libceiling", ".so");
            try {
                Files.copy(library, copy, StandardCopyOption.REPLACE_EXISTING);
                return SymbolLookup.libraryLookup(copy, Arena.global());
            } finally {
                Files.delete(copy);
            }
        } catch (IOException e) {
            throw new IllegalStateException("loading libceiling.so failed", e);
        }
    }
}
