// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.selkie.fault.DamagedRecordException;
import org.selkie.fault.ExtentFaultException;
import org.selkie.fault.PositionException;
import org.selkie.format.EntryLayout;
import org.selkie.format.RecordLayout;
import org.selkie.log.Finding;
import org.selkie.log.RecordImage;
import org.selkie.log.StoreLog;
import org.selkie.log.Visibility;

/**
 * Reads all of a store's log and compares its records with each other: a record that verifies must be an entry, and the one
 * that it names as its key's last must be older and of the same key.
 */
public final class StoreCheck {

    private static final int MOST_LISTED = 1000;
    /** Lost records are told apart up to this many. */
    private static final int MOST_LOSSES = 1 << 16;

    private final StoreLog log;
    private final StoreLog.Cursor cursor;
    private final StoreLog.RecordCopy before = new StoreLog.RecordCopy();
    private final List<Finding> findings = new ArrayList<>();
    private final Set<Long> losses = new HashSet<>();
    private long unlisted;
    private long records;
    private long deletions;
    private long moved;

    private StoreCheck(StoreLog log) {
        this.log = log;
        this.cursor = log.cursor(Visibility.VISIBLE);
    }

    /** Compares the records of a store's log with each other. For the pool. */
    public static StoreReport of(StoreLog log) {
        StoreCheck check = new StoreCheck(log);
        while (check.next()) {
            check.look();
        }
        return new StoreReport(log.log().name(), check.records, check.deletions, check.moved, check.losses.size(),
                List.copyOf(check.findings), check.unlisted);
    }

    /**
     * The key that a record seems to have which does not verify, or null: for a person to look at, never to be trusted.
     */
    public static byte @Nullable [] guessKey(RecordImage image) {
        MemorySegment bytes = image.bytes();
        long payloadBytes = bytes.byteSize() - RecordLayout.OVERHEAD_BYTES;
        if (payloadBytes < EntryLayout.FIXED_BYTES || !isEntry(RecordLayout.type(bytes))) {
            return null;
        }
        int form = EntryLayout.form(bytes, RecordLayout.HEADER_BYTES);
        if (!EntryLayout.isPossible(form, payloadBytes)) {
            return null;
        }
        long at = (long) RecordLayout.HEADER_BYTES + EntryLayout.keyOffset(form);
        return bytes.asSlice(at, EntryLayout.keyBytes(form)).toArray(ValueLayout.JAVA_BYTE);
    }

    private static boolean isEntry(int type) {
        return type == RecordLayout.PUT || type == RecordLayout.DELETE;
    }

    /** What cannot be read, recovery has named already. */
    private boolean next() {
        while (true) {
            try {
                return cursor.reader().next();
            } catch (DamagedRecordException | ExtentFaultException e) {
                if (cursor.reader().skipDamaged() == 0) {
                    return false;
                }
            }
        }
    }

    private void look() {
        MemorySegment record = cursor.memory();
        int type = cursor.type();
        long lengthBytes = cursor.reader().lengthBytes();
        if (!isEntry(type)) {
            // Pool.foreignRecords tells of it.
            return;
        }
        records++;
        int payload = RecordLayout.HEADER_BYTES;
        if (lengthBytes < EntryLayout.FIXED_BYTES || !EntryLayout.isPossible(EntryLayout.form(record, payload), lengthBytes)) {
            find("a store's record of " + lengthBytes + " bytes with an impossible form");
            return;
        }
        deletions += type == RecordLayout.DELETE ? 1 : 0;
        long position = cursor.reader().position();
        long version = EntryLayout.version(record, payload, position);
        moved += version == position ? 0 : 1;
        if (version > position || version < 0) {
            find("it says that it was first written at position " + version + ", which is not before its own");
        }
        compare(record, position, EntryLayout.previous(record, payload));
    }

    private void compare(MemorySegment record, long position, long previous) {
        if (previous == 0) {
            return;
        }
        if (previous < 0 || previous >= position) {
            find("it names position " + previous + " as that of its key's last record, which is not before its own");
            return;
        }
        try {
            long lengthBytes = log.read(previous, before);
            if (lengthBytes != StoreLog.TRIMMED && !isSameKey(record, before, lengthBytes)) {
                find("it names position " + previous + " as that of its key's last record, where another key's stands");
            }
        } catch (DamagedRecordException | ExtentFaultException | PositionException e) {
            if (losses.size() < MOST_LOSSES) {
                losses.add(previous);
            }
        }
    }

    private static boolean isSameKey(MemorySegment record, StoreLog.RecordCopy before, long beforeBytes) {
        int payload = RecordLayout.HEADER_BYTES;
        MemorySegment other = before.memory();
        if (!isEntry(before.type()) || beforeBytes < EntryLayout.FIXED_BYTES
                || !EntryLayout.isPossible(EntryLayout.form(other, payload), beforeBytes)) {
            return false;
        }
        int form = EntryLayout.form(record, payload);
        int otherForm = EntryLayout.form(other, payload);
        long at = (long) payload + EntryLayout.keyOffset(form);
        long otherAt = (long) payload + EntryLayout.keyOffset(otherForm);
        int keyBytes = EntryLayout.keyBytes(form);
        return keyBytes == EntryLayout.keyBytes(otherForm)
                && MemorySegment.mismatch(record, at, at + keyBytes, other, otherAt, otherAt + keyBytes) < 0;
    }

    private void find(String why) {
        if (findings.size() == MOST_LISTED) {
            unlisted++;
            return;
        }
        long position = cursor.reader().position();
        RecordImage image = log.log().image(position);
        findings.add(new Finding(Finding.Kind.DAMAGE, image.extent(), image.offsetBytes(), position,
                cursor.reader().nextPosition() - position, "the record verifies and does not belong to store "
                        + log.log().name() + ": " + why));
    }
}
