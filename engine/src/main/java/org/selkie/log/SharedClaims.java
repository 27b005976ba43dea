// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

/**
 * Places for any number of threads. A thread claims its place by moving the tail, writes and fences its record on its own,
 * and does not wait for those before it: a record that another thread had claimed and not yet written when the power went
 * is a hole, and recovery looks past it (docs/format.md, "Holes").
 */
final class SharedClaims implements Claims {

    private final LogState log;
    private final PositionSlots writers;
    private final boolean leavesOneAhead;

    SharedClaims(LogState log) {
        this(log, false);
    }

    /** @param leavesOneAhead whether nothing is claimed unless there is an extent behind the one in which it is */
    SharedClaims(LogState log, boolean leavesOneAhead) {
        this.leavesOneAhead = leavesOneAhead;
        this.log = log;
        this.writers = log.writers;
    }

    @Override
    public int enter() {
        int slot = writers.enter(log.knownFrontier());
        log.noteWriter(slot);
        return slot;
    }

    @Override
    public long claim(int slot, long bytes) {
        try {
            while (true) {
                LogExtent extent = log.active;
                long position = log.tail();
                if (position < extent.first || position + bytes > extent.end) {
                    log.makeRoom(slot, bytes);
                } else if (leavesOneAhead && log.keepsOneAhead() && log.chain.after(extent) == null) {
                    // If it was there, it still is when the claim succeeds: to spend it moves the tail.
                    log.makeOneAhead(slot);
                } else if (log.claim(position, position + bytes)) {
                    writers.raise(slot, position);
                    return position;
                }
            }
        } catch (Throwable e) {
            writers.leave(slot);
            throw e;
        }
    }

    @Override
    public long lagLines(int slot, long position) {
        return log.lagLines(position);
    }

    @Override
    public void written(int slot, long position, long bytes) {
        writers.leave(slot);
    }

    @Override
    public RuntimeException failed(int slot, long position, long bytes, Throwable e) {
        if (!Claims.isOfThePayload(e) || !log.cover(position, bytes)) {
            log.stop.failAt(position, e);
        }
        writers.leave(slot);
        return LogState.rethrow(e);
    }
}
