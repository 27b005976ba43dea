// SPDX-License-Identifier: Apache-2.0
package org.selkie.format;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.selkie.fault.PayloadFaultException;
import org.selkie.os.HotPath;
import org.selkie.persist.Persister;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * A record on media. It begins on a cache line and fills whole lines.
 *
 * <pre>
 *    0        4        8                16       20  21  22  24
 *   +--------+--------+----------------+--------+---+---+---+---------------- - - ----+-----+--------+
 *   | CRC32C | length |    position    |  lag   |typ|flg| 0 |  payload                |  0  | lines  |
 *   +--------+--------+----------------+--------+---+---+---+---------------- - - ----+-----+--------+
 * </pre>
 *
 * <p>The checksum covers bytes 4 to the end, from the extent's seed; of a span ({@link #PAD}, {@link #GAP}) the first line
 * only. {@code lag}: everything below {@code position - 64 * lag} was persisted before this record was claimed. The last
 * four bytes hold the record's length in lines, for walking backwards. The C twin is native-headers/include/selkie/format.h.
 */
public final class RecordLayout {

    public static final int LINE_BYTES = 64;
    public static final int CRC_OFFSET = 0;
    public static final int LENGTH_OFFSET = 4;
    public static final int POSITION_OFFSET = 8;
    public static final int LAG_OFFSET = 16;
    public static final int TYPE_OFFSET = 19;
    public static final int FLAGS_OFFSET = 20;
    public static final int HEADER_BYTES = 24;
    public static final int TRAILER_BYTES = 4;
    public static final int OVERHEAD_BYTES = HEADER_BYTES + TRAILER_BYTES;

    /** A user's record. */
    public static final int DATA = 1;
    /** Skips to its end: the rest of an extent, or bytes that a writer claimed and may not have written. */
    public static final int PAD = 2;
    /** As {@link #PAD}, written by salvage over records that were lost. */
    public static final int GAP = 3;
    /** Of a store: a key has this value from here on. {@link EntryLayout} is the payload. */
    public static final int PUT = 16;
    /** Of a store: a key has no value from here on. {@link EntryLayout} is the payload. */
    public static final int DELETE = 17;
    /** Of a store: a part of its index, or what makes such parts count. {@link CheckpointLayout} is the payload. */
    public static final int INDEX = 18;

    private static final int KNOWN_TYPES = 1 << DATA | 1 << PAD | 1 << GAP | 1 << PUT | 1 << DELETE | 1 << INDEX;

    /** Another member of the same batch follows. */
    public static final int MORE = 0x01;
    /** A member of the same batch stands before. */
    public static final int CONTINUES = 0x02;

    /** A lag that proves nothing. */
    public static final long LAG_UNKNOWN = 0xffffff;

    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, LITTLE_ENDIAN);

    private RecordLayout() {
    }

    /**
     * Whether a record seems to begin somewhere in an extent whose generation is not known, so that no checksum can be checked:
     * its position is that of the place, and its fields are possible.
     *
     * @param bytes the extent's first
     */
    public static boolean looksLikeRecord(byte[] bytes, int offset, long extentBytes) {
        MemorySegment record = MemorySegment.ofArray(bytes);
        long position = record.get(LONG, (long) offset + POSITION_OFFSET);
        long length = record.get(INT, (long) offset + LENGTH_OFFSET);
        int type = bytes[offset + TYPE_OFFSET];
        return position > 0 && (position & (extentBytes - 1)) == offset && isKnown(type)
                && (bytes[offset + FLAGS_OFFSET] & ~(MORE | CONTINUES)) == 0
                && length >= 0 && recordBytes(length) <= extentBytes - offset;
    }

    /** The length on media of a record with a payload of {@code lengthBytes}. */
    public static long recordBytes(long lengthBytes) {
        return (lengthBytes + OVERHEAD_BYTES + LINE_BYTES - 1) & -LINE_BYTES;
    }

    /** The longest payload of a record that fits into {@code spaceBytes}, a multiple of a line. */
    public static long payloadBytes(long spaceBytes) {
        return spaceBytes - OVERHEAD_BYTES;
    }

    /** What {@link Persister#append} puts into a record besides length, position and payload. */
    public static long stamp(int type, int seed, long lagLines) {
        return (seed & 0xffffffffL) | lagLines << 32 | (long) type << 56;
    }

    /** The lag that says: everything below {@code persisted} is durable. */
    public static long lagLines(long position, long persisted) {
        long lines = (position - persisted) / LINE_BYTES;
        return lines < 0 || lines >= LAG_UNKNOWN ? LAG_UNKNOWN : lines;
    }

    /** The position below which everything was persisted according to a record, or -1 if it does not say. */
    public static long provenPosition(long position, long lagLines) {
        long proven = position - lagLines * LINE_BYTES;
        return lagLines == LAG_UNKNOWN || proven < 0 ? -1 : proven;
    }

    public static int length(MemorySegment record) {
        return record.get(INT, LENGTH_OFFSET);
    }

    public static int type(MemorySegment record) {
        return record.get(ValueLayout.JAVA_BYTE, TYPE_OFFSET) & 0xff;
    }

    public static int flags(MemorySegment record) {
        return record.get(ValueLayout.JAVA_BYTE, FLAGS_OFFSET) & 0xff;
    }

    public static long lag(MemorySegment record) {
        return record.get(INT, LAG_OFFSET) & LAG_UNKNOWN;
    }

    public static long position(MemorySegment record) {
        return record.get(LONG, POSITION_OFFSET);
    }

    public static int crc(MemorySegment record) {
        return record.get(INT, CRC_OFFSET);
    }

    /** The length in lines that the last four bytes of a whole record say. */
    public static int trailerLines(MemorySegment record) {
        return record.get(INT, record.byteSize() - TRAILER_BYTES);
    }

    /** Whether this version of the format has such records. */
    public static boolean isKnown(int type) {
        return type >= 0 && type < Integer.SIZE && (KNOWN_TYPES >>> type & 1) != 0;
    }

    public static boolean isSpan(int type) {
        return type == PAD || type == GAP;
    }

    /**
     * Stages a record of a batch in native memory, all but its position, lag and checksum, which {@link Persister#batch}
     * stamps. Returns its length on media.
     *
     * @throws PayloadFaultException if the payload lies in a mapping that is not there any more
     */
    public static long stage(MemorySegment staging, long offset, MemorySegment payload, int type, int flags) {
        long recordBytes = stageAround(staging, offset, payload.byteSize(), type, flags);
        copyPayload(payload, staging, offset + HEADER_BYTES);
        return recordBytes;
    }

    /** As the other {@code stage}, from a part of an array that the caller has checked. Allocates nothing. */
    public static long stage(MemorySegment staging, long offset, byte[] payload, int from, int lengthBytes, int type, int flags) {
        long recordBytes = stageAround(staging, offset, lengthBytes, type, flags);
        MemorySegment.copy(payload, from, staging, ValueLayout.JAVA_BYTE, offset + HEADER_BYTES, lengthBytes);
        return recordBytes;
    }

    /**
     * As the other {@code stage}, from an array to an array, both checked by the caller. Straight on, without a loop or a
     * segment, which a program that uses segments of several kinds makes slow: it is the better part of what a record of a
     * batch costs (docs/decisions/0013-batches-are-staged-in-arrays.md).
     */
    public static int stage(byte[] staging, int offset, byte[] payload, int from, int lengthBytes, int type, int flags) {
        int recordBytes = (int) recordBytes(lengthBytes);
        int last = offset + recordBytes - LINE_BYTES;
        // The word in which the payload ends; where that is not in the last line, it is filled up.
        WORDS.set(staging, offset + ((HEADER_BYTES + lengthBytes) & -Long.BYTES), 0L);
        WORDS.set(staging, last, 0L);
        WORDS.set(staging, last + Long.BYTES, 0L);
        WORDS.set(staging, last + 2 * Long.BYTES, 0L);
        WORDS.set(staging, last + 3 * Long.BYTES, 0L);
        WORDS.set(staging, last + 4 * Long.BYTES, 0L);
        WORDS.set(staging, last + 5 * Long.BYTES, 0L);
        WORDS.set(staging, last + 6 * Long.BYTES, 0L);
        WORDS.set(staging, last + 7 * Long.BYTES, (long) (recordBytes / LINE_BYTES) << Integer.SIZE);
        WORDS.set(staging, offset + CRC_OFFSET, (long) lengthBytes << Integer.SIZE);
        WORDS.set(staging, offset + LAG_OFFSET, (long) type << 24 | (long) flags << 32);
        System.arraycopy(payload, from, staging, offset + HEADER_BYTES, lengthBytes);
        return recordBytes;
    }

    /**
     * What stands around a payload, in whole words: they are read as such, and a word that was stored in parts would have to
     * leave the core first. Staging memory is used again and again, so what the payload does not fill is zeroed.
     */
    private static long stageAround(MemorySegment staging, long offset, long lengthBytes, int type, int flags) {
        long recordBytes = recordBytes(lengthBytes);
        staging.set(LONG, offset + CRC_OFFSET, lengthBytes << Integer.SIZE);
        staging.set(LONG, offset + LAG_OFFSET, (long) type << 24 | (long) flags << 32);
        long last = recordBytes - Long.BYTES;
        for (long word = (HEADER_BYTES + lengthBytes) & -Long.BYTES; word < last; word += Long.BYTES) {
            staging.set(LONG, offset + word, 0);
        }
        staging.set(LONG, offset + last, (recordBytes / LINE_BYTES) << Integer.SIZE);
        return recordBytes;
    }

    /** What is mapped may fault, which the JVM would tell late, and to whoever comes next. */
    private static void copyPayload(MemorySegment payload, MemorySegment staging, long offset) {
        long lengthBytes = payload.byteSize();
        if (!payload.isNative()) {
            MemorySegment.copy(payload, 0, staging, offset, lengthBytes);
            return;
        }
        for (long done = 0; done < lengthBytes;) {
            long chunk = Math.min(HotPath.LONG_BYTES, lengthBytes - done);
            if (HotPath.copyIn(staging.asSlice(offset + done, chunk), payload.asSlice(done, chunk), chunk) < 0) {
                throw PayloadFaultException.onLoad(payload.address(), lengthBytes);
            }
            done += chunk;
        }
    }

    /** Changes the flags of a staged record. */
    public static void restageFlags(MemorySegment staging, long offset, int flags) {
        long third = staging.get(LONG, offset + LAG_OFFSET);
        staging.set(LONG, offset + LAG_OFFSET, (third & ~(0xffL << 32)) | (long) flags << 32);
    }

    /**
     * Writes a record that skips {@code spanBytes}, and makes it durable where the persister does so on return. Nothing that
     * verifies may stand in its place.
     *
     * @param address   of the span's first line
     * @param spanBytes a multiple of a line
     */
    public static void writeSpan(Persister persister, long address, long spanBytes, long position, int type, int seed) {
        if (spanBytes > LINE_BYTES) {
            writeTrailer(persister, address, spanBytes);
        }
        writeHead(persister, address, spanBytes, position, type, seed);
    }

    /**
     * Writes a record that skips {@code spanBytes} over whatever stands there, durably.
     *
     * @param address   of the span's first line
     * @param spanBytes a multiple of a line
     */
    public static void coverWithSpan(Persister persister, long address, long spanBytes, long position, int type, int seed) {
        if (spanBytes > LINE_BYTES) {
            // The trailer first, and durably: walking backwards must not meet a span without one. It would meet whatever the
            // span covers instead, and a member of a torn batch may well verify.
            persistTrailer(persister, address, spanBytes);
        }
        writeHead(persister, address, spanBytes, position, type, seed);
        if (!persister.durableOnReturn()) {
            persister.persist(address, LINE_BYTES);
        }
    }

    private static void persistTrailer(Persister persister, long address, long spanBytes) {
        writeTrailer(persister, address, spanBytes);
        if (!persister.durableOnReturn()) {
            persister.persist(address + spanBytes - Long.BYTES, Long.BYTES);
        }
    }

    private static void writeTrailer(Persister persister, long address, long spanBytes) {
        MemorySegment last = MemorySegment.ofArray(new byte[Long.BYTES]);
        last.set(INT, TRAILER_BYTES, (int) (spanBytes / LINE_BYTES));
        persister.copy(address + spanBytes - Long.BYTES, last, Long.BYTES);
    }

    private static void writeHead(Persister persister, long address, long spanBytes, long position, int type, int seed) {
        MemorySegment line = MemorySegment.ofArray(new byte[LINE_BYTES]);
        line.set(INT, LENGTH_OFFSET, (int) payloadBytes(spanBytes));
        line.set(LONG, POSITION_OFFSET, position);
        line.set(LONG, LAG_OFFSET, LAG_UNKNOWN | (long) type << 24);
        if (spanBytes == LINE_BYTES) {
            line.set(INT, LINE_BYTES - TRAILER_BYTES, 1);
        }
        line.set(INT, CRC_OFFSET, HotPath.crc32c(line.asSlice(LENGTH_OFFSET), LINE_BYTES - LENGTH_OFFSET, seed));
        persister.copy(address, line, LINE_BYTES);
    }
}
