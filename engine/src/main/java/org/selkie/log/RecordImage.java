// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.selkie.fault.ExtentFaultException;
import org.selkie.format.RecordLayout;
import org.selkie.os.HotPath;

/**
 * What stands on media at one position of a log, whether it is a record or not: for looking at, never for trusting.
 *
 * @param extent         the file or slice
 * @param offsetBytes    in the extent
 * @param position       in the log, where it was looked
 * @param bytes          a read-only copy from there on: of the whole record if it verifies or is of at most 1 MiB, else of one
 *                       line
 * @param verdict        whether it is a record
 * @param computedCrc    the checksum that the bytes should have, from the extent's seed
 */
public record RecordImage(String extent, long offsetBytes, long position, MemorySegment bytes, Verdict verdict, int computedCrc) {

    /** What reading it came to. */
    public enum Verdict {
        /** A record that verifies. */
        VALID,
        /** Its position field is another one: nothing was ever written here, or what was is of another generation. */
        ABSENT,
        /** It says that a record begins here, and its length or checksum is wrong. */
        DAMAGED,
        /** It verifies, and its type or flags are of a newer version. */
        UNKNOWN
    }

    /** The name of a part of a record, and where it stands in {@link #bytes}. */
    public record Field(String name, int offsetBytes, int lengthBytes) {
    }

    /** What is copied of a record that does not verify: its length may be forged. */
    private static final int UNVERIFIED_BYTES = 1 << 20;

    /** Records begin at multiples of it. */
    public static final int ALIGNMENT_BYTES = RecordLayout.LINE_BYTES;

    /** Copies the bytes out of an extent. */
    static RecordImage read(LogExtent extent, long position) {
        long address = extent.addressOf(position);
        long spaceBytes = extent.end - position;
        MemorySegment line = copyOut(address, RecordLayout.LINE_BYTES);
        long recordBytes = RecordLayout.recordBytes(RecordLayout.length(line) & 0xffffffffL);
        long code = HotPath.readLongRecord(address, spaceBytes, position, extent.seed, MemorySegment.NULL, 0);
        if (code == HotPath.FAULT) {
            throw ExtentFaultException.onLoad(address, Math.min(recordBytes, spaceBytes));
        }
        boolean verifies = code >= 0 || code == HotPath.UNKNOWN;
        boolean whole = RecordLayout.position(line) == position
                && recordBytes <= (verifies ? spaceBytes : Math.min(spaceBytes, UNVERIFIED_BYTES));
        MemorySegment bytes = whole ? copyOut(address, (int) recordBytes) : line;
        long summedBytes = RecordLayout.isSpan(RecordLayout.type(line)) ? RecordLayout.LINE_BYTES : bytes.byteSize();
        int crc = HotPath.crc32c(bytes.asSlice(RecordLayout.LENGTH_OFFSET), summedBytes - RecordLayout.LENGTH_OFFSET,
                extent.seed);
        return new RecordImage(extent.toString(), position - extent.base, position, bytes.asReadOnly(), verdict(code), crc);
    }

    private static MemorySegment copyOut(long address, int lengthBytes) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[lengthBytes]);
        if (HotPath.copyOut(bytes, address, lengthBytes) < 0) {
            throw ExtentFaultException.onLoad(address, lengthBytes);
        }
        return bytes;
    }

    private static Verdict verdict(long code) {
        if (code == HotPath.ABSENT) {
            return Verdict.ABSENT;
        }
        if (code == HotPath.UNKNOWN) {
            return Verdict.UNKNOWN;
        }
        return code < 0 ? Verdict.DAMAGED : Verdict.VALID;
    }

    /** The checksum on media. */
    public int crc() {
        return RecordLayout.crc(bytes);
    }

    /** The payload's length that it says; negative only if it is no record. */
    public int lengthBytes() {
        return RecordLayout.length(bytes);
    }

    /** The position that it says it has. */
    public long positionOnMedia() {
        return RecordLayout.position(bytes);
    }

    /** The lag that it says, in lines; -1 if it says nothing. */
    public long lagLines() {
        long lines = RecordLayout.lag(bytes);
        return lines == RecordLayout.LAG_UNKNOWN ? -1 : lines;
    }

    /** Everything below this position was durable before the record was written; -1 if it does not say. */
    public long provenPosition() {
        return RecordLayout.provenPosition(positionOnMedia(), RecordLayout.lag(bytes));
    }

    public int type() {
        return RecordLayout.type(bytes);
    }

    public int flags() {
        return RecordLayout.flags(bytes);
    }

    /** Whether it fills space instead of holding a payload. */
    public boolean isSpan() {
        return RecordLayout.isSpan(type());
    }

    /** The parts of the header, in order; then the payload and the padding if there are such, and the trailer. */
    public List<Field> fields() {
        List<Field> header = List.of(
                new Field("crc32c", RecordLayout.CRC_OFFSET, Integer.BYTES),
                new Field("length", RecordLayout.LENGTH_OFFSET, Integer.BYTES),
                new Field("position", RecordLayout.POSITION_OFFSET, Long.BYTES),
                new Field("lag", RecordLayout.LAG_OFFSET, Integer.BYTES),
                new Field("type", RecordLayout.TYPE_OFFSET, 1),
                new Field("flags", RecordLayout.FLAGS_OFFSET, 1),
                new Field("reserved", RecordLayout.FLAGS_OFFSET + 1,
                        RecordLayout.HEADER_BYTES - RecordLayout.FLAGS_OFFSET - 1));
        int recordBytes = (int) bytes.byteSize();
        int end = recordBytes - RecordLayout.TRAILER_BYTES;
        int payloadEnd = isSpan() ? RecordLayout.HEADER_BYTES
                : (int) Math.min(end, RecordLayout.HEADER_BYTES + (lengthBytes() & 0xffffffffL));
        List<Field> all = new ArrayList<>(header);
        addUnlessEmpty(all, "payload", RecordLayout.HEADER_BYTES, payloadEnd);
        addUnlessEmpty(all, isSpan() ? "skipped" : "padding", payloadEnd, end);
        addUnlessEmpty(all, "lines", end, recordBytes);
        return all;
    }

    private static void addUnlessEmpty(List<Field> fields, String name, int from, int to) {
        if (from < to) {
            fields.add(new Field(name, from, to - from));
        }
    }

    /** The record's length in lines of {@link #ALIGNMENT_BYTES} that its last four bytes say. */
    public int trailerLines() {
        return RecordLayout.trailerLines(bytes);
    }
}
