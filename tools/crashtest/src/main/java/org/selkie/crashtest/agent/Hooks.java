// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.agent;

import java.lang.invoke.CallSite;
import java.lang.invoke.ConstantCallSite;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * What rewritten calls are linked to: the original while nothing is recorded, and otherwise a hook that receives the same
 * arguments and calls the original. Public because the rewritten classes link to it; not for anybody else.
 */
public final class Hooks {

    private static final MethodHandle HOOK;
    private static final MethodHandle IS_IDLE;

    static {
        MethodHandles.Lookup lookup = MethodHandles.lookup();
        try {
            HOOK = lookup.findVirtual(Hook.class, "call", MethodType.methodType(Object.class, Object[].class));
            IS_IDLE = lookup.findStatic(Recording.class, "isIdle", MethodType.methodType(boolean.class));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private Hooks() {
    }

    /** Does what a call does, and records it. */
    @FunctionalInterface
    interface Hook {
        @Nullable Object call(@Nullable Object[] arguments) throws Throwable;
    }

    /** Links a call of a method. */
    public static CallSite call(MethodHandles.Lookup caller, String name, MethodType type, MethodHandle original, String method) {
        MethodHandle same = original.asType(type);
        MethodHandle spread = spread(same);
        Hook hook = switch (method) {
            case "force" -> arguments -> Force.call(spread, arguments);
            case "varHandle", "arrayElementVarHandle" -> arguments -> HandleOffsets.made(spread, method, arguments);
            default -> arguments -> MethodCall.call(spread, method, arguments);
        };
        // Handles are made before anything is recorded, and have to be known when it is.
        boolean always = method.endsWith("arHandle");
        return new ConstantCallSite(always ? hooked(hook, type) : guarded(same, hook, type));
    }

    /** Links a call of an access mode of a VarHandle. */
    public static CallSite varHandleCall(MethodHandles.Lookup caller, String name, MethodType type) {
        VarHandle.AccessMode mode = VarHandle.AccessMode.valueFromMethodName(name);
        MethodHandle same = MethodHandles.varHandleInvoker(mode, type.dropParameterTypes(0, 1)).asType(type);
        MethodHandle spread = spread(same);
        return new ConstantCallSite(guarded(same, arguments -> VarHandleCall.call(spread, name, arguments), type));
    }

    private static MethodHandle spread(MethodHandle handle) {
        return handle.asType(handle.type().generic()).asSpreader(Object[].class, handle.type().parameterCount());
    }

    private static MethodHandle guarded(MethodHandle same, Hook hook, MethodType type) {
        return MethodHandles.guardWithTest(IS_IDLE, same, hooked(hook, type));
    }

    private static MethodHandle hooked(Hook hook, MethodType type) {
        return HOOK.bindTo(hook).asCollector(Object[].class, type.parameterCount()).asType(type);
    }
}
