// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.trace;

import java.lang.foreign.MemorySegment;

/**
 * A range of persistent memory that a trace speaks of: a file, an extent, an allocated piece. All regions of a trace lie
 * one behind the other in one flat space, each on a page of its own, so that a line has one number.
 */
public final class Region {

    /** Where regions begin in the flat space: whole pages. */
    public static final long ALIGNMENT_BYTES = 4096;

    private final String name;
    private final long startBytes;
    private final long lengthBytes;
    private final MemorySegment initial;

    Region(String name, long startBytes, MemorySegment initial) {
        this.name = name;
        this.startBytes = startBytes;
        this.lengthBytes = initial.byteSize();
        this.initial = initial.asReadOnly();
    }

    public String name() {
        return name;
    }

    /** Where it begins in the flat space. */
    public long startBytes() {
        return startBytes;
    }

    public long lengthBytes() {
        return lengthBytes;
    }

    /** What was in it, and durable, when it was attached. */
    public MemorySegment initial() {
        return initial;
    }

    /** Where the next region can begin in the flat space. */
    public long endBytes() {
        return (startBytes + lengthBytes + ALIGNMENT_BYTES - 1) & -ALIGNMENT_BYTES;
    }

    @Override
    public String toString() {
        return name + " (" + lengthBytes + " bytes)";
    }
}
