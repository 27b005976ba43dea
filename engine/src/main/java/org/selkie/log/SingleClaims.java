// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import org.jspecify.annotations.Nullable;
import org.selkie.fault.WrongWriterException;

/**
 * Places for one thread, the first that comes, and when that is dead the next: nothing has to be claimed from others, and every
 * record proves that the one before it is durable. The tail moves when a record is written, so that nobody sees a claim that is
 * not.
 */
final class SingleClaims implements Claims {

    private final LogState log;
    private final LogStop stop;
    private final PositionSlots writers;
    private final int slot;
    private @Nullable Thread owner;

    SingleClaims(LogState log) {
        this.log = log;
        this.stop = log.stop;
        this.writers = log.writers;
        this.slot = writers.enter(PositionSlots.FREE - 1);
        writers.leave(slot);
    }

    /** The slot is taken before {@link #claim} looks whether the log still runs; whoever stops the log does the reverse. */
    @Override
    public int enter() {
        if (Thread.currentThread() != owner) {
            bind();
        }
        writers.occupy(slot, log.tail() & ~LogStop.STOPPED);
        return slot;
    }

    @Override
    public long claim(int held, long bytes) {
        try {
            while (true) {
                stop.requireRunning();
                long position = log.tail();
                LogExtent extent = log.active;
                if (position >= extent.first && position + bytes <= extent.end) {
                    return position;
                }
                log.makeRoom(held, bytes);
                writers.raise(held, log.tail() & ~LogStop.STOPPED);
            }
        } catch (Throwable e) {
            writers.leave(held);
            throw e;
        }
    }

    @Override
    public long lagLines(int held, long position) {
        return log.singleWriterLagLines(position);
    }

    @Override
    public void written(int held, long position, long bytes) {
        log.advanceTail(position + bytes);
        writers.leave(slot);
    }

    @Override
    public RuntimeException failed(int held, long position, long bytes, Throwable e) {
        // The tail has not moved: unless storing failed, the place is as free as before.
        if (!Claims.isOfThePayload(e)) {
            stop.failAt(position, e);
        }
        writers.leave(slot);
        return LogState.rethrow(e);
    }

    /** All that a thread did happens before another one finds that it is not alive any more. */
    private synchronized void bind() {
        Thread before = owner;
        if (before == null || !before.isAlive()) {
            owner = Thread.currentThread();
            return;
        }
        throw new WrongWriterException("log " + log.name + " was opened for a single writer, which is thread \""
                + before.getName() + "\" and still alive; thread \"" + Thread.currentThread().getName()
                + "\" cannot append: open it without LogOptions.singleWriter");
    }
}
