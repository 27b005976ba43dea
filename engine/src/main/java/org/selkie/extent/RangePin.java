// SPDX-License-Identifier: Apache-2.0
package org.selkie.extent;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A range whose blocks must stay where they are, for example while a device writes to them. As long as one is out, the
 * extent does not close. What keeps the range in place keeps more than was asked for: the effective range says how
 * much.
 */
public final class RangePin implements AutoCloseable {
    private final long requestedOffsetBytes;
    private final long requestedLengthBytes;
    private final long effectiveLengthBytes;
    private final String note;
    private final Runnable unpin;
    private final AtomicBoolean open = new AtomicBoolean(true);

    RangePin(long offsetBytes, long lengthBytes, long extentLengthBytes, String note, Runnable unpin) {
        this.requestedOffsetBytes = offsetBytes;
        this.requestedLengthBytes = lengthBytes;
        this.effectiveLengthBytes = extentLengthBytes;
        this.note = note;
        this.unpin = unpin;
    }

    /**
     * Where the requested range begins.
     *
     * @return bytes from the beginning of the extent
     */
    public long requestedOffsetBytes() {
        return requestedOffsetBytes;
    }

    /**
     * How much was requested.
     *
     * @return bytes
     */
    public long requestedLengthBytes() {
        return requestedLengthBytes;
    }

    /**
     * Where the range that is kept in place begins.
     *
     * @return 0: every tier keeps the whole extent
     */
    public long effectiveOffsetBytes() {
        return 0;
    }

    /**
     * How much is kept in place.
     *
     * @return the length of the extent
     */
    public long effectiveLengthBytes() {
        return effectiveLengthBytes;
    }

    /**
     * What else to know.
     *
     * @return a remark for a reader
     */
    public String note() {
        return note;
    }

    /** Gives the range up. Closing twice does nothing. */
    @Override
    public void close() {
        if (open.compareAndSet(true, false)) {
            unpin.run();
        }
    }
}
