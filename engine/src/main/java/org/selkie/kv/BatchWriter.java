// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import org.selkie.format.EntryLayout;
import org.selkie.format.RecordLayout;
import org.selkie.log.StoreLog;

/**
 * Writes changes as one batch of the log, under one fence, with the locks of all their stripes held, taken in order.
 *
 * <p>While the index is told of the records one by one, readers look past all of them ({@link Publication}); the moment at
 * which they stop doing so is the moment of the batch.
 */
final class BatchWriter {

    private final StoreLog log;
    private final Index index;
    private final Writer writer;
    /** One batch is published at a time; taken after the stripes' locks, and held for as long as the index is told. */
    private final ReentrantLock publishing = new ReentrantLock();

    BatchWriter(StoreLog log, Index index, Writer writer) {
        this.log = log;
        this.index = index;
        this.writer = writer;
    }

    /** A change with its key's place in the index, as it is under the locks. */
    private static final class Member {
        final WriteBatch.Change change;
        final long hash;
        final Stripe stripe;
        long previous;
        boolean isKnown;
        boolean heldValue;
        long bytesBefore;
        long offset;

        Member(WriteBatch.Change change, long hash, Stripe stripe) {
            this.change = change;
            this.hash = hash;
            this.stripe = stripe;
        }
    }

    long write(List<WriteBatch.Change> changes) {
        List<Member> members = new ArrayList<>(changes.size());
        TreeSet<Integer> numbers = new TreeSet<>();
        for (WriteBatch.Change change : changes) {
            long hash = index.hash(change.key(), 0, change.key().length);
            members.add(new Member(change, hash, index.stripe(hash)));
            numbers.add(Index.stripeNumber(hash));
        }
        List<Stripe> stripes = numbers.stream().map(index::stripeAt).toList();
        long position;
        List<Member> written;
        long end = 0;
        stripes.forEach(Stripe::lock);
        try {
            written = look(members);
            position = written.isEmpty() ? log.tailPosition() : append(written);
            for (Member member : written) {
                end = Math.max(end, position + member.offset);
            }
        } finally {
            stripes.reversed().forEach(Stripe::unlock);
        }
        if (!written.isEmpty()) {
            Member last = written.getLast();
            log.awaitPersisted(end + RecordLayout.recordBytes(payloadBytes(last.change)));
        }
        for (Member member : written) {
            if (member.change.type() == RecordLayout.DELETE) {
                byte[] key = member.change.key();
                writer.drop(member.stripe, key, 0, key.length, member.hash, position + member.offset);
            }
        }
        return end;
    }

    /** Those that change something: to delete what is not there needs no record. */
    private List<Member> look(List<Member> members) {
        FoundRecord found = new FoundRecord();
        List<Member> written = new ArrayList<>(members.size());
        int[] fresh = new int[index.stripes()];
        for (Member member : members) {
            byte[] key = member.change.key();
            member.isKnown = index.findLocked(found, member.stripe, key, 0, key.length, member.hash) >= 0;
            member.previous = member.isKnown ? found.position() : 0;
            member.heldValue = member.isKnown && !found.isDeletion();
            member.bytesBefore = member.heldValue ? found.recordBytes() : 0;
            if (member.heldValue || member.change.type() == RecordLayout.PUT) {
                written.add(member);
                fresh[Index.stripeNumber(member.hash)] += member.isKnown ? 0 : 1;
            }
        }
        for (int i = 0; i < fresh.length; i++) {
            if (fresh[i] > 0) {
                index.stripeAt(i).reserve(fresh[i]);
            }
        }
        return written;
    }

    private long append(List<Member> members) {
        long lengthBytes = 0;
        for (Member member : members) {
            member.offset = lengthBytes;
            lengthBytes += RecordLayout.recordBytes(payloadBytes(member.change));
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment staged = arena.allocate(lengthBytes, RecordLayout.LINE_BYTES);
            for (int i = 0; i < members.size(); i++) {
                stage(staged, members.get(i), (i > 0 ? RecordLayout.CONTINUES : 0)
                        | (i + 1 < members.size() ? RecordLayout.MORE : 0));
            }
            publishing.lock();
            try {
                long position = log.appendBatch(staged, lengthBytes);
                index.publish(new Publication(position, position + lengthBytes));
                members.forEach(member -> enter(member, position + member.offset));
                index.publish(null);
                return position;
            } finally {
                publishing.unlock();
            }
        }
    }

    private static int form(WriteBatch.Change change) {
        int form = change.key().length | (change.expiryMillis() == Call.NEVER ? 0 : EntryLayout.EXPIRES);
        return change.type() == RecordLayout.DELETE ? form : EntryLayout.movable(form, change.value().length);
    }

    private static long payloadBytes(WriteBatch.Change change) {
        return EntryLayout.payloadBytes(form(change), change.value().length);
    }

    private static void stage(MemorySegment staged, Member member, int flags) {
        WriteBatch.Change change = member.change;
        int form = form(change);
        byte[] payload = new byte[(int) payloadBytes(change)];
        EntryLayout.write(MemorySegment.ofArray(payload), 0, member.previous, form, change.expiryMillis(), 0);
        int keyAt = EntryLayout.keyOffset(form);
        System.arraycopy(change.key(), 0, payload, keyAt, change.key().length);
        System.arraycopy(change.value(), 0, payload, keyAt + change.key().length, change.value().length);
        RecordLayout.stage(staged, member.offset, MemorySegment.ofArray(payload), change.type(), flags);
    }

    private void enter(Member member, long position) {
        Stripe stripe = member.stripe;
        if (member.isKnown) {
            stripe.replace(stripe.indexOf(member.hash, member.previous), member.hash, position);
        } else {
            byte[] key = member.change.key();
            index.insert(stripe, key, 0, key.length, member.hash, position);
        }
        boolean holdsValue = member.change.type() == RecordLayout.PUT;
        long bytes = RecordLayout.recordBytes(payloadBytes(member.change));
        stripe.count((holdsValue ? bytes : 0) - member.bytesBefore, (holdsValue ? 1 : 0) - (member.heldValue ? 1 : 0));
    }
}
