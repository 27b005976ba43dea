// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.selkie.fault.LogStoppedException;
import org.selkie.os.ForeignMemory;

/**
 * Views into a log's memory, and what keeps that where it is. An extent in which somebody was given a view is not given back
 * while that somebody is there, though the log may have been trimmed beyond it. When the log is closed or loses a seal, every
 * view ends first: whoever reads it from then on meets an {@link IllegalStateException}.
 *
 * <p>Taking views is for one thread at a time; any may read them, and close.
 */
public final class PinnedExtents implements AutoCloseable {

    private final LogState log;
    private final Pins pins;
    /** Shared, so that it can be closed under those who read: a seal that breaks waits for nobody. */
    private final Arena arena = Arena.ofShared();
    private final List<LogExtent> extents = new ArrayList<>();

    PinnedExtents(LogState log, Pins pins) {
        this.log = log;
        this.pins = pins;
    }

    /** Until when what was handed out is there. */
    public Arena arena() {
        return arena;
    }

    /** Part of the record at a position, read-only, where it stands; null if it was trimmed. The caller has checked it. */
    public @Nullable MemorySegment view(long position, long offset, long lengthBytes) {
        int slot = log.readers.enter(position);
        try {
            LogExtent extent = log.chain.at(position);
            if (extent == null || position < log.startPosition()) {
                log.requireReadable();
                return null;
            }
            if (!extents.contains(extent)) {
                pins.pin(extent);
                extents.add(extent);
            }
            return ForeignMemory.at(extent.addressOf(position) + offset, lengthBytes, arena).asReadOnly();
        } catch (IllegalStateException e) {
            throw ended(e);
        } finally {
            log.readers.leave(slot);
        }
    }

    private RuntimeException ended(IllegalStateException closed) {
        return pins.areRevoked() ? new LogStoppedException("log " + log.name + " was closed, and with it what was read in place;"
                + " open the pool again", closed) : closed;
    }

    List<LogExtent> extents() {
        return extents;
    }

    /**
     * Ends all views, and lets go of the extents.
     *
     * @throws IllegalStateException if a thread is just reading one in a native call; close it again
     */
    @Override
    public void close() {
        pins.close(this);
    }

    /** Ends all views, as soon as no thread is in a native call with one. */
    void revoke() {
        Backoff backoff = new Backoff();
        while (arena.scope().isAlive()) {
            try {
                arena.close();
            } catch (IllegalStateException e) {
                backoff.pause();
            }
        }
    }
}
