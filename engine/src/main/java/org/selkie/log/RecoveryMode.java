// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

/** What to do with what a crash or a damaged medium left. */
public enum RecoveryMode {
    /**
     * Refuse to open if there is any finding. Changes nothing when it refuses.
     *
     * <p>After a clean close the watermark stands at the log's end: the log opens if every record up to there verifies and no
     * half-written one stands behind. If the records end before the watermark, what is between was durable and is lost, and it
     * is refused. If they reach beyond it, or there is none, the log was not closed cleanly: it opens if every record from
     * the first to the last verifies without a break, and nothing then says whether there was one more that left no trace
     * at all. Lines behind the end that look like a record's beginning are blanked in that case.
     */
    STRICT,
    /**
     * Drop what nothing says was ever durable (a torn tail, a claim that was not written), and refuse to open if something
     * that is known to have been durable is damaged.
     */
    DROP_TORN_TAIL,
    /**
     * Keep every record that verifies, and mark what is lost as a gap. A store ({@code org.selkie.kv}) passes records of users
     * in its log, and drops them when it is compacted; the other modes refuse to open that store.
     */
    SALVAGE
}
