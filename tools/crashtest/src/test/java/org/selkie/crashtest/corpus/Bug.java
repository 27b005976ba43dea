// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

/** Classes of mistakes, as the literature on persistent memory and on file systems names them. */
enum Bug {
    NONE("no mistake"),
    // Flushes and fences.
    MISSING_FLUSH("missing flush"),
    MISSING_FENCE("missing fence"),
    FLUSH_BEFORE_STORE("flush before the store"),
    FLUSH_OF_WRONG_RANGE("flush of the wrong range"),
    FLUSH_OF_FIRST_LINE_ONLY("flush of only the first line"),
    FLUSH_WITHOUT_HEADER("flush that begins after the header"),
    FLUSH_STOPS_AT_WRAP("flush that stops where the ring wraps around"),
    PADDING_FORGOTTEN("flush that forgets the padding"),
    COMMIT_NOT_FLUSHED("commit word not flushed"),
    LAST_FENCE_MISSING("last fence missing"),
    DELETION_NOT_FLUSHED("lazy deletion flag not flushed"),
    NON_TEMPORAL_WITHOUT_FENCE("non-temporal copy without a fence"),
    // Order.
    COMMIT_BEFORE_PAYLOAD("commit word before the payload"),
    TAIL_BEFORE_ENTRY("tail pointer before the entry"),
    LENGTH_BEFORE_BYTES("length before the bytes"),
    KEY_BEFORE_VALUE("key before the value"),
    VERSION_BEFORE_VALUE("version before the value"),
    MAGIC_BEFORE_CONTENT("magic before the content"),
    LINK_BEFORE_NODE("link before the node is durable"),
    NODE_REUSED_BEFORE_UNLINK("node reused before it is unlinked"),
    RESIZE_PUBLISHED_EARLY("new table published before it is durable"),
    SPLIT_BEFORE_SIBLING("split before the sibling is durable"),
    SELECTOR_TOO_EARLY("selector before its buffer is durable"),
    BITMAP_AFTER_POINTER("allocation bit after the pointer"),
    BIT_CLEARED_BEFORE_POINTER("allocation bit cleared before the pointer"),
    LOG_TRUNCATED_BEFORE_CHECKPOINT("log truncated before the checkpoint is durable"),
    // What is atomic.
    COMMIT_WORD_ACROSS_LINES("commit word across two lines"),
    UNALIGNED_WORD("unaligned commit word"),
    SIXTEEN_BYTE_COMMIT("16 bytes assumed atomic"),
    TORN_COUNTERS("counters of several words, updated in place"),
    COPY_ASSUMED_ORDERED("copy assumed to be in order"),
    SAME_LINE_ASSUMED("record assumed to lie in one line"),
    SPLIT_IN_TWO_STEPS("split by two stores"),
    SHIFT_IN_PLACE("sorted array shifted in place"),
    BATCH_COUNTED_PIECEMEAL("batch counted one by one"),
    ACTIVE_BUFFER_OVERWRITTEN("active buffer overwritten"),
    NO_SPARE_SLOT("ring overwrites what is still counted"),
    PAGE_ASSUMED_ATOMIC("page of 4 KiB assumed atomic"),
    // Checksums.
    STALE_GENERATION("stale generation in recycled space"),
    UNSEEDED_CHECKSUM("unseeded checksum"),
    CHECKSUM_OVER_TOO_LITTLE("checksum over too little"),
    // Logs and recovery.
    UNDO_NOT_DURABLE("data changed before the undo log is durable"),
    UNDO_FLAG_BEFORE_CONTENT("undo log valid before its content"),
    UNDO_TRUNCATED_EARLY("undo log truncated before the data is durable"),
    REDO_APPLIED_BEFORE_COMMIT("redo log applied before its commit is durable"),
    REDO_DISCARDED_EARLY("redo log discarded before the data is durable"),
    REDO_OF_DELTAS("redo log of differences, applied twice"),
    RECOVERY_CLEARS_LOG_EARLY("recovery clears its log before the data is durable"),
    DOUBLE_FREE_AFTER_RECOVERY("double free after recovery"),
    BACK_POINTERS_TRUSTED("back pointers trusted after a crash"),
    ODD_NOT_DURABLE("sequence lock not durably taken"),
    EVEN_TOO_EARLY("sequence lock given back before the data is durable"),
    // Threads and promises.
    EARLY_ACKNOWLEDGEMENT("acknowledgement before the fence"),
    FENCE_BY_ANOTHER_THREAD("fence by another thread"),
    EARLY_ACKNOWLEDGEMENT_ACROSS_THREADS("acknowledgement of what another thread has not persisted");

    final String phrase;

    Bug(String phrase) {
        this.phrase = phrase;
    }
}
