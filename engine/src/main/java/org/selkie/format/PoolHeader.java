// SPDX-License-Identifier: Apache-2.0
package org.selkie.format;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.selkie.fault.PoolFormatException;

/**
 * The first 4096 bytes of a pool, written once when the pool is made.
 *
 * <pre>
 *     0 magic "1SELKEP1"   8 major u16, minor u16   16 pool id   32 extent bytes u64   40 created u64   4092 CRC-32C
 * </pre>
 *
 * @param poolId        drawn at random; part of every record's seed
 * @param extentBytes   of every extent of the pool, a power of two
 * @param createdMillis since 1970
 */
public record PoolHeader(FormatVersion version, UUID poolId, long extentBytes, long createdMillis) {

    public static final int BYTES = 4096;
    static final long MAGIC = 0x3150454b4c455331L;
    static final int VERSION_OFFSET = 8;
    static final int POOL_ID_OFFSET = 16;
    static final int EXTENT_BYTES_OFFSET = 32;
    static final int CREATED_OFFSET = 40;
    static final int CRC_OFFSET = BYTES - 4;

    public static final long MIN_EXTENT_BYTES = 64 * 1024;
    public static final long MAX_EXTENT_BYTES = 1L << 31;

    /** A header for a new pool. */
    public static PoolHeader create(long extentBytes) {
        return new PoolHeader(FormatVersion.CURRENT, UUID.randomUUID(), extentBytes, System.currentTimeMillis());
    }

    /** Whether this is a length that the format allows. */
    public static boolean isExtentLength(long extentBytes) {
        return Long.bitCount(extentBytes) == 1 && extentBytes >= MIN_EXTENT_BYTES && extentBytes <= MAX_EXTENT_BYTES;
    }

    /**
     * Makes blank what a crash leaves of a header whose magic number is written last: fields of this version, some of them
     * perhaps missing. Changes nothing if they are not like that.
     */
    public static void blankUnfinished(byte[] bytes) {
        MemorySegment header = MemorySegment.ofArray(bytes);
        int version = header.get(RecordLayout.INT, VERSION_OFFSET);
        long extentBytes = header.get(RecordLayout.LONG, EXTENT_BYTES_OFFSET);
        boolean ours = header.get(RecordLayout.LONG, 0) == 0
                && (version == 0 || version == (FormatVersion.CURRENT.major() | FormatVersion.CURRENT.minor() << 16))
                && (extentBytes == 0 || isExtentLength(extentBytes));
        if (ours) {
            Arrays.fill(bytes, 0, CREATED_OFFSET + Long.BYTES, (byte) 0);
            Arrays.fill(bytes, CRC_OFFSET, BYTES, (byte) 0);
        }
    }

    public byte[] encode() {
        byte[] bytes = new byte[BYTES];
        MemorySegment header = MemorySegment.ofArray(bytes);
        header.set(RecordLayout.LONG, 0, MAGIC);
        header.set(RecordLayout.INT, VERSION_OFFSET, version.major() | version.minor() << 16);
        Fields.putUuid(header, POOL_ID_OFFSET, poolId);
        header.set(RecordLayout.LONG, EXTENT_BYTES_OFFSET, extentBytes);
        header.set(RecordLayout.LONG, CREATED_OFFSET, createdMillis);
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, CRC_OFFSET);
        header.set(RecordLayout.INT, CRC_OFFSET, (int) crc.getValue());
        return bytes;
    }

    /**
     * Reads a header; empty if the bytes hold none at all.
     *
     * @param where named in errors
     * @throws PoolFormatException if it is damaged or of a newer version
     */
    public static Optional<PoolHeader> decode(byte[] bytes, String where) {
        MemorySegment header = MemorySegment.ofArray(bytes);
        if (bytes.length < BYTES || header.get(RecordLayout.LONG, 0) != MAGIC) {
            return Optional.empty();
        }
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, CRC_OFFSET);
        if ((int) crc.getValue() != header.get(RecordLayout.INT, CRC_OFFSET)) {
            throw new PoolFormatException("the pool header of " + where + " is damaged: checksum "
                    + Fields.hex(header.get(RecordLayout.INT, CRC_OFFSET)) + ", computed " + Fields.hex((int) crc.getValue())
                    + "; restore it from a copy: it never changes after the pool is made");
        }
        int packed = header.get(RecordLayout.INT, VERSION_OFFSET);
        FormatVersion version = new FormatVersion(packed & 0xffff, packed >>> 16);
        version.requireReadable("pool " + where);
        PoolHeader decoded = new PoolHeader(version, Fields.uuid(header, POOL_ID_OFFSET),
                header.get(RecordLayout.LONG, EXTENT_BYTES_OFFSET), header.get(RecordLayout.LONG, CREATED_OFFSET));
        if (!isExtentLength(decoded.extentBytes)) {
            throw new PoolFormatException("the pool header of " + where + " names extents of " + decoded.extentBytes
                    + " bytes; expected a power of two from " + MIN_EXTENT_BYTES + " to " + MAX_EXTENT_BYTES);
        }
        return Optional.of(decoded);
    }
}
