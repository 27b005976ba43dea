// SPDX-License-Identifier: Apache-2.0
package org.selkie.seal;

/** Who keeps the block map of an extent in place, strongest first. */
public enum SealTier {
    /** A kernel with MAP_DIRECT refuses every change of the map while the mapping lives; proven by its behaviour. */
    MAP_DIRECT(true),
    /** Device-dax: there is no block map that could change. */
    DEVICE(true),
    /**
     * The file is immutable (FS_IMMUTABLE_FL set after it was mapped): the kernel refuses every change to everybody.
     */
    IMMUTABLE(true),
    /** The seals of a memfd: the kernel refuses every change of its size and every hole. */
    MEMFD(true),
    /** A write lease: the kernel makes others wait until the holder has let go, or has had its time. */
    LEASE(false),
    /** A lock that others may honour, and a fingerprint of the map: detects, prevents nothing. */
    ADVISORY(false),
    /**
     * What a reader has: it notices that the file shrank. Nothing is locked, because readers must not stop a writer.
     */
    OBSERVED(false);

    private final boolean kernelEnforced;

    SealTier(boolean kernelEnforced) {
        this.kernelEnforced = kernelEnforced;
    }

    /**
     * Whether the kernel refuses what would move a block.
     *
     * @return false where a move is only delayed or detected
     */
    public boolean kernelEnforced() {
        return kernelEnforced;
    }
}
