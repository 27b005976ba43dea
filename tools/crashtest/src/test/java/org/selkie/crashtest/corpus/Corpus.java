// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Every wrong variant, and under which models it is wrong. */
final class Corpus {

    private static final String ADR = "adr";
    private static final String EADR = "eadr";
    private static final String SECTORS = "page-cache-512";
    private static final String PAGES = "page-cache-4096";

    /** In the order of looking. */
    static final List<String> MODELS = List.of(ADR, EADR, SECTORS, PAGES);

    static final List<Specimen> SPECIMENS = List.of(
            of(ValueList::new, Bug.MISSING_FLUSH, Finding.NEVER_WAS, ADR),
            of(ValueList::new, Bug.MISSING_FENCE, Finding.NEVER_WAS, ADR),
            of(ValueList::new, Bug.FLUSH_BEFORE_STORE, Finding.NEVER_WAS, ADR),
            of(ValueList::new, Bug.FLUSH_OF_WRONG_RANGE, Finding.NEVER_WAS, ADR),
            of(ValueList::new, Bug.COMMIT_NOT_FLUSHED, Finding.LOST, ADR, SECTORS, PAGES),
            of(ValueList::new, Bug.LAST_FENCE_MISSING, Finding.LOST, ADR, EADR),
            of(ValueList::new, Bug.EARLY_ACKNOWLEDGEMENT, Finding.LOST, ADR, EADR),
            of(ValueList::new, Bug.COMMIT_BEFORE_PAYLOAD, Finding.NEVER_WAS, ADR, EADR, SECTORS, PAGES),
            of(Message::new, Bug.FLUSH_OF_FIRST_LINE_ONLY, Finding.NEVER_WAS, ADR),
            of(Message::new, Bug.LENGTH_BEFORE_BYTES, Finding.NEVER_WAS, ADR, EADR, SECTORS, PAGES),
            of(TailLog::new, Bug.TAIL_BEFORE_ENTRY, Finding.UNREADABLE, ADR, EADR, SECTORS, PAGES),
            of(TailLog::new, Bug.FLUSH_WITHOUT_HEADER, Finding.UNREADABLE, ADR),
            of(ByteRing::new, Bug.FLUSH_STOPS_AT_WRAP, Finding.NEVER_WAS, ADR),
            of(PaddedCounters::new, Bug.PADDING_FORGOTTEN, Finding.LOST, ADR),
            of(FlaggedEntries::new, Bug.DELETION_NOT_FLUSHED, Finding.LOST, ADR, EADR, SECTORS, PAGES),
            of(StreamedValues::new, Bug.NON_TEMPORAL_WITHOUT_FENCE, Finding.NEVER_WAS, ADR, EADR),
            of(OneLineRecords::new, Bug.COPY_ASSUMED_ORDERED, Finding.NEVER_WAS, ADR, EADR, SECTORS, PAGES),
            of(OneLineRecords::new, Bug.SAME_LINE_ASSUMED, Finding.NEVER_WAS, ADR),
            of(VersionWord::new, Bug.COMMIT_WORD_ACROSS_LINES, Finding.NEVER_WAS, ADR, EADR, SECTORS, PAGES),
            of(VersionWord::new, Bug.UNALIGNED_WORD, Finding.NEVER_WAS, ADR, EADR, SECTORS, PAGES),
            of(ExtentRoot::new, Bug.SIXTEEN_BYTE_COMMIT, Finding.NEVER_WAS, ADR, EADR, SECTORS, PAGES),
            of(Statistics::new, Bug.TORN_COUNTERS, Finding.NEVER_WAS, ADR, EADR, SECTORS, PAGES),
            of(DoubleBufferedRoot::new, Bug.SELECTOR_TOO_EARLY, Finding.NEVER_WAS, ADR),
            of(DoubleBufferedRoot::new, Bug.ACTIVE_BUFFER_OVERWRITTEN, Finding.NEVER_WAS, ADR, EADR, SECTORS, PAGES),
            of(VersionedValue::new, Bug.VERSION_BEFORE_VALUE, Finding.NEVER_WAS, ADR, EADR, SECTORS, PAGES),
            of(Superblock::new, Bug.MAGIC_BEFORE_CONTENT, Finding.NEVER_WAS, ADR, EADR, SECTORS, PAGES),
            of(Page::new, Bug.PAGE_ASSUMED_ATOMIC, Finding.NEVER_WAS, ADR, EADR, SECTORS, PAGES),
            of(SortedArray::new, Bug.SHIFT_IN_PLACE, Finding.NEVER_WAS, ADR, EADR, SECTORS, PAGES),
            of(Batches::new, Bug.BATCH_COUNTED_PIECEMEAL, Finding.NEVER_WAS, ADR, EADR, SECTORS, PAGES),
            of(LatestValues::new, Bug.NO_SPARE_SLOT, Finding.NEVER_WAS, ADR, EADR, SECTORS, PAGES),
            of(HashTable::new, Bug.KEY_BEFORE_VALUE, Finding.NEVER_WAS, ADR, EADR, SECTORS, PAGES),
            of(HashTable::new, Bug.RESIZE_PUBLISHED_EARLY, Finding.NEVER_WAS, ADR),
            of(LinkedNodes::new, Bug.LINK_BEFORE_NODE, Finding.NEVER_WAS, ADR),
            of(LinkedNodes::new, Bug.NODE_REUSED_BEFORE_UNLINK, Finding.UNREADABLE, ADR),
            of(DoublyLinkedNodes::new, Bug.BACK_POINTERS_TRUSTED, Finding.UNREADABLE, ADR, EADR, SECTORS, PAGES),
            of(TreeLeaves::new, Bug.SPLIT_BEFORE_SIBLING, Finding.NEVER_WAS, ADR),
            of(TreeLeaves::new, Bug.SPLIT_IN_TWO_STEPS, Finding.NEVER_WAS, ADR, EADR, SECTORS, PAGES),
            of(BitmapAllocator::new, Bug.BITMAP_AFTER_POINTER, Finding.UNREADABLE, ADR, EADR, SECTORS, PAGES),
            of(BitmapAllocator::new, Bug.BIT_CLEARED_BEFORE_POINTER, Finding.UNREADABLE, ADR, EADR, SECTORS, PAGES),
            of(FreeList::new, Bug.DOUBLE_FREE_AFTER_RECOVERY, Finding.UNREPEATABLE, ADR, EADR, SECTORS, PAGES),
            of(ChecksummedLog::new, Bug.STALE_GENERATION, Finding.LOST, ADR, EADR, SECTORS, PAGES),
            of(ChecksummedLog::new, Bug.UNSEEDED_CHECKSUM, Finding.NEVER_WAS, ADR, EADR, SECTORS, PAGES),
            of(ChecksummedLog::new, Bug.CHECKSUM_OVER_TOO_LITTLE, Finding.NEVER_WAS, ADR),
            of(UndoLog::new, Bug.UNDO_NOT_DURABLE, Finding.NEVER_WAS, ADR),
            of(UndoLog::new, Bug.UNDO_FLAG_BEFORE_CONTENT, Finding.NEVER_WAS, ADR, EADR, SECTORS, PAGES),
            of(UndoLog::new, Bug.UNDO_TRUNCATED_EARLY, Finding.NEVER_WAS, ADR),
            of(RedoLog::new, Bug.REDO_APPLIED_BEFORE_COMMIT, Finding.NEVER_WAS, ADR),
            of(RedoLog::new, Bug.REDO_DISCARDED_EARLY, Finding.NEVER_WAS, ADR),
            of(RedoLog::new, Bug.REDO_OF_DELTAS, Finding.UNREPEATABLE, ADR, EADR, SECTORS, PAGES),
            of(RedoLog::new, Bug.RECOVERY_CLEARS_LOG_EARLY, Finding.UNREPEATABLE, ADR),
            of(CheckpointedSum::new, Bug.LOG_TRUNCATED_BEFORE_CHECKPOINT, Finding.LOST, ADR, EADR, SECTORS, PAGES),
            of(SequenceLock::new, Bug.ODD_NOT_DURABLE, Finding.NEVER_WAS, ADR),
            of(SequenceLock::new, Bug.EVEN_TOO_EARLY, Finding.NEVER_WAS, ADR),
            of(HandOver::new, Bug.FENCE_BY_ANOTHER_THREAD, Finding.NEVER_WAS, ADR),
            of(SharedCounter::new, Bug.EARLY_ACKNOWLEDGEMENT_ACROSS_THREADS, Finding.LOST, ADR, SECTORS, PAGES));

    private Corpus() {
    }

    private static Specimen of(Function<Bug, Structure> structure, Bug bug, Finding finding, String... foundUnder) {
        return new Specimen(structure, bug, finding, Set.of(foundUnder));
    }
}
