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

/** The append loops of bench/src/main/c/ceiling.c. */
final class Ceiling {

    private static final SymbolLookup SYMBOLS = load();
    private static final FunctionDescriptor LOOP =
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG);
    private static final MethodHandle ALONE = handle("ceiling_append_alone", LOOP);
    private static final MethodHandle SHARED = handle("ceiling_append_shared", LOOP);
    private static final MethodHandle BATCH = handle("ceiling_batch",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS));

    private Ceiling() {
    }

    /**
     * So many appends by the only thread.
     *
     * @param payload the payload, and as much again: what it is overwritten with before each append if it is {@code touched}
     */
    static long appendAlone(long ring, long ringBytes, MemorySegment payload, long lengthBytes, long appends,
            MemorySegment tail, boolean touched) {
        try {
            return (long) ALONE.invokeExact(ring, ringBytes, payload, lengthBytes, appends, tail, touched ? 1L : 0L);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** So many appends, the place claimed by fetch-and-add from other threads. */
    static long appendShared(long ring, long ringBytes, MemorySegment payload, long lengthBytes, long appends,
            MemorySegment tail, boolean touched) {
        try {
            return (long) SHARED.invokeExact(ring, ringBytes, payload, lengthBytes, appends, tail, touched ? 1L : 0L);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** So many batches of records that stand staged. */
    static long batch(long ring, long ringBytes, MemorySegment staged, long stagedBytes, long batches, MemorySegment tail) {
        try {
            return (long) BATCH.invokeExact(ring, ringBytes, staged, stagedBytes, batches, tail);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle handle(String symbol, FunctionDescriptor descriptor) {
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
