// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.selkie.fault.DamagedRecordException;
import org.selkie.fault.ExtentFaultException;
import org.selkie.fault.PositionException;
import org.selkie.format.EntryLayout;
import org.selkie.log.StoreLog;

/**
 * Where each key's last record stands. Readers take no lock.
 *
 * <p>A reader takes a word from the table, then looks which batch is being published, then reads the record and compares
 * its key. If the record is not to be seen by it, it walks back to the one before. If a record on its way was trimmed
 * meanwhile, then it was moved or replaced before that, and the index says where to; so the reader begins anew.
 */
final class Index {

    /** {@link #find} sees the last record of each key. */
    static final long EVERYTHING = Long.MAX_VALUE;
    /** {@link #find} sees what is durable by now. */
    static final long PERSISTED = -1;

    private static final int STRIPES = 256;
    private static final int STRIPE_SHIFT = Long.SIZE - 8;

    private final StoreLog log;
    private final @Nullable OrderedKeys ordered;
    private final Stripe[] stripes = new Stripe[STRIPES];
    private long seed = ThreadLocalRandom.current().nextLong();
    private volatile @Nullable Publication publication;

    Index(StoreLog log, @Nullable OrderedKeys ordered) {
        this.log = log;
        this.ordered = ordered;
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new Stripe();
        }
    }

    long hash(byte[] key, int offset, int lengthBytes) {
        return KeyHash.of(key, offset, lengthBytes, seed);
    }

    /** Of a key that stands in memory. */
    long hash(MemorySegment memory, long offset, int lengthBytes) {
        return KeyHash.of(memory, offset, lengthBytes, seed);
    }

    /** Forgets everything: nobody has seen it yet. */
    void clear() {
        for (Stripe stripe : stripes) {
            stripe.clear();
        }
        if (ordered != null) {
            ordered.clear();
        }
    }

    /** Empty, and with the hashes of a seed that was kept: nobody has seen it yet. */
    void clear(long keptSeed) {
        clear();
        seed = keptSeed;
    }

    /** Where keys are kept in order, reads those of all records that it names. Returns false if one is not what it should be. */
    boolean takeKeys(OpeningCrew crew) {
        return ordered == null || ordered.take(log, this, crew);
    }

    /** Of all hashes of this opening. */
    long seed() {
        return seed;
    }

    /** Whether a key's last record lies in a range of positions. Looks at all of them. */
    boolean namesAny(long from, long to) {
        for (Stripe stripe : stripes) {
            for (long word : stripe.words()) {
                long position = SlotTable.position(word);
                if (position >= from && position < to) {
                    return true;
                }
            }
        }
        return false;
    }

    /** What the records with a value take on media, roughly: the stripes are asked without their locks. */
    long liveBytes() {
        long bytes = 0;
        for (Stripe stripe : stripes) {
            bytes += stripe.liveBytes();
        }
        return bytes;
    }

    static int stripeNumber(long hash) {
        return (int) (hash >>> STRIPE_SHIFT);
    }

    Stripe stripe(long hash) {
        return stripes[stripeNumber(hash)];
    }

    Stripe stripeAt(int number) {
        return stripes[number];
    }

    int stripes() {
        return STRIPES;
    }

    void publish(@Nullable Publication now) {
        publication = now;
    }

    /** What stands where a hash would stand if no other were in its way: a hint. */
    long firstWord(long hash) {
        SlotTable table = stripe(hash).table();
        return table.get(table.start(SlotTable.spread(hash)));
    }

    /** As {@link #firstWord}, and loads what a writer needs beside it, both at once. What it returns says nothing. */
    long touch(long hash) {
        SlotTable table = stripe(hash).table();
        int slot = table.start(SlotTable.spread(hash));
        return table.get(slot) ^ table.hashAt(slot);
    }

    /** The first word that may be a hash's, or {@link SlotTable#EMPTY}: a hint. */
    long wordOf(long hash) {
        SlotTable table = stripe(hash).table();
        int slot = table.start(SlotTable.spread(hash));
        int probes = table.capacity();
        for (long word = table.get(slot); word != SlotTable.EMPTY && probes > 0; word = table.get(slot)) {
            if (SlotTable.isTagOf(word, hash)) {
                return word;
            }
            slot = table.after(slot);
            probes--;
        }
        return SlotTable.EMPTY;
    }

    /** Whether a record belongs to a batch that is being published. To be asked after the record's word was taken. */
    boolean isHidden(long at) {
        Publication publishing = publication;
        return publishing != null && publishing.holds(at);
    }

    /**
     * Reads a key's record as of a position. Returns whether there is one; it may be a deletion, or have expired.
     *
     * @param below only records below this position are seen, or {@link #EVERYTHING}, or {@link #PERSISTED}
     */
    boolean find(FoundRecord found, byte[] key, int offset, int lengthBytes, long hash, long below) {
        Stripe stripe = stripe(hash);
        while (true) {
            int moves = stripe.moves();
            SlotTable table = stripe.table();
            long limit = below != PERSISTED ? below : log.isDurableOnReturn() ? EVERYTHING : log.log().persistedPosition();
            int outcome = probe(found, table, key, offset, lengthBytes, hash, limit);
            if (outcome == FOUND) {
                return true;
            }
            if (outcome == NOT_VISIBLE || (outcome == ABSENT && !stripe.hasMovedSince(moves))) {
                return false;
            }
        }
    }

    private static final int FOUND = 0;
    private static final int ABSENT = 1;
    private static final int NOT_VISIBLE = 2;
    private static final int AGAIN = 3;
    private static final int OTHER_KEY = 4;

    private int probe(FoundRecord found, SlotTable table, byte[] key, int offset, int lengthBytes, long hash, long limit) {
        int index = table.start(SlotTable.spread(hash));
        int probes = 0;
        for (long word = table.get(index); word != SlotTable.EMPTY; word = table.get(index)) {
            if (SlotTable.isTagOf(word, hash)) {
                int outcome = walk(found, table, index, word, key, offset, lengthBytes, hash, limit);
                if (outcome != OTHER_KEY) {
                    return outcome;
                }
            }
            index = table.after(index);
            if (++probes > table.capacity()) {
                // Words were moved in front of this reader again and again.
                return AGAIN;
            }
        }
        return ABSENT;
    }

    private int walk(FoundRecord found, SlotTable table, int index, long word, byte[] key, int offset, int lengthBytes,
            long hash, long limit) {
        Publication publishing = publication;
        long at = SlotTable.position(word);
        boolean first = true;
        while (at != 0) {
            try {
                if (!found.read(log, at)) {
                    requireOwn(at);
                    return AGAIN;
                }
            } catch (DamagedRecordException | ExtentFaultException e) {
                if (first && isOther(table, index, word, hash)) {
                    return OTHER_KEY;
                }
                throw e;
            }
            if (first && !found.hasKey(key, offset, lengthBytes)) {
                return OTHER_KEY;
            }
            first = false;
            if (at < limit && (publishing == null || !publishing.holds(at))) {
                return FOUND;
            }
            at = found.previous();
        }
        return NOT_VISIBLE;
    }

    /** As {@link #find} for a key whose last record's position is known. What it walks over must not be trimmed meanwhile. */
    boolean findAt(FoundRecord found, long last, long below) {
        long at = last;
        while (at != 0) {
            if (!found.read(log, at)) {
                requireOwn(at);
                throw new IllegalStateException("store " + log.log().name() + " has trimmed position " + at
                        + " under a snapshot at " + below);
            }
            if (at < below) {
                return true;
            }
            at = found.previous();
        }
        return false;
    }

    /** Takes in a key that is not there; for the holder of the stripe's lock, who has reserved room. */
    void insert(Stripe stripe, byte[] key, int offset, int lengthBytes, long hash, long position) {
        OrderedKeys order = ordered;
        if (order != null) {
            order.add(key, offset, lengthBytes);
        }
        stripe.insert(hash, position);
    }

    /** Takes out a key; for the holder of the stripe's lock. */
    void remove(Stripe stripe, int slot, byte[] key, int offset, int lengthBytes) {
        stripe.remove(slot);
        OrderedKeys order = ordered;
        if (order != null) {
            order.remove(key, offset, lengthBytes);
        }
    }

    /** Where another process writes the store, the index is not told of what it moves. */
    private void requireOwn(long trimmed) {
        if (log.isReadOnly()) {
            throw new PositionException("position " + trimmed + " of store " + log.log().name() + " was compacted by the process"
                    + " that writes it; open the pool again");
        }
    }

    /** Whether a record that cannot be read belongs to another key: all bits of the hash but those of the stripe tell. */
    private static boolean isOther(SlotTable table, int index, long word, long hash) {
        int spread = table.hashAt(index);
        return table.get(index) == word && spread != SlotTable.spread(hash);
    }

    /**
     * As {@link #find}, for the holder of the stripe's lock. Returns the slot, or -1. The record may be
     * {@link FoundRecord#isDamaged damaged}: it can be replaced all the same.
     */
    int findLocked(FoundRecord found, Stripe stripe, byte[] key, int offset, int lengthBytes, long hash) {
        SlotTable table = stripe.table();
        int index = table.start(SlotTable.spread(hash));
        for (long word = table.get(index); word != SlotTable.EMPTY; word = table.get(index)) {
            if (SlotTable.isTagOf(word, hash) && isKeyAt(found, table, index, word, key, offset, lengthBytes, hash)) {
                return index;
            }
            index = table.after(index);
        }
        return -1;
    }

    /** {@link #findToReplace} has met something that only {@link #findLocked} can judge. */
    static final int UNDECIDED = -2;

    /**
     * As {@link #findLocked} for a key whose record is replaced or deleted, whatever its value was: of that record only the key
     * is looked at, and {@link Call#bytesBefore} gets its length. Returns the slot, -1, or {@link #UNDECIDED}.
     *
     * @param forms of records that are a value for sure: {@link EntryLayout#EXPIRES} is one if it does not matter whether it did
     */
    int findToReplace(Call call, Stripe stripe, int forms) {
        long hash = call.hash;
        call.bytesBefore = 0;
        SlotTable table = stripe.table();
        int index = table.start(SlotTable.spread(hash));
        for (long word = table.get(index); word != SlotTable.EMPTY; word = table.get(index)) {
            if (SlotTable.isTagOf(word, hash) && table.hashAt(index) == SlotTable.spread(hash)) {
                call.bytesBefore = log.match(SlotTable.position(word), call.keyAddress(), call.keyBytes, forms);
                return call.bytesBefore > 0 ? index : UNDECIDED;
            }
            index = table.after(index);
        }
        return -1;
    }

    /** Where the record of a slot stands. */
    static long positionAt(Stripe stripe, int slot) {
        return SlotTable.position(stripe.table().get(slot));
    }

    private boolean isKeyAt(FoundRecord found, SlotTable table, int index, long word, byte[] key, int offset, int lengthBytes,
            long hash) {
        if (table.hashAt(index) != SlotTable.spread(hash)) {
            return false;
        }
        long at = SlotTable.position(word);
        try {
            if (!found.read(log, at)) {
                throw new IllegalStateException("store " + log.log().name() + " has trimmed position " + at
                        + ", which its index names");
            }
            return found.hasKey(key, offset, lengthBytes);
        } catch (DamagedRecordException | ExtentFaultException e) {
            found.damaged(at, e);
            return true;
        }
    }
}
