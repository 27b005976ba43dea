// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.selkie.os.CFunctions.bind;
import static org.selkie.os.CFunctions.bindVariadic;
import static org.selkie.os.CFunctions.once;
import static org.selkie.os.CFunctions.untilDone;

/**
 * The functions of the C library that Selkie calls, one handle a symbol. Each returns what the function returned, or
 * minus errno where it failed. What a signal may interrupt is repeated, except close, which on Linux has let go of the
 * descriptor even when it reports EINTR.
 */
final class LibC {
    private static final MethodHandle OPEN =
            bindVariadic("open", 2, FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
    private static final MethodHandle CLOSE = bind("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle UNLINK = bind("unlink", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    private static final MethodHandle MEMFD_CREATE =
            bind("memfd_create", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle STATX =
            bind("statx", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS));
    private static final MethodHandle FSTATFS =
            bind("fstatfs", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
    private static final MethodHandle FALLOCATE =
            bind("fallocate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle FTRUNCATE =
            bind("ftruncate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle PREAD =
            bind("pread", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle PWRITE =
            bind("pwrite", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle FSYNC = bind("fsync", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle FDATASYNC = bind("fdatasync", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle MMAP = bind(
            "mmap",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle MUNMAP =
            bind("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle MSYNC =
            bind("msync", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final MethodHandle MADVISE =
            bind("madvise", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final MethodHandle FCNTL_LONG =
            bindVariadic("fcntl", 2, FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle FCNTL_POINTER =
            bindVariadic("fcntl", 2, FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));
    private static final MethodHandle IOCTL =
            bindVariadic("ioctl", 2, FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS));
    private static final MethodHandle SYSCONF = bind("sysconf", FunctionDescriptor.of(JAVA_LONG, JAVA_INT));

    private LibC() {}

    static long open(byte[] path, int flags, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = CFunctions.cString(arena, path);
            return untilDone(state -> (int) OPEN.invokeExact(state, name, flags, mode));
        }
    }

    static long close(int fd) {
        return once(state -> (int) CLOSE.invokeExact(state, fd));
    }

    static long unlink(byte[] path) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = CFunctions.cString(arena, path);
            return once(state -> (int) UNLINK.invokeExact(state, name));
        }
    }

    static long memfdCreate(byte[] name, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment label = CFunctions.cString(arena, name);
            return once(state -> (int) MEMFD_CREATE.invokeExact(state, label, flags));
        }
    }

    static long statx(int directoryFd, byte[] path, int flags, int mask, MemorySegment result) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = CFunctions.cString(arena, path);
            return untilDone(state -> (int) STATX.invokeExact(state, directoryFd, name, flags, mask, result));
        }
    }

    static long fstatfs(int fd, MemorySegment result) {
        return untilDone(state -> (int) FSTATFS.invokeExact(state, fd, result));
    }

    static long fallocate(int fd, int mode, long offsetBytes, long lengthBytes) {
        return untilDone(state -> (int) FALLOCATE.invokeExact(state, fd, mode, offsetBytes, lengthBytes));
    }

    static long ftruncate(int fd, long lengthBytes) {
        return untilDone(state -> (int) FTRUNCATE.invokeExact(state, fd, lengthBytes));
    }

    static long pread(int fd, MemorySegment target, long lengthBytes, long offsetBytes) {
        return untilDone(state -> (long) PREAD.invokeExact(state, fd, target, lengthBytes, offsetBytes));
    }

    static long pwrite(int fd, MemorySegment source, long lengthBytes, long offsetBytes) {
        return untilDone(state -> (long) PWRITE.invokeExact(state, fd, source, lengthBytes, offsetBytes));
    }

    static long fsync(int fd) {
        return untilDone(state -> (int) FSYNC.invokeExact(state, fd));
    }

    static long fdatasync(int fd) {
        return untilDone(state -> (int) FDATASYNC.invokeExact(state, fd));
    }

    /** Returns the address, which is never negative, or minus errno. */
    static long mmap(long address, long lengthBytes, int protection, int flags, int fd, long offsetBytes) {
        return once(state -> (long)
                MMAP.invokeExact(state, address, lengthBytes, protection, flags, fd, offsetBytes));
    }

    static long munmap(long address, long lengthBytes) {
        return once(state -> (int) MUNMAP.invokeExact(state, address, lengthBytes));
    }

    static long msync(long address, long lengthBytes, int flags) {
        return untilDone(state -> (int) MSYNC.invokeExact(state, address, lengthBytes, flags));
    }

    static long madvise(long address, long lengthBytes, int advice) {
        return untilDone(state -> (int) MADVISE.invokeExact(state, address, lengthBytes, advice));
    }

    static long fcntl(int fd, int command, long argument) {
        return untilDone(state -> (int) FCNTL_LONG.invokeExact(state, fd, command, argument));
    }

    static long fcntl(int fd, int command, MemorySegment argument) {
        return untilDone(state -> (int) FCNTL_POINTER.invokeExact(state, fd, command, argument));
    }

    /** The request is an unsigned 32-bit number: it is widened without its sign, as the kernel expects it. */
    static long ioctl(int fd, int request, MemorySegment argument) {
        long unsigned = Integer.toUnsignedLong(request);
        return untilDone(state -> (int) IOCTL.invokeExact(state, fd, unsigned, argument));
    }

    static long sysconf(int name) {
        return once(state -> (long) SYSCONF.invokeExact(state, name));
    }
}
