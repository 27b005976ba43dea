// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.selkie.fault.DamagedRecordException;
import org.selkie.fault.ExtentFaultException;
import org.selkie.fault.SelkieException;
import org.selkie.format.EntryLayout;
import org.selkie.format.RecordLayout;
import org.selkie.log.StoreLog;

/** The record that a thread looks at: copied out, checked, and taken apart. */
final class FoundRecord {

    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Of a payload, before the key: what compaction adds is kept free. */
    static final int LONGEST_HEADER_BYTES = EntryLayout.keyOffset(EntryLayout.EXPIRES | EntryLayout.MOVED);

    final StoreLog.RecordCopy record = new StoreLog.RecordCopy();
    private long position;
    private long payloadBytes;
    private int form;
    /** Why the record cannot be read, if its hash says that it is the one that was looked for. */
    private @Nullable SelkieException damage;
    /** Where the record stands if a cursor has read it. */
    private @Nullable MemorySegment copied;
    /** Of the record, what is copied; 0 for all. */
    private int headBytes;

    /** From now on only what stands before the value is copied, for keys of a length; the value stays where it is. */
    void leaveValue(int keyBytes) {
        headBytes = RecordLayout.HEADER_BYTES + LONGEST_HEADER_BYTES + keyBytes;
    }

    /** From now on all of a record is copied. */
    void takeValue() {
        headBytes = 0;
    }

    /** Returns false if the position was trimmed. */
    boolean read(StoreLog log, long at) {
        damage = null;
        copied = null;
        long length = log.read(at, record, headBytes);
        if (length == StoreLog.TRIMMED) {
            return false;
        }
        take(log.log().name(), at, length);
        return true;
    }

    /** The record on which a cursor stands. */
    void takeCopied(String name, StoreLog.Cursor cursor, long at) {
        damage = null;
        copied = cursor.memory();
        take(name, at, cursor.reader().lengthBytes());
    }

    /** As {@link #read}, where damage is no reason to stop. */
    boolean readOrDamaged(StoreLog log, long at) {
        try {
            return read(log, at);
        } catch (DamagedRecordException | ExtentFaultException e) {
            damaged(at, e);
            return true;
        }
    }

    private void take(String name, long at, long length) {
        int type = RecordLayout.type(memory());
        boolean isEntry = type == RecordLayout.PUT || type == RecordLayout.DELETE;
        if (!isEntry || length < EntryLayout.FIXED_BYTES
                || !EntryLayout.isPossible(EntryLayout.form(memory(), RecordLayout.HEADER_BYTES), length)) {
            throw new DamagedRecordException("the record at position " + at + " of store " + name + " verifies and is no entry:"
                    + " type " + type + " of " + length + " bytes; run selkie verify on the pool");
        }
        position = at;
        payloadBytes = length;
        form = EntryLayout.form(memory(), RecordLayout.HEADER_BYTES);
    }

    void damaged(long at, SelkieException why) {
        position = at;
        damage = why;
    }

    void requireWhole() {
        SelkieException why = damage;
        if (why != null) {
            throw why;
        }
    }

    boolean isDamaged() {
        return damage != null;
    }

    /** Where it stands, its header first. */
    MemorySegment memory() {
        MemorySegment elsewhere = copied;
        return elsewhere != null ? elsewhere : record.memory();
    }

    boolean hasKey(byte[] key, int offset, int lengthBytes) {
        if (EntryLayout.keyBytes(form) != lengthBytes) {
            return false;
        }
        MemorySegment memory = memory();
        long at = keyOffset();
        int i = 0;
        for (; i + Long.BYTES <= lengthBytes; i += Long.BYTES) {
            if (memory.get(WORD, at + i) != KeyHash.word(key, offset + i)) {
                return false;
            }
        }
        for (; i < lengthBytes; i++) {
            if (memory.get(ValueLayout.JAVA_BYTE, at + i) != key[offset + i]) {
                return false;
            }
        }
        return true;
    }

    long position() {
        return position;
    }

    long payloadBytes() {
        return payloadBytes;
    }

    /** On media; 0 if it is not known. */
    long recordBytes() {
        return damage != null ? 0 : RecordLayout.recordBytes(payloadBytes);
    }

    long previous() {
        return EntryLayout.previous(memory(), RecordLayout.HEADER_BYTES);
    }

    long version() {
        return EntryLayout.version(memory(), RecordLayout.HEADER_BYTES, position);
    }

    long expiryMillis() {
        return EntryLayout.expiryMillis(memory(), RecordLayout.HEADER_BYTES);
    }

    boolean isDeletion() {
        return damage == null && RecordLayout.type(memory()) == RecordLayout.DELETE;
    }

    /** Whether a key with this record has a value at a time. */
    boolean hasValueAt(long nowMillis) {
        return !isDeletion() && expiryMillis() > nowMillis;
    }

    /** The same for now: the clock is read only if the record asks for it, as that takes longer than a cached record does. */
    boolean hasValueNow(InstantSource clock) {
        return !isDeletion() && ((form & EntryLayout.EXPIRES) == 0 || expiryMillis() > clock.millis());
    }

    int form() {
        return form;
    }

    int keyOffset() {
        return RecordLayout.HEADER_BYTES + EntryLayout.keyOffset(form);
    }

    int keyBytes() {
        return EntryLayout.keyBytes(form);
    }

    int valueOffset() {
        return keyOffset() + keyBytes();
    }

    int valueBytes() {
        return (int) (payloadBytes - EntryLayout.payloadBytes(form, 0));
    }

    byte[] key() {
        return copy(keyOffset(), keyBytes());
    }

    byte[] value() {
        return copy(valueOffset(), valueBytes());
    }

    private byte[] copy(long offset, int lengthBytes) {
        byte[] copy = new byte[lengthBytes];
        MemorySegment.copy(memory(), ValueLayout.JAVA_BYTE, offset, copy, 0, lengthBytes);
        return copy;
    }

    boolean hasValue(byte[] value) {
        return valueBytes() == value.length && MemorySegment.mismatch(memory(), valueOffset(), valueOffset() + value.length,
                MemorySegment.ofArray(value), 0, value.length) < 0;
    }
}
