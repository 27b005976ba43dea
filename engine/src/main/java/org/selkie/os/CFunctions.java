// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.util.function.Supplier;
import org.selkie.fault.SelkieException;

/** Binds functions of the C library so that each call keeps its errno, and runs them. */
final class CFunctions {
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private CFunctions() {}

    /** One call; the segment receives errno and is the first argument of every handle that {@link #bind} returns. */
    @FunctionalInterface
    interface Call {
        long invoke(MemorySegment state) throws Throwable;
    }

    /**
     * A handle for a function of the C library; its first parameter is the segment that receives errno.
     *
     * <p>Never throws: where the function may not be called or does not exist, every call of the handle says so. A
     * failed class initialization would hide the reason behind NoClassDefFoundError from the second use on.
     */
    static MethodHandle bind(String symbol, FunctionDescriptor descriptor) {
        return bind(symbol, descriptor, Linker.Option.captureCallState("errno"));
    }

    /** As {@link #bind(String, FunctionDescriptor)}, for a function that takes variable arguments from an index on. */
    static MethodHandle bindVariadic(String symbol, int firstVariadic, FunctionDescriptor descriptor) {
        return bind(
                symbol,
                descriptor,
                Linker.Option.captureCallState("errno"),
                Linker.Option.firstVariadicArg(firstVariadic));
    }

    @SuppressWarnings("restricted")
    private static MethodHandle bind(String symbol, FunctionDescriptor descriptor, Linker.Option... options) {
        MethodType type = descriptor.toMethodType().insertParameterTypes(0, MemorySegment.class);
        Linker linker = Linker.nativeLinker();
        MemorySegment address = linker.defaultLookup().find(symbol).orElse(null);
        if (address == null) {
            return refusing(type, () -> new SelkieException(
                    "the C library has no " + symbol + "(); a Linux with glibc 2.28 or later has it"));
        }
        try {
            return linker.downcallHandle(address, descriptor, options);
        } catch (IllegalCallerException denied) {
            return refusing(type, () -> NativeAccess.denied(denied));
        }
    }

    private static MethodHandle refusing(MethodType type, Supplier<SelkieException> reason) {
        try {
            MethodHandle get = MethodHandles.lookup()
                    .findVirtual(Supplier.class, "get", MethodType.methodType(Object.class))
                    .bindTo(reason)
                    .asType(MethodType.methodType(SelkieException.class));
            MethodHandle thrower = MethodHandles.throwException(type.returnType(), SelkieException.class);
            return MethodHandles.dropArguments(
                    MethodHandles.foldArguments(thrower, get), 0, type.parameterList());
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("composing the fallback of a missing C function failed", e);
        }
    }

    /** Runs a call once; returns its result, or minus errno where the result is -1. */
    static long once(Call call) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            long result = call.invoke(state);
            return result == -1 ? -(int) ERRNO.get(state, 0L) : result;
        } catch (SelkieException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("a call of the C library threw", e);
        }
    }

    /** Runs a call until no signal interrupts it; returns its result, or minus errno where the result is -1. */
    static long untilDone(Call call) {
        long result;
        do {
            result = once(call);
        } while (result == -Errno.EINTR);
        return result;
    }

    /** A zero-terminated copy of a byte string. */
    static MemorySegment cString(Arena arena, byte[] bytes) {
        MemorySegment string = arena.allocate(bytes.length + 1L);
        MemorySegment.copy(bytes, 0, string, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return string;
    }
}
