// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.selkie.fault.PoolFormatException;
import org.selkie.format.ExtentHeader;
import org.selkie.format.RecordLayout;
import org.selkie.log.Finding.Kind;
import org.selkie.os.HotPath;

/**
 * Finds the records of a log after a crash. docs/format.md, "Recovery", has the cases.
 *
 * <p>It accepts every record that verifies, batches as wholes. What stands between two accepted records and does not
 * verify is <em>unfinished</em>, if nothing proves that it was ever durable, and <em>damage</em> otherwise: every record
 * says up to where the log was durable when it was written. Unfinished space is covered with a record that skips it, so
 * that nothing half-written can ever be taken for a record; covering is idempotent, so recovery can itself be crashed.
 */
final class Recovery {

    /** Bytes of an extent between two accepted records, or after the last one. */
    private record Gap(LogExtent extent, long from, long to, long code, boolean mediaError) {
    }

    private static final long MAX_FILLED_EXTENTS = 1024;

    private final String name;
    private final RecoveryMode mode;
    private final List<LogExtent> extents = new ArrayList<>();
    private final List<LogExtent> surplus = new ArrayList<>();
    private final List<Gap> gaps = new ArrayList<>();
    private final List<Finding> findings = new ArrayList<>();
    private final long startedNanos = System.nanoTime();
    private long start;
    private boolean trimmed;
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
     * Scans and judges, and repairs if asked to.
     *
     * @throws DamagedLogException if the mode refuses what was found; nothing is changed then
     */
    RecoveredLog run(boolean repair, ExtentSource source) {
        RecoveryEvent event = new RecoveryEvent();
        event.begin();
        findStart();
        for (LogExtent extent : extents) {
            scan(extent, Math.max(start, extent.first));
        }
        if (acceptedEnd == 0) {
            acceptedEnd = start;
        }
        long tail = Math.max(acceptedEnd, verifiedEnd);
        List<Gap> interior = judge(tail);
        if (proven > tail) {
            findings.add(lostTail(tail));
        }
        LogRecovery report = report(Math.max(tail, start));
        if (repair) {
            if (refuses(report)) {
                throw new DamagedLogException(report, mode);
            }
            tail = repair(interior, tail, source);
            if (proven < tail || !report.isClean()) {
                eraseTorn(tail);
            }
        } else if (!interior.isEmpty()) {
            // Another process may be writing: what it has not finished yet is where a reader stops.
            tail = interior.stream().filter(gap -> gap.from >= proven).mapToLong(Gap::from).min().orElse(tail);
        }
        event.record(report);
        return resultAt(tail, report);
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
            findings.add(new Finding(Kind.MISSING_EXTENT, "extent " + 0 + " to " + (first.sequence - 1) + " of log " + name, 0,
                    0, first.base, "the log's first extent is number " + first.sequence + " and no trim mark says why"));
        }
    }

    /** A mark at an extent's first record speaks of what stands before that extent, like one at the end of the one before. */
    private static long endOfRecords(LogExtent extent, long mark) {
        long offset = mark & (extent.end - extent.base - 1);
        return mark >= 0 && offset <= ExtentHeader.BYTES ? mark - offset : mark;
    }

    private void scan(LogExtent extent, long from) {
        if (from >= extent.end) {
            return;
        }
        ExtentScan scan = new ExtentScan(extent, from);
        if (trimmed && from == start) {
            scan.beginInBatch();
        }
        while (scan.position() < extent.end) {
            long before = scan.position();
            long code = scan.walk(extent.end);
            if (scan.intactUpTo() > before) {
                acceptedEnd = scan.intactUpTo();
            }
            if (scan.position() > before) {
                verifiedEnd = scan.position();
            }
            if (code == HotPath.UNKNOWN) {
                throw new PoolFormatException("the record of log " + name + " at position " + scan.position() + " (" + extent
                        + ", offset " + (scan.position() - extent.base) + ") is of a type that format "
                        + org.selkie.format.FormatVersion.CURRENT + " does not know; open the pool with a newer engine");
            }
            if (code == 0 && scan.intactUpTo() == extent.end) {
                break;
            }
            skip(extent, scan, code);
        }
        proven = Math.max(proven, scan.proven());
        records += scan.records();
        payloadBytes += scan.payloadBytes();
        scannedBytes += scan.position() - from;
    }

    /** Goes to where the next record verifies, and notes what lies in between. */
    private void skip(LogExtent extent, ExtentScan scan, long code) {
        long from = scan.intactUpTo();
        boolean withinBatch = from < scan.position();
        scan.dropBatch();
        if (code == HotPath.TORN_BATCH && withinBatch) {
            // The batch ends without its last member; the record here is none of it.
            addGap(extent, from, scan.position(), code, false);
            return;
        }
        if (code == HotPath.TORN_BATCH) {
            // The record here verifies, and what it belongs to is not there.
            verifiedEnd = scan.position() + RecordLayout.LINE_BYTES;
        }
        long to = code == 0 ? extent.end : scan.searchNext();
        addGap(extent, from, to, code, scan.takeMediaError());
    }

    private void addGap(LogExtent extent, long from, long to, long code, boolean mediaError) {
        Gap last = gaps.isEmpty() ? null : gaps.getLast();
        if (last != null && last.extent == extent && last.to == from) {
            gaps.removeLast();
            gaps.add(new Gap(extent, last.from, to, last.code, last.mediaError || mediaError));
        } else {
            gaps.add(new Gap(extent, from, to, code, mediaError));
        }
    }

    // ---- judging

    /** Names every gap, and returns those that have to be covered: the ones before the tail, cut off there. */
    private List<Gap> judge(long tail) {
        List<Gap> interior = new ArrayList<>();
        for (Gap gap : gaps) {
            boolean trailing = gap.from >= tail;
            if (!trailing) {
                interior.add(new Gap(gap.extent, gap.from, Math.min(gap.to, tail), gap.code, gap.mediaError));
            }
            name(gap, trailing, tail);
        }
        for (int i = 1; i < extents.size(); i++) {
            LogExtent before = extents.get(i - 1);
            LogExtent after = extents.get(i);
            if (after.sequence != before.sequence + 1 && (after.base < tail || after.base < proven)) {
                findings.add(new Finding(Kind.MISSING_EXTENT,
                        "extent " + (before.sequence + 1) + " to " + (after.sequence - 1) + " of log " + name, 0, before.end,
                        after.base - before.end, "the extents before and after it are there"));
            }
        }
        return interior;
    }

    private void name(Gap gap, boolean trailing, long tail) {
        if (gap.mediaError) {
            findings.add(finding(Kind.MEDIA_ERROR, gap, gap.to - gap.from,
                    "reading it faulted: the file is shorter than its extent, or the medium is damaged"));
        } else if (gap.from < proven && !trailing) {
            findings.add(finding(Kind.DAMAGE, gap, gap.to - gap.from, "it was durable: a later record or the watermark says"
                    + " that everything below position " + proven + " was, and no record that verifies begins here"));
        } else if (!trailing) {
            findings.add(finding(Kind.UNFINISHED, gap, Math.min(gap.to, tail) - gap.from,
                    "claimed by a writer that had not finished when the log stopped; nothing says that it was durable"));
        } else if (proven <= tail && gap.from == tail && gap.code == HotPath.CORRUPT) {
            findings.add(finding(Kind.TORN_TAIL, gap, tornBytes(gap),
                    "a record begins here and does not match its checksum; nothing says that it was durable"));
        }
    }

    private static Finding finding(Kind kind, Gap gap, long lengthBytes, String why) {
        return new Finding(kind, gap.extent.toString(), gap.from - gap.extent.base, gap.from, lengthBytes, why);
    }

    private static long tornBytes(Gap gap) {
        long length = HotPath.loadInt(gap.extent.addressOf(gap.from + RecordLayout.LENGTH_OFFSET));
        return length < 0 ? 0 : Math.min(RecordLayout.recordBytes(length), gap.to - gap.from);
    }

    private Finding lostTail(long tail) {
        LogExtent extent = extents.stream().filter(e -> tail >= e.base && tail <= e.end).findFirst().orElse(extents.getLast());
        return new Finding(Kind.DAMAGE, extent.toString(), tail - extent.base, tail, proven - tail,
                "the watermark says that everything below position " + proven + " was durable");
    }

    private LogRecovery report(long tail) {
        return new LogRecovery(name, start, tail, records, payloadBytes, scannedBytes, System.nanoTime() - startedNanos,
                List.copyOf(findings));
    }

    // ---- repairing

    private long repair(List<Gap> interior, long tail, ExtentSource source) {
        for (Gap gap : interior) {
            boolean lost = gap.mediaError || gap.from < proven;
            cover(gap.extent, gap.from, gap.to, lost ? RecordLayout.GAP : RecordLayout.PAD);
        }
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
     * What verifies was read, which does not say that it is durable: a process that was killed may have left it in the page
     * cache, or in a processor's. From here on the log counts it as durable, so it is written back first.
     */
    private void makeDurable(long from, long to) {
        for (LogExtent extent : extents) {
            long first = Math.max(from, extent.first);
            long last = Math.min(to, extent.end);
            if (first < last) {
                extent.persister.persist(extent.addressOf(first), last - first);
            }
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
        long address = extent.addressOf(from);
        // What stands here goes first: the span's last bytes could be just what it lacks to verify.
        extent.blankLine(from);
        RecordLayout.writeSpan(extent.persister, address, to - from, from, type, extent.seed);
        if (!extent.persister.durableOnReturn()) {
            extent.persister.persist(address, to - from);
        }
    }

    private RecoveredLog resultAt(long tail, LogRecovery report) {
        ExtentChain chain = new ExtentChain(extents.getFirst().end - extents.getFirst().base);
        LogExtent active = extents.getFirst();
        for (LogExtent extent : extents) {
            if (chain.size() > 0 && extent.sequence != chain.last().sequence + 1) {
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
