// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.selkie.fault.NativeLibraryException;

/**
 * Loads the small native library that the jar carries, through a memfd: no file is left behind, and none is needed where
 * the temporary directory is mounted {@code noexec}. Loading installs the guard that turns a SIGBUS inside the
 * library's hot functions into an error return (native-headers/src/guard.c).
 */
final class NativeLibrary {

    static final int FEATURE_CRC32C = 1;
    static final int FEATURE_CLFLUSH = 2;
    static final int FEATURE_CLFLUSHOPT = 4;
    static final int FEATURE_CLWB = 8;
    static final int FEATURE_DC_CVAP = 16;
    static final int FEATURE_AVX512 = 32;

    /** The major and minor format version that this engine was built for: {@code major << 16 | minor}. */
    private static final long EXPECTED_VERSION = 1L << 16;
    private static final int MFD_CLOEXEC = 1; // <linux/memfd.h>; memfd_create(2); Linux 3.17

    private static final AddressLayout POINTER = ValueLayout.ADDRESS;
    private static final Linker LINKER = Linker.nativeLinker();
    private static final SymbolLookup SYMBOLS = load();
    private static final long FEATURES = initialize();

    private NativeLibrary() {
    }

    static boolean has(int feature) {
        return (FEATURES & feature) != 0;
    }

    /** The machine's architecture as the kernel names it. */
    static String architecture() {
        String name = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        return switch (name) {
            case "amd64", "x86_64" -> "x86_64";
            case "aarch64", "arm64" -> "aarch64";
            default -> throw new NativeLibraryException("selkie knows the architectures x86_64 and aarch64, this JVM runs on "
                    + name);
        };
    }

    /** A plain downcall: the thread is in native state, so a long call does not delay a safepoint. */
    @SuppressWarnings("restricted")
    static MethodHandle plain(String symbol, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(SYMBOLS.findOrThrow(symbol), descriptor);
    }

    /** A critical downcall that takes heap memory: a few nanoseconds less, and a safepoint waits until it returns. */
    @SuppressWarnings("restricted")
    static MethodHandle critical(String symbol, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(SYMBOLS.findOrThrow(symbol), descriptor, Linker.Option.critical(true));
    }

    /** Whether the guard is still the process's SIGBUS handler; another native library may have taken its place. */
    static boolean guardInstalled() {
        return call("selkie_guard_installed") == 1;
    }

    private static long initialize() {
        long version = call("selkie_library_version");
        if (version != EXPECTED_VERSION) {
            throw new NativeLibraryException("libselkie.so is of format 0x" + Long.toHexString(version)
                    + ", the engine of 0x" + Long.toHexString(EXPECTED_VERSION) + "; build the engine again");
        }
        long features = call("selkie_cpu_features");
        if ((features & FEATURE_CRC32C) == 0) {
            throw new NativeLibraryException("this processor has no CRC32C instruction;"
                    + " selkie needs x86-64 with SSE4.2, or ARMv8 with CRC32");
        }
        if (call("selkie_guard_install") != 0) {
            throw new NativeLibraryException("sigaction(SIGBUS) failed: without the guard a truncated extent would end the JVM");
        }
        return features;
    }

    private static long call(String symbol) {
        try {
            return (long) plain(symbol, FunctionDescriptor.of(ValueLayout.JAVA_LONG)).invokeExact();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new NativeLibraryException("calling " + symbol + " failed", e);
        }
    }

    @SuppressWarnings("restricted")
    private static SymbolLookup load() {
        String resource = "native/linux-" + architecture() + "/libselkie.so";
        try (InputStream library = NativeLibrary.class.getResourceAsStream(resource)) {
            if (library == null) {
                throw new NativeLibraryException("the engine's jar carries no " + resource
                        + "; build it on a machine of this architecture");
            }
            return lookupThroughMemfd(library);
        } catch (IOException e) {
            throw new NativeLibraryException("loading " + resource + " through a memfd failed: " + e.getMessage(), e);
        } catch (IllegalCallerException e) {
            throw new NativeLibraryException("native access is not enabled for selkie; start java with"
                    + " --enable-native-access=" + moduleName(), e);
        }
    }

    static String moduleName() {
        Module module = NativeLibrary.class.getModule();
        return module.isNamed() ? module.getName() : "ALL-UNNAMED";
    }

    @SuppressWarnings("restricted")
    private static SymbolLookup lookupThroughMemfd(InputStream library) throws IOException {
        int fd = memfd("libselkie.so");
        Path path = Path.of("/proc/self/fd/" + fd);
        try {
            try (OutputStream out = Files.newOutputStream(path)) {
                library.transferTo(out);
            }
            return SymbolLookup.libraryLookup(path.toString(), Arena.global());
        } finally {
            // The loader keeps its own mapping.
            closeFd(fd);
        }
    }

    @SuppressWarnings("restricted")
    private static int memfd(String name) throws IOException {
        MethodHandle create = LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow("memfd_create"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, POINTER, ValueLayout.JAVA_INT));
        try (Arena arena = Arena.ofConfined()) {
            int fd = (int) create.invokeExact(arena.allocateFrom(name), MFD_CLOEXEC);
            if (fd < 0) {
                throw new IOException("memfd_create(\"" + name + "\", MFD_CLOEXEC) failed");
            }
            return fd;
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IOException(e);
        }
    }

    @SuppressWarnings("restricted")
    private static void closeFd(int fd) throws IOException {
        MethodHandle close = LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow("close"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        try {
            int result = (int) close.invokeExact(fd);
            if (result != 0) {
                throw new IOException("close(" + fd + ") failed");
            }
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IOException(e);
        }
    }
}
