// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.selkie.fault.NativeLibraryException;

/**
 * A full memory barrier on all threads of this process at once (membarrier(2), MEMBARRIER_CMD_PRIVATE_EXPEDITED; Linux
 * 4.14). The frequent side of a handshake then needs no barrier, which costs more than a store next to a fence.
 */
public final class ProcessBarrier {

    private static final FunctionDescriptor NOTHING_TO_LONG = FunctionDescriptor.of(ValueLayout.JAVA_LONG);
    private static final MethodHandle BARRIER = NativeLibrary.plain("selkie_process_barrier", NOTHING_TO_LONG);
    private static final boolean AVAILABLE =
            call(NativeLibrary.plain("selkie_process_barrier_register", NOTHING_TO_LONG)) == 0;

    private ProcessBarrier() {
    }

    /** Whether the kernel has it and lets this process use it; a sandbox may not. */
    public static boolean isAvailable() {
        return AVAILABLE;
    }

    /** Returns when every thread of the process has passed a full barrier. */
    public static void run() {
        if (call(BARRIER) != 0) {
            throw new NativeLibraryException("membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED) failed after it was registered");
        }
    }

    private static long call(MethodHandle handle) {
        try {
            return (long) handle.invokeExact();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new NativeLibraryException("calling membarrier failed", e);
        }
    }
}
