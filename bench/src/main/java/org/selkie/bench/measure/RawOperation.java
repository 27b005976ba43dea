// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.measure;

/** What a raw loop does; the numbers are those of raw.c. */
public enum RawOperation {
    /** Plain stores, which reach the caches. */
    STORE(0, "store, not flushed", true, false),
    /** A fence with nothing to wait for. */
    FENCE(1, "fence, nothing pending", false, false),
    /** The checksum alone, of data at rest. */
    CRC(2, "CRC32C", true, false),
    /** The way that the engine takes. */
    NT_FENCE(3, "non-temporal stores, fence", true, false),
    /** Store, write back, wait. */
    CLWB_FENCE(4, "store, clwb, fence", true, false),
    /** Store, write back and evict, wait. */
    CLFLUSHOPT_FENCE(5, "store, clflushopt, fence", true, false),
    /** Non-temporal stores, and no fence until the end. */
    NT_STREAM(6, "non-temporal stores, streamed", false, true),
    /** Reads, one line after the other. */
    READ_STREAM(7, "reads, streamed", false, true),
    /** Reads that depend on each other. */
    READ_RANDOM(8, "read of 8 B at random", false, false);

    private final long number;
    private final String words;
    private final boolean bySize;
    private final boolean bandwidth;

    RawOperation(long number, String words, boolean bySize, boolean bandwidth) {
        this.number = number;
        this.words = words;
        this.bySize = bySize;
        this.bandwidth = bandwidth;
    }

    /** As raw.c knows it. */
    public long number() {
        return number;
    }

    public String words() {
        return words;
    }

    /** Whether it depends on the length of what is written. */
    public boolean bySize() {
        return bySize;
    }

    /** Whether bytes a second are what it is about. */
    public boolean isBandwidth() {
        return bandwidth;
    }
}
