// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

/** Asks soft-RoCE for a long-term pin, through the library of {@code tools/vm/guest/pin.c}. */
public final class LongTermPin {
    private LongTermPin() {}

    /** 0 where the kernel gave one, else the errno. Skips the test where there is no device to ask. */
    @SuppressWarnings("restricted")
    public static int tryPin(MemorySegment range) {
        String library = System.getProperty("selkie.pin.library");
        Assumptions.assumeTrue(library != null, "skipped: selkie.pin.library names no library, as the VM does");
        try (Arena arena = Arena.ofConfined()) {
            MethodHandle pin = Linker.nativeLinker().downcallHandle(
                    SymbolLookup.libraryLookup(Path.of(library), arena).findOrThrow("selkie_pin"),
                    FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
            int errno = (int) pin.invokeExact(range.address(), range.byteSize());
            Assumptions.assumeTrue(errno >= 0, "skipped: no soft-RoCE device (rdma link add)");
            return errno;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}
