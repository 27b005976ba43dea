// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.selkie.fault.LogStoppedException;
import org.selkie.fault.ReadOnlyException;
import org.selkie.fault.SealBrokenException;
import org.selkie.fault.SelkieException;
import org.selkie.format.FormattedExtent;

/** From a log's extents to a log: recovered first, opened then. For the pool, which owns the extents. */
public final class LogOpener {

    private final String name;
    private final ExtentSource source;
    private final RecoveredLog recovered;
    private final boolean readOnly;
    private volatile @Nullable LogState state;
    private @Nullable Log log;
    private @Nullable Log readingLog;
    private @Nullable StoreLog storeLog;
    private @Nullable LogOptions options;
    private @Nullable SelkieException closeReason;

    private LogOpener(String name, ExtentSource source, RecoveredLog recovered, boolean readOnly) {
        this.name = name;
        this.source = source;
        this.recovered = recovered;
        this.readOnly = readOnly;
    }

    /** A log that was looked at and not refused. Nothing is changed yet, so that a pool refuses all its logs or none. */
    public static final class Examined {

        private final String name;
        private final Recovery recovery;
        private final boolean readOnly;

        private Examined(String name, Recovery recovery, boolean readOnly) {
            this.name = name;
            this.recovery = recovery;
            this.readOnly = readOnly;
        }

        public String name() {
            return name;
        }

        /** Repairs what was found, unless the log is only to be read. */
        public LogOpener recover(ExtentSource source) {
            RecoveredLog recovered = recovery.finish(!readOnly, source);
            if (!readOnly) {
                recovered.surplus().forEach(extent -> source.giveBack(extent.formatted));
            }
            return new LogOpener(name, source, recovered, readOnly);
        }
    }

    /**
     * Looks at what a crash left of a log.
     *
     * @param extents  all extents whose header names the log, at least one, in any order
     * @param readOnly whether to change nothing and to refuse nothing: another process may be writing
     * @param trusting whether a store's log that was closed cleanly is taken at its word, and not scanned
     * @throws DamagedLogException if the mode refuses what was found
     */
    public static Examined examine(String name, List<FormattedExtent> extents, RecoveryMode mode, boolean readOnly,
            boolean trusting) {
        Recovery recovery = new Recovery(name, extents.stream().map(LogExtent::new).toList(), mode);
        recovery.examine(!readOnly, trusting && mode == RecoveryMode.DROP_TORN_TAIL);
        return new Examined(name, recovery, readOnly);
    }

    public LogRecovery report() {
        return recovered.report();
    }

    /** The log, for a user to write to; the same one every time. */
    public synchronized Log open(LogOptions wanted) {
        LogState opened = state();
        Log known = log;
        if (known != null) {
            if (!wanted.equals(options)) {
                throw new IllegalStateException("log " + name + " is open with " + options + " already, not with " + wanted);
            }
            return known;
        }
        Claims claims = wanted.singleWriter() ? new SingleClaims(opened) : new SharedClaims(opened);
        known = new Log(opened, new Appender(opened, claims), false);
        log = known;
        options = wanted;
        return known;
    }

    /** A store's log, for a user to read; the same one every time. */
    public synchronized Log openForReading() {
        LogState opened = state();
        Log known = readingLog;
        if (known == null) {
            known = new Log(opened, new Appender(opened, new RefusedClaims(name)), true);
            readingLog = known;
        }
        return known;
    }

    /**
     * The log, for the one store that is on it; the same one every time. Whoever has no extents has no opener: only a pool
     * gives a log to a store.
     *
     * @throws IllegalStateException if it was given to a user to write
     */
    public synchronized StoreLog openForStore() {
        LogState opened = state();
        if (log != null && !readOnly) {
            throw new IllegalStateException("log " + name + " is open for a user to write");
        }
        StoreLog known = storeLog;
        if (known == null) {
            Appender appender = new Appender(opened, new SharedClaims(opened, true));
            Appender urgent = new Appender(opened, new SharedClaims(opened));
            known = new StoreLog(new Log(opened, appender, false), opened, appender, urgent, recovered.report().trusted());
            storeLog = known;
        }
        return known;
    }

    /** Whose records the log holds now. */
    public LogKind kind() {
        return new ForeignRecords(state()).kind();
    }

    /** The records of users in a store's log, some hundred of them at the most. Reads all of it. */
    public List<Finding> foreignRecords() {
        return kind() == LogKind.STORE ? new ForeignRecords(state()).find() : List.of();
    }

    private synchronized LogState state() {
        LogState opened = state;
        if (opened != null) {
            return opened;
        }
        SelkieException reason = closeReason;
        if (reason instanceof SealBrokenException) {
            throw new SealBrokenException(String.valueOf(reason.getMessage()), reason);
        }
        if (reason != null) {
            throw new LogStoppedException(String.valueOf(reason.getMessage()), reason);
        }
        opened = new LogState(name, source, recovered, readOnly ? new ReadOnlyTail(name, source, recovered) : null);
        if (readOnly) {
            opened.stop.stop(new ReadOnlyException("log " + name
                    + " was opened for reading; open the pool without PoolOptions.readOnly to write"));
        }
        if (!readOnly) {
            makePresent();
        }
        state = opened;
        return opened;
    }

    /**
     * Whoever claims a place in the log from now on is refused, if the log has an extent of this name. Waits for nobody, so
     * that a seal's listener can call it; {@link #close(SelkieException)} is still to come.
     */
    public void stopIfOn(String extent, SelkieException reason) {
        LogState opened = state;
        if (opened != null && opened.chain.all().stream().anyMatch(candidate -> candidate.toString().equals(extent))) {
            opened.stop.stop(reason);
        }
    }

    /** What is going to be written: the extent with the tail, and those that were prepared behind it. */
    private void makePresent() {
        for (LogExtent extent : recovered.chain().all()) {
            if (extent.end > recovered.tail()) {
                extent.formatted.extent().makePresent();
            }
        }
    }

    /** Stops the log: threads at work finish, everything is made durable, and the extents are nobody's any more. */
    public void close() {
        close(new LogStoppedException("log " + name + " is closed; open the pool again"));
    }

    /** Whether nobody can be using the log's extents: it was never opened, or it let go of all of them. */
    public boolean isDrained() {
        LogState opened = state;
        return opened == null || opened.chain.size() == 0;
    }

    /** As {@link #close()}, and says why. */
    public synchronized void close(SelkieException reason) {
        if (closeReason == null) {
            closeReason = reason;
        }
        LogState opened = state;
        if (opened != null) {
            opened.close(reason);
        }
    }
}
