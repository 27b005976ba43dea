// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.engine;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Flushes and fences of the log that nobody misses, and why not: the mutants of {@link LogMutants} that may survive. What is
 * not among them must be noticed. docs/bugs.md has the same with the arguments in full.
 */
enum ExplainedSurvivors {

    /** Both copies may tear then; the extent is blank otherwise, and so it is dropped, or it was never there. */
    FIRST_COPY_IN_A_BLANK_EXTENT(".*", "FormattedExtent.store < FormattedExtent.reformat < ExtentMaker.create.*"
            + "|FormattedExtent.store < FormattedExtent.reformat < PoolExtents.assign < PoolExtents.assignNew"),
    /** The fence of the watermark comes behind it, by the same thread, before somebody is told that the log is closed. */
    BLANK_LINE_BEFORE_THE_WATERMARK("(adr|adr, cleaned|eadr): (without the fence|with the (fence|flush) after.*)",
            "LogExtent.blankLine < Closing.writeLastWatermark.*"),
    /** Its order matters where something verifies beneath: before the end of the log. The fence of the head makes it durable. */
    TRAILER_OVER_NOTHING(".*", "RecordLayout.writeTrailer < RecordLayout.writeSpan.*"
            + "|RecordLayout.persistTrailer < RecordLayout.coverWithSpan < Recovery.cover"
            + " < Recovery.(coverLostTail|fillMissing).*"),
    /** It makes blank what was made blank: an extent that was missing is a new one. */
    BLANK_LINE_IN_A_NEW_EXTENT(".*", "LogExtent.blankLine < Recovery.cover < Recovery.fillMissing.*"),
    /** What a killed process has stored past the cache has arrived when another one can read it. */
    AFTER_A_KILL_PAST_THE_CACHE("adr: .*", "(Recovery|FormattedExtent).make(Header)?Durable.*"),
    /** The last line of a header is a trim mark, and a free extent has none: its lines are as durable as they were. */
    MARK_OF_A_FREE_EXTENT(".*: with the flush without its last line or page",
            "FormattedExtent.makeHeaderDurable < PoolOpening.*"),
    /**
     * The log can only end at the line where recovery found its end, and that one stands before: to end on a later page, it is
     * written on, and then a close blanks the line, and after a crash a torn tail is no loss.
     */
    BEGINNING_ON_A_LATER_PAGE("page cache: with the flush without its last line or page",
            "ExtentScan.eraseBeginnings < Recovery.eraseTorn.*"),
    /** Both copies of a header are in one sector, which holds a prefix of its stores: one of the two is always whole. */
    COPIES_IN_ONE_SECTOR("page cache: without the flush", "FormattedExtent.store < FormattedExtent.reformat < PoolExtents.assign"
            + " < PoolExtents.assignFree|FormattedExtent.store < FormattedExtent.reformat < PoolExtents.giveBack < .*") {
        @Override
        boolean holdsOn(Set<LogMachine> machines) {
            return !machines.contains(LogMachine.PAGE_CACHE_512);
        }
    },
    /**
     * Stores become visible in their order there, whoever makes them: the next fence of any thread makes these certain as well,
     * and it comes before somebody is promised anything that rests on them.
     */
    ONLY_ORDER_UNDER_EADR("eadr: .*", "FormattedExtent.store < FormattedExtent.reformat < .*"
            + "|FormattedExtent.store < FormattedExtent.storeCopy < FormattedExtent.reformat < PoolExtents.assign.*"
            + "|RecordLayout.writeHead < RecordLayout.writeSpan.*|RecordLayout.writeTrailer < RecordLayout.persistTrailer.*"
            + "|LogExtent.blankLine < Recovery.cover.*|(Recovery|FormattedExtent).make(Header)?Durable.*"
            + "|Appender.store < StoreLog.append < Checkpoint.*|Appender.store < StoreLog.appendUrgently < Compactor.move < .*"
            + "|FormattedExtent.store < FormattedExtent.writeOpened < StoreLog.noteOpened < .*");

    private final Pattern mutation;
    private final Pattern place;

    ExplainedSurvivors(String mutation, String place) {
        this.mutation = Pattern.compile(mutation);
        this.place = Pattern.compile(place);
    }

    /** Whether it may survive wherever it was tried: on smaller sectors somebody may miss it. */
    boolean holdsOn(Set<LogMachine> machines) {
        return true;
    }

    /**
     * Why a mutant may survive; empty if it must not.
     *
     * @param name     as {@link LogMutants} has it
     * @param machines that mutants were tried on
     */
    static Optional<ExplainedSurvivors> of(String name, Set<LogMachine> machines) {
        int at = name.indexOf(" at ");
        String mutation = name.substring(0, at);
        String place = name.substring(at + " at ".length());
        return List.of(values()).stream().filter(reason -> reason.holdsOn(machines)
                && reason.mutation.matcher(mutation).matches() && reason.place.matcher(place).matches()).findFirst();
    }
}
