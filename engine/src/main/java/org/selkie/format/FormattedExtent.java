// SPDX-License-Identifier: Apache-2.0
package org.selkie.format;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.Predicate;
import java.util.zip.CRC32C;
import org.selkie.extent.Extent;
import org.selkie.fault.ExtentFaultException;
import org.selkie.os.HotPath;
import org.selkie.persist.Granularity;
import org.selkie.persist.Persister;

/**
 * A sealed extent and the header that says what it is for. Not safe for use by several threads: its owner changes it while
 * nobody reads or writes its records.
 */
public final class FormattedExtent {

    private final Extent extent;
    private final Persister persister;
    /** Read by other threads of the pool as well. */
    private volatile ExtentHeader header;

    /** Takes an extent whose header was read. */
    public FormattedExtent(Extent extent, Persister persister, ExtentHeader header) {
        this.extent = extent;
        this.persister = persister;
        this.header = header;
    }

    /** Reads the header of an extent, wherever it says that it belongs. */
    public static ExtentHeader.Decoded readHeader(Extent extent, String where) {
        return readHeader(extent, where, _ -> true);
    }

    /** Reads the header of an extent, see {@link ExtentHeader#decode(byte[], String, Predicate)}. */
    public static ExtentHeader.Decoded readHeader(Extent extent, String where, Predicate<ExtentHeader> belongs) {
        return ExtentHeader.decode(read(extent, 0, ExtentHeader.DECODED_BYTES), where, belongs);
    }

    public Extent extent() {
        return extent;
    }

    public Persister persister() {
        return persister;
    }

    public ExtentHeader header() {
        return header;
    }

    public long address() {
        return extent.address();
    }

    /**
     * Writes a header of the next generation, durably. When it returns, no record of the generation before verifies any
     * more; after a crash in between, the header is the old one or the new one.
     */
    public void reformat(ExtentHeader next) {
        MemorySegment slot = MemorySegment.ofArray(next.encodeSlot());
        store(next.slotOffset(), slot);
        // Only then the copy: one of the two is valid at every moment.
        storeCopy(ExtentHeader.SLOT_BYTES - next.slotOffset(), slot);
        header = next;
    }

    /** What the two copies of the header are like. */
    public enum Copies {
        /** Both say the same. */
        ALIKE,
        /** One is of a generation before: a crash came between the writes of the two. */
        ONE_BEHIND,
        /** One does not verify, or is another extent's. */
        ONE_DAMAGED
    }

    /** Compares the two copies of the header. */
    public Copies copies() {
        byte[] slots = read(extent, 0, ExtentHeader.SLOTS_BYTES);
        if (Arrays.mismatch(slots, 0, ExtentHeader.SLOT_BYTES, slots, ExtentHeader.SLOT_BYTES, slots.length) < 0) {
            return Copies.ALIKE;
        }
        // A slot that verifies and belongs here is one that was written before this one.
        return ExtentHeader.decodeSlot(slots, otherSlot(slots), extent.report().name()).filter(this::isHere).isPresent()
                ? Copies.ONE_BEHIND : Copies.ONE_DAMAGED;
    }

    /**
     * Writes the copy that counts, which is durable, over the other one, durably. The one that counts is not touched: after a
     * crash in between it still counts, and the other is mended again.
     */
    public void mendCopy() {
        byte[] slots = read(extent, 0, ExtentHeader.SLOTS_BYTES);
        int other = otherSlot(slots);
        int good = ExtentHeader.SLOT_BYTES - other;
        // Its bytes and not the header encoded anew: a later minor version may have written more than this one knows.
        storeCopy(other, MemorySegment.ofArray(Arrays.copyOfRange(slots, good, good + ExtentHeader.SLOT_BYTES)));
    }

    /**
     * Writes back the header with its marks as they are: a process that was killed may have stored them and not made them
     * durable, or the kernel may have failed to write them back, and has the page for clean since.
     */
    public void makeHeaderDurable() {
        if (persister.granularity() == Granularity.PAGE) {
            // The kernel writes back what was stored to.
            persister.copy(extent.address(), MemorySegment.ofArray(read(extent, 0, Long.BYTES)), Long.BYTES);
        }
        persister.persist(extent.address(), ExtentHeader.DECODED_BYTES);
    }

    /** The offset of the slot that does not hold the header that counts. */
    private int otherSlot(byte[] slots) {
        boolean first = ExtentHeader.decodeSlot(slots, 0, extent.report().name()).filter(header::equals).isPresent();
        return first ? ExtentHeader.SLOT_BYTES : 0;
    }

    /** Whether the extent belongs to somebody else by now: another process, which writes it, may have given it away. */
    public boolean isGivenBack() {
        return !(readHeader(extent, extent.description(), this::isHere) instanceof ExtentHeader.Decoded.Valid valid)
                || valid.header().generation() != header.generation();
    }

    private boolean isHere(ExtentHeader candidate) {
        return candidate.poolId().equals(header.poolId()) && candidate.number() == header.number();
    }

    /** Notes, durably, that everything below a position is persisted. */
    public void writeWatermark(long position) {
        store(ExtentHeader.WATERMARK_OFFSET, mark(position));
    }

    /** The position of the last watermark, which may lie behind this extent, or -1 if there is none that verifies. */
    public long readWatermark() {
        return readMark(ExtentHeader.WATERMARK_OFFSET, header.basePosition(), Long.MAX_VALUE);
    }

    /** Notes, durably, that the log begins at a position in this extent. */
    public void writeTrim(long position) {
        long first = readTrim(0);
        long second = readTrim(RecordLayout.LINE_BYTES);
        // The lower one is overwritten: the higher one stands until the new one does.
        store(ExtentHeader.TRIM_OFFSET + (first <= second ? 0 : RecordLayout.LINE_BYTES), mark(position));
    }

    /** The position where the log begins, if this extent says so, or -1. */
    public long readTrim() {
        return Math.max(readTrim(0), readTrim(RecordLayout.LINE_BYTES));
    }

    /** Notes, durably, that the log, which ends at a position, is going to be written: nothing said of that end holds now. */
    public void writeOpened(long position) {
        store(ExtentHeader.OPENED_OFFSET, mark(position));
    }

    /** Where the log ended when it was opened to be written, as far as that was in this extent; else -1. */
    public long readOpened() {
        return readMark(ExtentHeader.OPENED_OFFSET, header.firstPosition(), header.endPosition());
    }

    private long readTrim(int offset) {
        return readMark(ExtentHeader.TRIM_OFFSET + offset, header.firstPosition(), header.endPosition());
    }

    private long readMark(int offset, long from, long to) {
        MemorySegment mark = MemorySegment.ofArray(read(extent, offset, 2 * Long.BYTES));
        long position = mark.get(RecordLayout.LONG, 0);
        boolean valid = mark.get(RecordLayout.LONG, Long.BYTES) == check(position)
                && position >= from && position <= to
                && position % RecordLayout.LINE_BYTES == 0;
        return valid ? position : -1;
    }

    private MemorySegment mark(long position) {
        MemorySegment mark = MemorySegment.ofArray(new byte[RecordLayout.LINE_BYTES]);
        mark.set(RecordLayout.LONG, 0, position);
        mark.set(RecordLayout.LONG, Long.BYTES, check(position));
        return mark;
    }

    private long check(long position) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[Integer.BYTES + Long.BYTES]);
        bytes.set(RecordLayout.INT, 0, header.seed());
        bytes.set(RecordLayout.LONG, Integer.BYTES, position);
        CRC32C crc = new CRC32C();
        crc.update(bytes.asByteBuffer());
        return crc.getValue();
    }

    private void storeCopy(long offset, MemorySegment slot) {
        store(offset, slot);
    }

    private void store(long offset, MemorySegment from) {
        long to = extent.address() + offset;
        persister.copy(to, from, from.byteSize());
        if (!persister.durableOnReturn()) {
            persister.persist(to, from.byteSize());
        }
    }

    private static byte[] read(Extent extent, long offset, int lengthBytes) {
        byte[] bytes = new byte[lengthBytes];
        if (HotPath.copyOut(MemorySegment.ofArray(bytes), extent.address() + offset, lengthBytes) < 0) {
            throw ExtentFaultException.onLoad(extent.address() + offset, lengthBytes);
        }
        return bytes;
    }
}
