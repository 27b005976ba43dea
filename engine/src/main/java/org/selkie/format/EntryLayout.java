// SPDX-License-Identifier: Apache-2.0
package org.selkie.format;

import java.lang.foreign.MemorySegment;

/**
 * The payload of a store's records, {@link RecordLayout#PUT} and {@link RecordLayout#DELETE}.
 *
 * <pre>
 *    0                8        12
 *   +----------------+--------+----------------+----------------+------- - ----+------- - ----+
 *   |    previous    |  form  |    expiry      |    version     |  key         |  value       |
 *   +----------------+--------+----------------+----------------+------- - ----+------- - ----+
 *                              if EXPIRES       if MOVED
 * </pre>
 *
 * <p>{@code previous} is the position of the key's record before this one, 0 if it has none: what a snapshot walks.
 * {@code form} is the key's length in its lower 24 bits and the two flags above. {@code version} is the position that the
 * entry had before compaction moved it, 0 if it did not. A deletion has no value. The C twin is
 * native-headers/include/selkie/format.h.
 */
public final class EntryLayout {

    public static final int PREVIOUS_OFFSET = 0;
    public static final int FORM_OFFSET = 8;
    public static final int FIXED_BYTES = 12;
    public static final int MAX_KEY_BYTES = 1 << 16;

    /** An expiry stands behind the fixed part. */
    public static final int EXPIRES = 1 << 24;
    /** A version stands behind that. */
    public static final int MOVED = 1 << 25;

    private static final int LENGTH_MASK = EXPIRES - 1;

    private EntryLayout() {
    }

    /** Where the key begins in the payload. */
    public static int keyOffset(int form) {
        return FIXED_BYTES + ((form & EXPIRES) == 0 ? 0 : Long.BYTES) + ((form & MOVED) == 0 ? 0 : Long.BYTES);
    }

    public static int keyBytes(int form) {
        return form & LENGTH_MASK;
    }

    /** The length of a whole payload. */
    public static long payloadBytes(int form, long valueBytes) {
        return keyOffset(form) + keyBytes(form) + valueBytes;
    }

    /**
     * The form in which a value is first written. Compaction adds eight bytes to an entry; where that would take a line more,
     * they are there from the beginning: what was written can be moved wherever there is room for it as it is.
     */
    public static int movable(int form, long valueBytes) {
        long payloadBytes = payloadBytes(form, valueBytes);
        boolean hasRoom = RecordLayout.recordBytes(payloadBytes + Long.BYTES) == RecordLayout.recordBytes(payloadBytes);
        return hasRoom ? form : form | MOVED;
    }

    /** Whether a payload of this length can have this form: what a checksum vouches for may still be forged. */
    public static boolean isPossible(int form, long payloadBytes) {
        int key = keyBytes(form);
        return (form & ~(LENGTH_MASK | EXPIRES | MOVED)) == 0 && key >= 1 && key <= MAX_KEY_BYTES
                && payloadBytes(form, 0) <= payloadBytes;
    }

    public static long previous(MemorySegment memory, long payload) {
        return memory.get(RecordLayout.LONG, payload + PREVIOUS_OFFSET);
    }

    public static int form(MemorySegment memory, long payload) {
        return memory.get(RecordLayout.INT, payload + FORM_OFFSET);
    }

    /** When the entry expires, in milliseconds since 1970; {@link Long#MAX_VALUE} for never. */
    public static long expiryMillis(MemorySegment memory, long payload) {
        return (form(memory, payload) & EXPIRES) == 0 ? Long.MAX_VALUE : memory.get(RecordLayout.LONG, payload + FIXED_BYTES);
    }

    /** The position at which the entry was first written. */
    public static long version(MemorySegment memory, long payload, long position) {
        int form = form(memory, payload);
        long moved = (form & MOVED) == 0 ? 0 : memory.get(RecordLayout.LONG, payload + keyOffset(form) - Long.BYTES);
        return moved == 0 ? position : moved;
    }

    /** Writes what stands before the key. */
    public static void write(MemorySegment memory, long payload, long previous, int form, long expiryMillis, long version) {
        writePrevious(memory, payload, previous);
        memory.set(RecordLayout.INT, payload + FORM_OFFSET, form);
        if ((form & EXPIRES) != 0) {
            memory.set(RecordLayout.LONG, payload + FIXED_BYTES, expiryMillis);
        }
        if ((form & MOVED) != 0) {
            memory.set(RecordLayout.LONG, payload + keyOffset(form) - Long.BYTES, version);
        }
    }

    public static void writePrevious(MemorySegment memory, long payload, long previous) {
        memory.set(RecordLayout.LONG, payload + PREVIOUS_OFFSET, previous);
    }
}
