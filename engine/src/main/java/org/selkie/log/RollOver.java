// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import org.selkie.fault.LogStoppedException;
import org.selkie.fault.RecordTooLargeException;
import org.selkie.fault.SealBrokenException;
import org.selkie.format.RecordLayout;
import org.selkie.seal.Seal;

/**
 * From one extent into the next, by one thread for all. Whoever waits for it, or for the next extent to be made, keeps its
 * slot and has stepped aside in it: nobody waits for a record that is not even claimed.
 */
final class RollOver {

    private final LogState log;
    private final ExtentPreparation preparation;

    RollOver(LogState log, ExtentPreparation preparation) {
        this.log = log;
        this.preparation = preparation;
    }

    /**
     * Makes room for a record, or throws. The caller holds a slot and has claimed nothing under it; afterwards the slot is
     * at or below all that it can claim.
     */
    void makeRoom(int slot, long recordBytes) {
        makeRoom(slot, recordBytes, log.keepsOneAhead());
    }

    /**
     * @param keepsOneAhead whether to leave the log an extent behind the one that is rolled over to, or to throw
     */
    void makeRoom(int slot, long recordBytes, boolean keepsOneAhead) {
        if (recordBytes > log.maxRecordBytes()) {
            throw new RecordTooLargeException("a record of " + recordBytes + " bytes on media does not fit: log " + log.name
                    + " takes at most " + log.maxRecordBytes() + "; make a pool of larger extents (PoolOptions.extentBytes)");
        }
        // Who meets a log that was stopped is told so at once, not after the extent that somebody waits for.
        log.stop.requireRunning();
        log.writers.stepAside(slot);
        log.extentsLock.lock();
        try {
            log.stop.requireRunning();
            LogExtent from = log.active;
            long now = log.tail();
            if (now < from.first || now + recordBytes > from.end) {
                rollOver(slot, from, keepsOneAhead);
            }
        } finally {
            log.extentsLock.unlock();
            log.writers.occupy(slot, log.knownFrontier());
        }
    }

    /** Takes the next extent before it claims the rest of this one, so that a full pool leaves the log as it is. */
    private void rollOver(int slot, LogExtent from, boolean keepsOneAhead) {
        RollOverEvent event = new RollOverEvent();
        event.begin();
        LogExtent next = log.chain.after(from);
        if (next == null) {
            next = takeNext(from);
        }
        if (keepsOneAhead && log.chain.after(next) == null) {
            takeNext(next);
        }
        // From here on there is a claim to be covered, first of all the rest.
        log.writers.occupy(slot, log.knownFrontier());
        long rest;
        do {
            rest = log.tail();
            log.stop.requireRunning();
        } while (!log.claim(rest, from.end));
        if (rest < from.end) {
            fillRest(from, rest);
        }
        log.active = next;
        if (!log.claim(from.end, next.first)) {
            log.stop.requireRunning();
        }
        event.record(log.name, next.sequence, from.end - rest);
    }

    /** Gives the log an extent behind the one that is written, or throws. */
    void haveOneAhead() {
        log.extentsLock.lock();
        try {
            log.stop.requireRunning();
            LogExtent active = log.active;
            if (log.chain.after(active) == null) {
                takeNext(active);
            }
        } finally {
            log.extentsLock.unlock();
        }
    }

    /** As {@link #haveOneAhead}, for a thread that holds a slot and has claimed nothing under it. */
    void makeOneAhead(int slot) {
        log.writers.stepAside(slot);
        try {
            haveOneAhead();
        } finally {
            log.writers.occupy(slot, log.knownFrontier());
        }
    }

    private LogExtent takeNext(LogExtent from) {
        LogExtent next;
        try {
            next = preparation.takeNext(from.sequence + 1);
        } catch (LogStoppedException e) {
            log.stop.stop(e);
            throw e;
        }
        log.chain.add(next);
        // A seal that broke before it was in the chain did not find its log there.
        Seal seal = next.formatted.extent().seal();
        if (!seal.state().admitsWriters()) {
            log.stop.stop(new SealBrokenException("the seal of " + next + " is " + seal.state()
                    + "; the log was stopped, what was acknowledged is durable; open the pool again"));
        }
        return next;
    }

    /** The caller's slot, at or below the rest, covers it: to take a second one could wait for threads that wait here. */
    private void fillRest(LogExtent from, long rest) {
        try {
            RecordLayout.writeSpan(from.persister, from.addressOf(rest), from.end - rest, rest, RecordLayout.PAD, from.seed);
        } catch (Throwable e) {
            log.stop.failAt(rest, e);
            throw e;
        }
    }
}
