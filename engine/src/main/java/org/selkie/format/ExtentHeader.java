// SPDX-License-Identifier: Apache-2.0
package org.selkie.format;

import java.lang.foreign.MemorySegment;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.zip.CRC32C;
import org.selkie.fault.PoolFormatException;

/**
 * What an extent is for, in the first 4096 bytes of it.
 *
 * <pre>
 *      0 slot 0 (512)      512 slot 1 (512)      1024 watermark      1088 trim mark 0      1152 trim mark 1     1216 opened
 *
 *   a slot:  0 magic "1SELKEX1"   8 major u16, minor u16   12 state u32   16 pool id   32 extent number u32
 *           36 name length u32   40 generation u64   48 extent bytes u64   56 sequence u64   64 log created u64
 *           72 name (256)   508 CRC-32C
 *   a mark:  0 position u64   8 check u64: CRC-32C over seed and position
 * </pre>
 *
 * <p>A change of generation {@code g} goes to slot {@code g & 1}, is persisted, and then goes to the other: a torn write
 * leaves the one before, and one damaged slot loses nothing.
 *
 * @param number           its place in the pool
 * @param generation       grows with every change; part of every record's seed, so that recycled space needs no zeroing
 * @param sequence         its place in the log: it holds positions from {@code sequence * extentBytes}
 * @param logCreatedMillis tells a log from a later one of the same name
 */
public record ExtentHeader(UUID poolId, int number, State state, long generation, long extentBytes, long sequence,
        long logCreatedMillis, String logName) {

    /** The bytes before the first record. */
    public static final int BYTES = 4096;
    public static final int MAX_NAME_BYTES = 256;
    static final int SLOT_BYTES = 512;
    /** Both copies of the header. */
    public static final int SLOTS_BYTES = 2 * SLOT_BYTES;
    static final int WATERMARK_OFFSET = 1024;
    static final int TRIM_OFFSET = 1088;
    static final int OPENED_OFFSET = TRIM_OFFSET + 2 * RecordLayout.LINE_BYTES;
    /** As much as is read to decode the header with its marks; who asks whether the log was opened reads that by itself. */
    static final int DECODED_BYTES = TRIM_OFFSET + 2 * RecordLayout.LINE_BYTES;

    static final long MAGIC = 0x3158454b4c455331L;
    static final int VERSION_OFFSET = 8;
    static final int STATE_OFFSET = 12;
    static final int POOL_ID_OFFSET = 16;
    static final int NUMBER_OFFSET = 32;
    static final int NAME_LENGTH_OFFSET = 36;
    static final int GENERATION_OFFSET = 40;
    static final int EXTENT_BYTES_OFFSET = 48;
    static final int SEQUENCE_OFFSET = 56;
    static final int LOG_CREATED_OFFSET = 64;
    static final int NAME_OFFSET = 72;
    static final int CRC_OFFSET = SLOT_BYTES - 4;

    /** Whom the extent belongs to. The number is what stands on media. */
    public enum State {
        FREE(1), LOG(2);

        private final int code;

        State(int code) {
            this.code = code;
        }

        static Optional<State> of(int code) {
            return Arrays.stream(values()).filter(state -> state.code == code).findFirst();
        }
    }

    /** An extent that belongs to no log yet. */
    public static ExtentHeader free(UUID poolId, int number, long generation, long extentBytes) {
        return new ExtentHeader(poolId, number, State.FREE, generation, extentBytes, 0, 0, "");
    }

    /** This extent as the next one of a log. */
    public ExtentHeader assignedTo(String name, long logCreated, long nextSequence) {
        return new ExtentHeader(poolId, number, State.LOG, generation + 1, extentBytes, nextSequence, logCreated, name);
    }

    /** This extent given back. */
    public ExtentHeader freed() {
        return free(poolId, number, generation + 1, extentBytes);
    }

    /**
     * Whether a log can have a name: it is printed in messages and reports, and must not be able to move a terminal's cursor,
     * to hide text or to turn it around.
     */
    public static boolean isLogName(String name) {
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        return bytes > 0 && bytes <= MAX_NAME_BYTES && StandardCharsets.UTF_8.newEncoder().canEncode(name)
                && name.chars().noneMatch(c -> Character.isISOControl(c)
                || c == '\u2028' || c == '\u2029' || (c >= '\u202a' && c <= '\u202e') || (c >= '\u2066' && c <= '\u2069'));
    }

    /** The position of the extent's first byte, its header included. */
    public long basePosition() {
        return sequence * extentBytes;
    }

    /** The position of the extent's first record. */
    public long firstPosition() {
        return basePosition() + BYTES;
    }

    /** The position after the extent's last byte. */
    public long endPosition() {
        return basePosition() + extentBytes;
    }

    /** What the checksums of the extent's records and marks begin with. */
    public int seed() {
        MemorySegment bytes = MemorySegment.ofArray(new byte[Fields.UUID_BYTES + Integer.BYTES + Long.BYTES]);
        Fields.putUuid(bytes, 0, poolId);
        bytes.set(RecordLayout.INT, Fields.UUID_BYTES, number);
        bytes.set(RecordLayout.LONG, Fields.UUID_BYTES + Integer.BYTES, generation);
        CRC32C crc = new CRC32C();
        crc.update(bytes.asByteBuffer());
        return (int) crc.getValue();
    }

    int slotOffset() {
        return (int) (generation & 1) * SLOT_BYTES;
    }

    byte[] encodeSlot() {
        byte[] bytes = new byte[SLOT_BYTES];
        byte[] name = logName.getBytes(StandardCharsets.UTF_8);
        MemorySegment slot = MemorySegment.ofArray(bytes);
        slot.set(RecordLayout.LONG, 0, MAGIC);
        slot.set(RecordLayout.INT, VERSION_OFFSET, FormatVersion.CURRENT.major() | FormatVersion.CURRENT.minor() << 16);
        slot.set(RecordLayout.INT, STATE_OFFSET, state.code);
        Fields.putUuid(slot, POOL_ID_OFFSET, poolId);
        slot.set(RecordLayout.INT, NUMBER_OFFSET, number);
        slot.set(RecordLayout.INT, NAME_LENGTH_OFFSET, name.length);
        slot.set(RecordLayout.LONG, GENERATION_OFFSET, generation);
        slot.set(RecordLayout.LONG, EXTENT_BYTES_OFFSET, extentBytes);
        slot.set(RecordLayout.LONG, SEQUENCE_OFFSET, sequence);
        slot.set(RecordLayout.LONG, LOG_CREATED_OFFSET, logCreatedMillis);
        System.arraycopy(name, 0, bytes, NAME_OFFSET, name.length);
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, CRC_OFFSET);
        slot.set(RecordLayout.INT, CRC_OFFSET, (int) crc.getValue());
        return bytes;
    }

    /** What stands in an extent's first bytes. */
    public sealed interface Decoded {
        /** A header that verifies. */
        record Valid(ExtentHeader header) implements Decoded {
        }

        /** Nothing was ever written there. */
        record Blank() implements Decoded {
        }

        /** Something was, and neither slot verifies. */
        record Damaged() implements Decoded {
        }
    }

    /** As {@link #decode(byte[], String, Predicate)}, wherever the header says that it belongs. */
    public static Decoded decode(byte[] bytes, String where) {
        return decode(bytes, where, _ -> true);
    }

    /**
     * Reads both slots; the valid one of the higher generation counts.
     *
     * @param belongs whether a header is of this place: one that is not counts only if the other does not verify, as a
     *                stray write of another extent's slot must not hide the right one
     */
    public static Decoded decode(byte[] bytes, String where, Predicate<ExtentHeader> belongs) {
        Optional<ExtentHeader> first = decodeSlot(bytes, 0, where);
        Optional<ExtentHeader> second = decodeSlot(bytes, SLOT_BYTES, where);
        if (first.isPresent() && second.isPresent()) {
            boolean firstBelongs = belongs.test(first.get());
            boolean takeFirst = firstBelongs == belongs.test(second.get())
                    ? first.get().generation >= second.get().generation : firstBelongs;
            return new Decoded.Valid(takeFirst ? first.get() : second.get());
        }
        if (first.isPresent() || second.isPresent()) {
            return new Decoded.Valid(first.or(() -> second).get());
        }
        for (int i = 0; i < 2 * SLOT_BYTES; i++) {
            if (bytes[i] != 0) {
                return new Decoded.Damaged();
            }
        }
        return new Decoded.Blank();
    }

    /**
     * Makes slots blank that do not verify. Returns false, and changes nothing, if one does.
     *
     * @param bytes an extent's first, as many as there are
     */
    public static boolean blankTornSlots(byte[] bytes, String where) {
        byte[] slots = Arrays.copyOf(bytes, 2 * SLOT_BYTES);
        try {
            if (decode(slots, where) instanceof Decoded.Valid) {
                return false;
            }
        } catch (PoolFormatException e) {
            // Of another version: whole, and not for this engine.
            return false;
        }
        Arrays.fill(bytes, 0, Math.min(bytes.length, slots.length), (byte) 0);
        return true;
    }

    /** The header in one of the slots, if it verifies. */
    static Optional<ExtentHeader> decodeSlot(byte[] bytes, int offset, String where) {
        return decodeSlot(MemorySegment.ofArray(bytes).asSlice(offset, SLOT_BYTES), where);
    }

    private static Optional<ExtentHeader> decodeSlot(MemorySegment slot, String where) {
        CRC32C crc = new CRC32C();
        crc.update(slot.asSlice(0, CRC_OFFSET).asByteBuffer());
        if (slot.get(RecordLayout.LONG, 0) != MAGIC || (int) crc.getValue() != slot.get(RecordLayout.INT, CRC_OFFSET)) {
            return Optional.empty();
        }
        int packed = slot.get(RecordLayout.INT, VERSION_OFFSET);
        new FormatVersion(packed & 0xffff, packed >>> 16).requireReadable("extent " + where);
        Optional<State> state = State.of(slot.get(RecordLayout.INT, STATE_OFFSET));
        int nameBytes = slot.get(RecordLayout.INT, NAME_LENGTH_OFFSET);
        long extentBytes = slot.get(RecordLayout.LONG, EXTENT_BYTES_OFFSET);
        long sequence = slot.get(RecordLayout.LONG, SEQUENCE_OFFSET);
        // A forged slot may carry a right checksum: nothing below may be taken at its word.
        if (state.isEmpty() || nameBytes < 0 || nameBytes > MAX_NAME_BYTES || !PoolHeader.isExtentLength(extentBytes)
                || sequence < 0 || sequence >= Long.MAX_VALUE / extentBytes) {
            return Optional.empty();
        }
        String name;
        try {
            name = StandardCharsets.UTF_8.newDecoder().decode(slot.asSlice(NAME_OFFSET, nameBytes).asByteBuffer()).toString();
        } catch (CharacterCodingException e) {
            // Replaced characters would make two names one, and the name too long to be written again.
            return Optional.empty();
        }
        if (state.get() == State.LOG && !isLogName(name)) {
            return Optional.empty();
        }
        return Optional.of(new ExtentHeader(Fields.uuid(slot, POOL_ID_OFFSET), slot.get(RecordLayout.INT, NUMBER_OFFSET),
                state.get(), slot.get(RecordLayout.LONG, GENERATION_OFFSET), extentBytes, sequence,
                slot.get(RecordLayout.LONG, LOG_CREATED_OFFSET), name));
    }
}
