// SPDX-License-Identifier: Apache-2.0
package org.selkie.format;

import java.lang.foreign.MemorySegment;

/**
 * The payloads of {@link RecordLayout#INDEX}: parts of a store's index as it was when the store was closed, and the commit that
 * makes them count.
 *
 * <pre>
 *   a part    0 form u32 (1)   4 number u32   8 up to u64   16 slots
 *   a commit  0 form u32 (2)   4 parts u32    8 up to u64   16 hash seed u64   24 start u64   32 part bytes u32   36 stripes u32
 *             40 for each stripe: 0 slots u32   4 entries u32   8 live bytes u64; then for each part: its position u64
 * </pre>
 *
 * <p>The parts' slots together are, for each stripe in order: a word for each slot in use, then 32 bits of hash for each, filled
 * up to a multiple of eight bytes. The C twin is native-headers/include/selkie/format.h.
 */
public final class CheckpointLayout {

    /** The form of a part. */
    public static final int PART = 1;
    /** The form of a commit. */
    public static final int COMMIT = 2;

    public static final int FORM_OFFSET = 0;
    /** A part's number, and of a commit the number of parts. */
    public static final int NUMBER_OFFSET = 4;
    public static final int UP_TO_OFFSET = 8;
    public static final int SLOTS_OFFSET = 16;
    public static final int HASH_SEED_OFFSET = 16;
    public static final int START_OFFSET = 24;
    public static final int PART_BYTES_OFFSET = 32;
    public static final int STRIPES_OFFSET = 36;
    /** What stands before the stripes of a commit. */
    public static final int COMMIT_BYTES = 40;
    public static final int STRIPE_SLOTS_OFFSET = 0;
    public static final int STRIPE_ENTRIES_OFFSET = 4;
    public static final int STRIPE_LIVE_BYTES_OFFSET = 8;
    public static final int STRIPE_BYTES = 16;

    private CheckpointLayout() {
    }

    /** What the slots of a stripe take: a word and 32 bits for each, filled up. */
    public static long slotsBytes(long slots) {
        return slots * Long.BYTES + (slots * Integer.BYTES + Long.BYTES - 1 & -Long.BYTES);
    }

    /** The length of a commit. */
    public static long commitBytes(int stripes, long parts) {
        return COMMIT_BYTES + (long) stripes * STRIPE_BYTES + parts * Long.BYTES;
    }

    public static int form(MemorySegment payload) {
        return payload.get(RecordLayout.INT, FORM_OFFSET);
    }

    public static int number(MemorySegment payload) {
        return payload.get(RecordLayout.INT, NUMBER_OFFSET);
    }

    public static long upTo(MemorySegment payload) {
        return payload.get(RecordLayout.LONG, UP_TO_OFFSET);
    }

    /** Writes what stands before the slots of a part, or begins a commit. */
    public static void write(MemorySegment payload, int form, int number, long upTo) {
        payload.set(RecordLayout.INT, FORM_OFFSET, form);
        payload.set(RecordLayout.INT, NUMBER_OFFSET, number);
        payload.set(RecordLayout.LONG, UP_TO_OFFSET, upTo);
    }

    /** Writes the rest of what stands before the stripes of a commit. */
    public static void writeCommit(MemorySegment payload, long hashSeed, long start, int partBytes, int stripes) {
        payload.set(RecordLayout.LONG, HASH_SEED_OFFSET, hashSeed);
        payload.set(RecordLayout.LONG, START_OFFSET, start);
        payload.set(RecordLayout.INT, PART_BYTES_OFFSET, partBytes);
        payload.set(RecordLayout.INT, STRIPES_OFFSET, stripes);
    }

    public static long hashSeed(MemorySegment commit) {
        return commit.get(RecordLayout.LONG, HASH_SEED_OFFSET);
    }

    public static long start(MemorySegment commit) {
        return commit.get(RecordLayout.LONG, START_OFFSET);
    }

    public static int partBytes(MemorySegment commit) {
        return commit.get(RecordLayout.INT, PART_BYTES_OFFSET);
    }

    public static int stripes(MemorySegment commit) {
        return commit.get(RecordLayout.INT, STRIPES_OFFSET);
    }

    /** Says what a stripe holds. */
    public static void writeStripe(MemorySegment commit, int stripe, int slots, int entries, long liveBytes) {
        long at = atStripe(stripe);
        commit.set(RecordLayout.INT, at + STRIPE_SLOTS_OFFSET, slots);
        commit.set(RecordLayout.INT, at + STRIPE_ENTRIES_OFFSET, entries);
        commit.set(RecordLayout.LONG, at + STRIPE_LIVE_BYTES_OFFSET, liveBytes);
    }

    public static int slots(MemorySegment commit, int stripe) {
        return commit.get(RecordLayout.INT, atStripe(stripe) + STRIPE_SLOTS_OFFSET);
    }

    public static int entries(MemorySegment commit, int stripe) {
        return commit.get(RecordLayout.INT, atStripe(stripe) + STRIPE_ENTRIES_OFFSET);
    }

    public static long liveBytes(MemorySegment commit, int stripe) {
        return commit.get(RecordLayout.LONG, atStripe(stripe) + STRIPE_LIVE_BYTES_OFFSET);
    }

    private static long atStripe(int stripe) {
        return COMMIT_BYTES + (long) stripe * STRIPE_BYTES;
    }

    /** Says where a part stands. */
    public static void writePartPosition(MemorySegment commit, int stripes, int part, long position) {
        commit.set(RecordLayout.LONG, commitBytes(stripes, part), position);
    }

    public static long partPosition(MemorySegment commit, int stripes, int part) {
        return commit.get(RecordLayout.LONG, commitBytes(stripes, part));
    }

    /**
     * Whether a payload can be a commit: its numbers fit its length. What they say is another matter.
     */
    public static boolean isCommit(MemorySegment payload) {
        if (payload.byteSize() < COMMIT_BYTES || form(payload) != COMMIT) {
            return false;
        }
        int parts = number(payload);
        int stripes = stripes(payload);
        return parts >= 0 && stripes > 0 && payload.byteSize() == commitBytes(stripes, parts);
    }

    /** Whether a payload is a part of a commit. */
    public static boolean isPart(MemorySegment payload, int number, long upTo) {
        return payload.byteSize() >= SLOTS_OFFSET && form(payload) == PART && number(payload) == number && upTo(payload) == upTo;
    }
}
