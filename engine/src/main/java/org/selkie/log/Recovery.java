// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.selkie.fault.ExtentFaultException;
import org.selkie.fault.PoolFormatException;
import org.selkie.format.ExtentHeader;
import org.selkie.format.RecordLayout;
import org.selkie.log.ExtentSurvey.Gap;
import org.selkie.log.Finding.Kind;
import org.selkie.os.HotPath;
import org.selkie.persist.Granularity;

/**
 * Finds the records of a log after a crash. docs/format.md, "Recovery", has the cases.
 *
 * <p>It accepts every record that verifies, batches as wholes. What stands between two accepted records and does not
 * verify is <em>unfinished</em>, if nothing proves that it was ever durable, and <em>damage</em> otherwise: every record
 * says up to where the log was durable when it was written. Unfinished space is covered with a record that skips it, so
 * that nothing half-written can ever be taken for a record; covering is idempotent, so recovery can itself be crashed.
 */
final class Recovery {

    private static final long MAX_FILLED_EXTENTS = 1024;
    /** Extents of more than this are looked at by several threads. */
    private static final long LONG_BYTES = 16 << 20;

    private final String name;
    private final RecoveryMode mode;
    private final List<LogExtent> extents = new ArrayList<>();
    private final List<LogExtent> surplus = new ArrayList<>();
    private final List<ExtentSurvey> surveys = new ArrayList<>();
    private final Findings findings = new Findings();
    private final long startedNanos = System.nanoTime();
    private final RecoveryEvent event = new RecoveryEvent();
    private @Nullable LogRecovery examined;
    private long start;
    private boolean trimmed;
    /** Whether the log was not scanned. */
    private boolean trusted;
    private long proven;
    /** After the last accepted record. */
    private long acceptedEnd;
    /** After the last record that verifies, accepted or not: the members of a torn batch must not be met again. */
    private long verifiedEnd;
    private long records;
    private long payloadBytes;
    private long scannedBytes;

    Recovery(String name, List<LogExtent> found, RecoveryMode mode) {
        this.name = name;
        this.mode = mode;
        found.stream().sorted(Comparator.comparingLong((LogExtent extent) -> extent.sequence)
                .thenComparing(extent -> extent.formatted.header().logCreatedMillis(), Comparator.reverseOrder()))
                .forEach(this::takeIn);
    }

    private void takeIn(LogExtent extent) {
        if (!extents.isEmpty() && extents.getLast().sequence == extent.sequence) {
            surplus.add(extent);
            findings.add(new Finding(Kind.DAMAGE, extent.toString(), 0, extent.base, extent.end - extent.base,
                    "two extents claim the same place in the log; " + extents.getLast() + " is taken"));
        } else {
            extents.add(extent);
        }
    }

    /**
     * Scans and judges; changes nothing.
     *
     * @param mayRefuse whether the mode is asked
     * @param trusting  whether a store's log that was closed cleanly needs no scan
     * @throws DamagedLogException if the mode refuses what was found
     */
    void examine(boolean mayRefuse, boolean trusting) {
        event.begin();
        findStart();
        if (!trusting || !isClosed()) {
            look().forEach(this::takeIn);
        }
        if (acceptedEnd == 0) {
            acceptedEnd = start;
        }
        long tail = Math.max(acceptedEnd, verifiedEnd);
        judge(tail);
        if (proven > tail) {
            findings.add(lostTail(tail));
        }
        LogRecovery report = report(Math.max(tail, start));
        if (mayRefuse && refuses(report)) {
            throw new DamagedLogException(report, mode);
        }
        examined = report;
    }

    /** Repairs, if asked to, what was examined. */
    RecoveredLog finish(boolean repair, ExtentSource source) {
        LogRecovery report = Objects.requireNonNull(examined, "examine comes first");
        long tail = Math.max(acceptedEnd, verifiedEnd);
        if (repair) {
            tail = repair(tail, source);
            if (proven < tail || !report.isClean()) {
                eraseTorn(tail);
            }
        } else {
            tail = firstUnfinished(tail);
        }
        event.record(report);
        return resultAt(tail, Math.max(proven, report.endPosition()), report);
    }

    private boolean refuses(LogRecovery report) {
        return switch (mode) {
            case STRICT -> !report.isClean();
            case DROP_TORN_TAIL -> report.hasLoss();
            case SALVAGE -> false;
        };
    }

    // ---- finding

    /** The highest trim mark counts; extents below it were on their way back to the pool. */
    private void findStart() {
        LogExtent holder = null;
        for (LogExtent extent : extents) {
            long trim = extent.formatted.readTrim();
            if (trim >= 0) {
                start = trim;
                holder = extent;
            }
            proven = Math.max(proven, endOfRecords(extent, Math.max(trim, extent.formatted.readWatermark())));
        }
        if (holder != null) {
            trimmed = true;
            while (extents.getFirst() != holder) {
                surplus.add(extents.removeFirst());
            }
            return;
        }
        LogExtent first = extents.getFirst();
        start = first.first;
        if (first.sequence > 0) {
            findings.add(new Finding(Kind.MISSING_EXTENT, missing(name, 0, first.sequence - 1), 0, 0, first.base,
                    "the log's first extent is number " + first.sequence + " and no trim mark says why"));
        }
    }

    /** Extents have no other name once they are gone. */
    static String missing(String log, long first, long last) {
        return (first == last ? "extent " + first : "extents " + first + " to " + last) + " of log " + log;
    }

    /** A mark at an extent's first record speaks of what stands before that extent, like one at the end of the one before. */
    private static long endOfRecords(LogExtent extent, long mark) {
        long offset = mark & (extent.end - extent.base - 1);
        return mark >= 0 && offset <= ExtentHeader.BYTES ? mark - offset : mark;
    }

    /** Whether the log can be taken at its word. */
    private boolean isClosed() {
        if (!findings.listed().isEmpty()) {
            return false;
        }
        ClosedLog closed = new ClosedLog(extents, start);
        long end = closed.end();
        trusted = end >= 0 && end == proven;
        if (trusted) {
            acceptedEnd = end;
            verifiedEnd = end;
            records = closed.records();
            scannedBytes = closed.checkedBytes();
        }
        return trusted;
    }

    private List<ExtentSurvey> look() {
        boolean isLong = extents.size() > 1 && extents.size() * (extents.getFirst().end - extents.getFirst().base) > LONG_BYTES;
        // No extent's look needs another's.
        return (isLong ? extents.parallelStream() : extents.stream()).map(this::survey).toList();
    }

    private ExtentSurvey survey(LogExtent extent) {
        long from = Math.max(start, extent.first);
        return new ExtentSurvey(name, extent, from, trimmed && from == start);
    }

    private void takeIn(ExtentSurvey survey) {
        surveys.add(survey);
        acceptedEnd = survey.acceptedEnd() == 0 ? acceptedEnd : survey.acceptedEnd();
        verifiedEnd = survey.verifiedEnd() == 0 ? verifiedEnd : survey.verifiedEnd();
        proven = Math.max(proven, survey.proven());
        records += survey.records();
        payloadBytes += survey.payloadBytes();
        scannedBytes += survey.scannedBytes();
    }

    // ---- judging

    /** Names every gap, and every extent that is missing. */
    private void judge(long tail) {
        surveys.forEach(survey -> survey.forEachGap(gap -> name(gap, tail)));
        for (int i = 1; i < extents.size(); i++) {
            LogExtent before = extents.get(i - 1);
            LogExtent after = extents.get(i);
            if (after.sequence != before.sequence + 1 && (after.base < tail || after.base < proven)) {
                findings.add(new Finding(Kind.MISSING_EXTENT, missing(name, before.sequence + 1, after.sequence - 1), 0,
                        before.end, after.base - before.end, "the extents before and after it are there"));
            }
        }
    }

    private void name(Gap gap, long tail) {
        boolean trailing = gap.from() >= tail;
        if (gap.mediaError()) {
            add(Kind.MEDIA_ERROR, gap, gap.to() - gap.from(),
                    () -> "reading it faulted: the file is shorter than its extent, or the medium is damaged");
        } else if (gap.code() == HotPath.BUDGET) {
            add(Kind.DAMAGE, gap, gap.to() - gap.from(), () -> "so much of it looks like the beginnings of long records that"
                    + " the search for the next one was given up: somebody has forged it, and what stands behind is not known");
        } else if (gap.from() < proven && !trailing) {
            add(Kind.DAMAGE, gap, gap.to() - gap.from(), () -> "it was durable: a later record or the watermark says that"
                    + " everything below position " + proven + " was, and no record that verifies begins here");
        } else if (!trailing) {
            add(Kind.UNFINISHED, gap, Math.min(gap.to(), tail) - gap.from(),
                    () -> "claimed by a writer that had not finished when the log stopped; nothing says that it was durable");
        } else if (proven <= tail && gap.from() == tail && gap.code() == HotPath.CORRUPT) {
            add(Kind.TORN_TAIL, gap, tornBytes(gap),
                    () -> "a record begins here and does not match its checksum; nothing says that it was durable");
        }
    }

    private void add(Kind kind, Gap gap, long lengthBytes, Supplier<String> why) {
        findings.add(kind, lengthBytes, () -> new Finding(kind, gap.extent().toString(), gap.from() - gap.extent().base,
                gap.from(), lengthBytes, why.get()));
    }

    private boolean isLost(Gap gap) {
        return gap.mediaError() || gap.code() == HotPath.BUDGET || gap.from() < proven;
    }

    /** Another process may be writing: what it has not finished yet is where a reader stops. */
    private long firstUnfinished(long tail) {
        long[] first = {tail};
        surveys.forEach(survey -> survey.forEachGap(gap -> {
            if (!isLost(gap)) {
                first[0] = Math.min(first[0], gap.from());
            }
        }));
        return first[0];
    }

    private static long tornBytes(Gap gap) {
        long length = HotPath.loadInt(gap.extent().addressOf(gap.from() + RecordLayout.LENGTH_OFFSET));
        return length < 0 ? 0 : Math.min(RecordLayout.recordBytes(length), gap.to() - gap.from());
    }

    private Finding lostTail(long tail) {
        LogExtent extent = extents.stream().filter(e -> tail >= e.base && tail <= e.end).findFirst().orElse(extents.getLast());
        return new Finding(Kind.DAMAGE, extent.toString(), tail - extent.base, tail, proven - tail,
                "the watermark says that everything below position " + proven + " was durable");
    }

    private LogRecovery report(long tail) {
        return new LogRecovery(name, start, tail, records, payloadBytes, scannedBytes, System.nanoTime() - startedNanos,
                findings.listed(), findings.unlisted(), trusted);
    }

    // ---- repairing

    private long repair(long tail, ExtentSource source) {
        makeHeadersDurable(tail);
        if (Objects.requireNonNull(examined).hasLoss()) {
            revokeCheckpoint(tail);
        }
        surveys.forEach(survey -> survey.forEachGap(gap -> {
            if (gap.from() < tail) {
                cover(gap.extent(), gap.from(), Math.min(gap.to(), tail), isLost(gap) ? RecordLayout.GAP : RecordLayout.PAD);
            }
        }));
        if (!trimmed && extents.getFirst().sequence > 0) {
            // What was before is lost, and was reported: from now on the log begins here.
            extents.getFirst().formatted.writeTrim(start);
        }
        fillMissing(tail, source);
        long end = coverLostTail(tail, source);
        makeDurable(Math.max(start, Math.min(proven, end)), end);
        return end;
    }

    /**
     * What the headers say is acted upon from here on: extents before the beginning are given back, and records are written where
     * an extent is said to be the log's. A process that was killed before a header was durable has stored nothing behind it;
     * a mark that was not may be in the first one.
     */
    private void makeHeadersDurable(long tail) {
        for (LogExtent extent : extents) {
            if (extent == extents.getFirst() || extent.end > tail) {
                extent.formatted.makeHeaderDurable();
            }
        }
    }

    /**
     * A store's index that was written at the end of the log names what is going to be covered. Before that is: afterwards
     * nothing would tell the next opening that something was lost.
     */
    private void revokeCheckpoint(long tail) {
        for (LogExtent extent : extents) {
            long at = tail > extent.end ? -1 : ClosedLog.startOfLast(extent, tail);
            if (at >= 0 && HotPath.loadInt(extent.addressOf(at) + RecordLayout.LAG_OFFSET) >>> 24 == RecordLayout.INDEX) {
                extent.formatted.writeOpened(tail);
            }
        }
    }

    /**
     * What verifies was read, which does not say that it is durable: a process that was killed may have left it in the page
     * cache, or in a processor's. From here on the log counts it as durable, so it is written back first.
     */
    private void makeDurable(long from, long to) {
        for (LogExtent extent : extents) {
            long first = Math.max(from, extent.first);
            long last = Math.min(to, extent.end);
            if (first < last) {
                if (extent.persister.granularity() == Granularity.PAGE) {
                    storePagesAgain(extent, first, last);
                }
                extent.persister.persist(extent.addressOf(first), last - first);
            }
        }
    }

    /**
     * After a write-back that failed the kernel has these pages for clean, and would not write them again: a word of each is
     * stored over itself.
     */
    private static void storePagesAgain(LogExtent extent, long first, long last) {
        MemorySegment word = MemorySegment.ofArray(new long[1]);
        for (long at = first; at < last; at = (at | (ExtentScan.PAGE_BYTES - 1)) + 1) {
            long address = extent.addressOf(at);
            if (HotPath.copyOut(word, address, Long.BYTES) < 0) {
                throw ExtentFaultException.onLoad(address, Long.BYTES);
            }
            extent.persister.copy(address, word, Long.BYTES);
        }
    }

    private long coverLostTail(long tail, ExtentSource source) {
        long end = tail;
        // What the watermark vouches for and no record holds: positions are never used twice.
        for (LogExtent extent : extents) {
            if (proven > end && end < extent.end && proven > extent.first) {
                long from = Math.max(end, extent.first);
                long to = Math.min(proven, extent.end);
                cover(extent, from, to, RecordLayout.GAP);
                end = to;
            }
        }
        requireFillable(extents.getLast(), proven);
        while (proven > extents.getLast().end) {
            LogExtent made = takeAfter(extents.getLast(), source);
            end = Math.min(proven, made.end);
            cover(made, made.first, Math.max(end, made.first + RecordLayout.LINE_BYTES), RecordLayout.GAP);
            extents.add(made);
        }
        return end;
    }

    /** Beginnings of records behind the tail would be found again after every later close, and be taken for a torn tail. */
    private void eraseTorn(long tail) {
        for (LogExtent extent : extents) {
            if (tail < extent.end) {
                ExtentScan.eraseBeginnings(extent, Math.max(tail, extent.first));
            }
        }
    }

    private void fillMissing(long tail, ExtentSource source) {
        for (int i = 1; i < extents.size(); i++) {
            LogExtent before = extents.get(i - 1);
            LogExtent after = extents.get(i);
            if (after.sequence == before.sequence + 1) {
                continue;
            }
            if (after.base >= tail && after.base >= proven) {
                // Prepared ahead, and nothing stands in it: it cannot follow without those between.
                while (extents.size() > i) {
                    surplus.add(extents.removeLast());
                }
                return;
            }
            requireFillable(before, after.base);
            LogExtent made = takeAfter(before, source);
            cover(made, made.first, made.end, RecordLayout.GAP);
            extents.add(i, made);
        }
    }

    private LogExtent takeAfter(LogExtent before, ExtentSource source) {
        return new LogExtent(source.take(name, before.formatted.header().logCreatedMillis(), before.sequence + 1));
    }

    /** Missing extents are made anew, so that positions are never used twice; but not as many as a forged header says. */
    private void requireFillable(LogExtent before, long upTo) {
        long missing = (upTo - before.end) / (before.end - before.base);
        if (missing > MAX_FILLED_EXTENTS) {
            throw new PoolFormatException("log " + name + " misses " + missing + " extents after " + before
                    + ", and recovery replaces at most " + MAX_FILLED_EXTENTS
                    + "; restore the pool from a copy, or move away the extents after that one");
        }
    }

    private static void cover(LogExtent extent, long from, long to, int type) {
        // What stands here goes first: the span's last bytes could be just what it lacks to verify.
        extent.blankLine(from);
        RecordLayout.coverWithSpan(extent.persister, extent.addressOf(from), to - from, from, type, extent.seed);
    }

    /** An extent behind a missing one belongs to the log only if something stands in it. */
    private RecoveredLog resultAt(long tail, long lastEnd, LogRecovery report) {
        ExtentChain chain = new ExtentChain(extents.getFirst().end - extents.getFirst().base);
        LogExtent active = extents.getFirst();
        for (LogExtent extent : extents) {
            if (chain.size() > 0 && extent.sequence != chain.last().sequence + 1 && extent.base >= lastEnd) {
                break;
            }
            chain.add(extent);
            if (tail >= extent.first && tail <= extent.end) {
                active = extent;
            }
        }
        long end = Math.max(tail, start);
        return new RecoveredLog(start, end, Math.clamp(proven, start, end), active, chain, List.copyOf(surplus), report);
    }
}
