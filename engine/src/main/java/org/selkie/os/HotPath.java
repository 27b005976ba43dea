// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

/**
 * The downcalls that touch a mapping (native-headers/src/hot.c). Everything that reads or writes an extent goes through
 * here, because here alone a SIGBUS (truncated file, media error) comes back as {@link #FAULT}: inside any other native
 * code it ends the JVM, and a Java access reports it late. What writes answers with the address as well, see {@link HotFault}.
 *
 * <p>There is a handle and a method for each granularity, alike but for their names: the compiler puts a call in line only
 * if its handle is a constant, so it cannot be a parameter.
 *
 * <p>Addresses are plain numbers: the caller must hold the mapping in place for the length of the call. Payloads are
 * segments, on the heap or off it, and are kept in place by the linker.
 */
public final class HotPath {

    /** The memory is not there: the file was truncated, the block punched out, or the medium is damaged. */
    public static final long FAULT = -1;
    /** No record of this position begins here. */
    public static final long ABSENT = -2;
    /** A record of this position begins here and its length or checksum is wrong. */
    public static final long CORRUPT = -3;
    /** The record verifies, and its type or flags are of a newer version. */
    public static final long UNKNOWN = -4;
    /** The record verifies and belongs to a batch whose other members are not there. */
    public static final long TORN_BATCH = -5;
    /** The search summed more bytes than it was allowed to. */
    public static final long BUDGET = -6;

    /**
     * A payload longer than this lies in native memory and is written by a plain call: a critical one would hold up a
     * safepoint for more than some ten microseconds.
     */
    public static final int LONG_BYTES = 64 * 1024;

    /** Words of {@code struct selkie_scan} (native-headers/include/selkie/scan.h), in order. */
    public enum Scan {
        OFFSET(0),
        STOP(8),
        END(16),
        BASE_POSITION(24),
        SEED(32),
        RECORDS(40),
        DATA_RECORDS(48),
        PAYLOAD_BYTES(56),
        PROVEN(64),
        BATCH_OFFSET(72),
        SPENT(80),
        BATCH_RECORDS(88),
        BATCH_BYTES(96);

        /** Of the whole structure. */
        public static final long BYTES = 8L * values().length;

        private final long offsetBytes;

        Scan(long offsetBytes) {
            this.offsetBytes = offsetBytes;
        }

        public long get(MemorySegment scan) {
            return scan.get(JAVA_LONG, offsetBytes);
        }

        public void set(MemorySegment scan, long value) {
            scan.set(JAVA_LONG, offsetBytes, value);
        }
    }

    // Longs only: an int that the JVM passes on the stack is stored as four bytes and loaded as eight, and that load waits
    // until the store has left the core, which is after the fence before it (docs/decisions/0005-the-call-around-the-fence.md).
    private static final FunctionDescriptor WRITE =
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private static final FunctionDescriptor COPY = FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG);
    private static final FunctionDescriptor RANGE = FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG);

    private static final MethodHandle APPEND_CACHE_LINE = NativeLibrary.critical(cacheLineSymbol("selkie_append"), WRITE);
    private static final MethodHandle APPEND_BYTE = NativeLibrary.critical("selkie_append_byte", WRITE);
    private static final MethodHandle APPEND_PAGE = NativeLibrary.critical("selkie_append_page", WRITE);
    private static final MethodHandle APPEND_LONG_CACHE_LINE = NativeLibrary.plain(cacheLineSymbol("selkie_append"), WRITE);
    private static final MethodHandle APPEND_LONG_BYTE = NativeLibrary.plain("selkie_append_byte", WRITE);
    private static final MethodHandle APPEND_LONG_PAGE = NativeLibrary.plain("selkie_append_page", WRITE);
    private static final MethodHandle BATCH_NEAR_CACHE_LINE = NativeLibrary.critical(cacheLineSymbol("selkie_batch"), WRITE);
    private static final MethodHandle BATCH_NEAR_BYTE = NativeLibrary.critical("selkie_batch_byte", WRITE);
    private static final MethodHandle BATCH_NEAR_PAGE = NativeLibrary.critical("selkie_batch_page", WRITE);
    private static final MethodHandle BATCH_CACHE_LINE = NativeLibrary.plain(cacheLineSymbol("selkie_batch"), WRITE);
    private static final MethodHandle BATCH_BYTE = NativeLibrary.plain("selkie_batch_byte", WRITE);
    private static final MethodHandle BATCH_PAGE = NativeLibrary.plain("selkie_batch_page", WRITE);
    private static final MethodHandle COPY_CACHE_LINE = NativeLibrary.critical(cacheLineSymbol("selkie_copy"), COPY);
    private static final MethodHandle COPY_BYTE = NativeLibrary.critical("selkie_copy_byte", COPY);
    private static final MethodHandle COPY_PAGE = NativeLibrary.critical("selkie_copy_page", COPY);
    private static final MethodHandle FENCE =
            NativeLibrary.critical("selkie_fence", FunctionDescriptor.of(JAVA_LONG));
    private static final MethodHandle FLUSH = NativeLibrary.plain(flushSymbol(), RANGE);
    private static final MethodHandle READ_RECORD = NativeLibrary.critical("selkie_read_record",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG));
    private static final MethodHandle READ_LONG_RECORD = NativeLibrary.plain("selkie_read_record",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG));
    private static final MethodHandle SCAN = NativeLibrary.plain("selkie_scan_records",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, ADDRESS));
    private static final MethodHandle SEARCH = NativeLibrary.plain("selkie_search_record",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG));
    private static final MethodHandle COPY_OUT =
            NativeLibrary.critical("selkie_copy_out", FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle COPY_IN =
            NativeLibrary.critical("selkie_copy_out", FunctionDescriptor.of(JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG));
    private static final MethodHandle COPY_IN_TO = NativeLibrary.critical("selkie_copy_out", COPY);
    private static final MethodHandle CRC32C =
            NativeLibrary.critical("selkie_crc32c", FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_INT));
    private static final MethodHandle LOAD_INT =
            NativeLibrary.critical("selkie_load_u32", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));

    static {
        growUsedToArrays();
    }

    private HotPath() {
    }

    // An array becomes a segment at each append. The compiler lets that segment vanish if it inlines what makes it, which it
    // does if it has seen it called often before it compiles the append: else it is 72 bytes and 8 to 20 ns an append, in one
    // run of three (docs/decisions/0005-the-call-around-the-fence.md).
    private static void growUsedToArrays() {
        byte[] array = new byte[Long.BYTES];
        for (int i = 0; i < 20_000; i++) {
            if (MemorySegment.ofArray(array).byteSize() != Long.BYTES) {
                throw new IllegalStateException("an array of " + Long.BYTES + " bytes is a segment of another size");
            }
        }
    }

    /** The instruction that {@link #flush} uses on this processor, as its manual names it. */
    public static String flushInstruction() {
        return flushSymbol().substring("selkie_flush_".length()).toUpperCase(java.util.Locale.ROOT);
    }

    /** Whether a SIGBUS would still reach the guard; another native library may have replaced the handler. */
    public static boolean guardInstalled() {
        return NativeLibrary.guardInstalled();
    }

    private static String cacheLineSymbol(String prefix) {
        if (NativeLibrary.has(NativeLibrary.FEATURE_AVX512)) {
            return prefix + "_cache_line_512";
        }
        return prefix + (NativeLibrary.has(NativeLibrary.FEATURE_DC_CVAP) ? "_cache_line_cvap" : "_cache_line");
    }

    private static String flushSymbol() {
        if (NativeLibrary.architecture().equals("aarch64")) {
            return NativeLibrary.has(NativeLibrary.FEATURE_DC_CVAP) ? "selkie_flush_cvap" : "selkie_flush_cvac";
        }
        if (NativeLibrary.has(NativeLibrary.FEATURE_CLWB)) {
            return "selkie_flush_clwb";
        }
        return NativeLibrary.has(NativeLibrary.FEATURE_CLFLUSHOPT) ? "selkie_flush_clflushopt" : "selkie_flush_clflush";
    }

    // In one number, so that no slice is made of the array: whether the compiler makes that without allocating is a matter of
    // luck, 8 to 20 ns an append in one run of three.
    private static long range(int offset, long lengthBytes) {
        return (long) offset << Integer.SIZE | lengthBytes;
    }

    /**
     * Writes one record by non-temporal stores and fences. Returns the record's bytes on media, or a fault ({@link HotFault}).
     *
     * @param to    the address, aligned to 64
     * @param stamp {@code seed | lag << 32 | type << 56}
     */
    public static long appendCacheLine(long to, MemorySegment payload, long lengthBytes, long position, long stamp) {
        try {
            return (long) APPEND_CACHE_LINE.invokeExact(to, payload, lengthBytes, position, stamp);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** As {@link #appendCacheLine} from a part of an array, without allocation: the segment goes nowhere but into the call. */
    public static long appendCacheLine(long to, byte[] payload, int offset, long lengthBytes, long position, long stamp) {
        try {
            return (long) APPEND_CACHE_LINE.invokeExact(to, MemorySegment.ofArray(payload), range(offset, lengthBytes), position,
                    stamp);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** As {@link #appendCacheLine} for more than {@link #LONG_BYTES}, from native memory. */
    public static long appendLongCacheLine(long to, MemorySegment payload, long lengthBytes, long position, long stamp) {
        try {
            return (long) APPEND_LONG_CACHE_LINE.invokeExact(to, payload, lengthBytes, position, stamp);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** As {@link #appendCacheLine} with plain stores: for caches that are in the persistence domain. */
    public static long appendByte(long to, MemorySegment payload, long lengthBytes, long position, long stamp) {
        try {
            return (long) APPEND_BYTE.invokeExact(to, payload, lengthBytes, position, stamp);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** As {@link #appendByte} from a part of an array, without allocation: the segment goes nowhere but into the call. */
    public static long appendByte(long to, byte[] payload, int offset, long lengthBytes, long position, long stamp) {
        try {
            return (long) APPEND_BYTE.invokeExact(to, MemorySegment.ofArray(payload), range(offset, lengthBytes), position,
                    stamp);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** As {@link #appendByte} for more than {@link #LONG_BYTES}, from native memory. */
    public static long appendLongByte(long to, MemorySegment payload, long lengthBytes, long position, long stamp) {
        try {
            return (long) APPEND_LONG_BYTE.invokeExact(to, payload, lengthBytes, position, stamp);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** As {@link #appendCacheLine} with plain stores and no fence: msync makes them durable. */
    public static long appendPage(long to, MemorySegment payload, long lengthBytes, long position, long stamp) {
        try {
            return (long) APPEND_PAGE.invokeExact(to, payload, lengthBytes, position, stamp);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** As {@link #appendPage} from a part of an array, without allocation: the segment goes nowhere but into the call. */
    public static long appendPage(long to, byte[] payload, int offset, long lengthBytes, long position, long stamp) {
        try {
            return (long) APPEND_PAGE.invokeExact(to, MemorySegment.ofArray(payload), range(offset, lengthBytes), position,
                    stamp);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** As {@link #appendPage} for more than {@link #LONG_BYTES}, from native memory. */
    public static long appendLongPage(long to, MemorySegment payload, long lengthBytes, long position, long stamp) {
        try {
            return (long) APPEND_LONG_PAGE.invokeExact(to, payload, lengthBytes, position, stamp);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * Writes staged records and fences once. Returns the bytes written, or a fault.
     *
     * @param staged      on the heap or off it; their positions, lags and checksums are put in there, too
     * @param lengthBytes on the heap at most {@link #LONG_BYTES}, as a safepoint waits for it
     */
    public static long batchCacheLine(long to, MemorySegment staged, long lengthBytes, long position, long stamp) {
        try {
            return staged.isNative() ? (long) BATCH_CACHE_LINE.invokeExact(to, staged, lengthBytes, position, stamp)
                    : (long) BATCH_NEAR_CACHE_LINE.invokeExact(to, staged, lengthBytes, position, stamp);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    public static long batchByte(long to, MemorySegment staged, long lengthBytes, long position, long stamp) {
        try {
            return staged.isNative() ? (long) BATCH_BYTE.invokeExact(to, staged, lengthBytes, position, stamp)
                    : (long) BATCH_NEAR_BYTE.invokeExact(to, staged, lengthBytes, position, stamp);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    public static long batchPage(long to, MemorySegment staged, long lengthBytes, long position, long stamp) {
        try {
            return staged.isNative() ? (long) BATCH_PAGE.invokeExact(to, staged, lengthBytes, position, stamp)
                    : (long) BATCH_NEAR_PAGE.invokeExact(to, staged, lengthBytes, position, stamp);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Copies whole words into the mapping by non-temporal stores and fences. */
    public static long copyCacheLine(long to, MemorySegment from, long lengthBytes) {
        try {
            return (long) COPY_CACHE_LINE.invokeExact(to, from, lengthBytes);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    public static long copyByte(long to, MemorySegment from, long lengthBytes) {
        try {
            return (long) COPY_BYTE.invokeExact(to, from, lengthBytes);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    public static long copyPage(long to, MemorySegment from, long lengthBytes) {
        try {
            return (long) COPY_PAGE.invokeExact(to, from, lengthBytes);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Starts the write-back of the lines in the range. */
    public static long flush(long address, long lengthBytes) {
        try {
            return (long) FLUSH.invokeExact(address, lengthBytes);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Waits until this core's flushes and non-temporal stores are in the persistence domain. */
    public static void fence() {
        try {
            long done = (long) FENCE.invokeExact();
            assert done == 0;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * Checks a record and copies its header out, and its payload behind it. Returns the payload's length, or one of the
     * codes of this class; if the payload does not fit into {@code outBytes}, the record is checked all the same.
     */
    public static long readRecord(long record, long limitBytes, long position, long seed, MemorySegment out,
            long outBytes) {
        try {
            return HotFault.plain((long) READ_RECORD.invokeExact(record, limitBytes, position, seed, out, outBytes));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** As {@link #readRecord} for records so long that a safepoint should not wait: {@code out} is native memory. */
    public static long readLongRecord(long record, long limitBytes, long position, long seed, MemorySegment out,
            long outBytes) {
        try {
            return HotFault.plain((long) READ_LONG_RECORD.invokeExact(record, limitBytes, position, seed, out, outBytes));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Walks valid records, see {@code selkie_scan_walk}; {@code scan} is native memory. Returns 0 at its stop. */
    public static long scan(long extent, MemorySegment scan) {
        try {
            return HotFault.plain((long) SCAN.invokeExact(extent, scan));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Moves to the next valid record, see {@code selkie_scan_search}. Returns 0 there. */
    public static long search(long extent, MemorySegment scan, long budgetBytes) {
        try {
            return HotFault.plain((long) SEARCH.invokeExact(extent, scan, budgetBytes));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Copies bytes out of a mapping. Returns their number, or {@link #FAULT}. */
    public static long copyOut(MemorySegment to, long from, long lengthBytes) {
        try {
            return HotFault.plain((long) COPY_OUT.invokeExact(to, from, lengthBytes));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * Copies bytes between segments; the source may be a mapping of anybody's.
     *
     * @param lengthBytes at most {@link #LONG_BYTES}, as a safepoint waits for it
     * @return the number of bytes, or a fault ({@link HotFault})
     */
    public static long copyIn(MemorySegment to, MemorySegment from, long lengthBytes) {
        try {
            return (long) COPY_IN.invokeExact(to, from, lengthBytes);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** As the other, to an address, without allocation. */
    public static long copyIn(long to, MemorySegment from, long lengthBytes) {
        try {
            return (long) COPY_IN_TO.invokeExact(to, from, lengthBytes);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Four bytes of a mapping, as an unsigned number, or {@link #FAULT}. */
    public static long loadInt(long from) {
        try {
            return HotFault.plain((long) LOAD_INT.invokeExact(from));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * The raw CRC32C of a multiple of four bytes from a seed, neither inverted before nor after: the checksum of a record.
     */
    public static int crc32c(MemorySegment from, long lengthBytes, int seed) {
        try {
            return (int) HotFault.plain((long) CRC32C.invokeExact(from, lengthBytes, seed));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static RuntimeException unexpected(Throwable e) {
        if (e instanceof RuntimeException runtime) {
            return runtime;
        }
        if (e instanceof Error error) {
            throw error;
        }
        return new IllegalStateException("a downcall threw a checked exception", e);
    }
}
